import assert from "node:assert/strict"

const root = new URL("../../", import.meta.url)

/** Runs an example in a process of its own until it ends. */
const run = async (...args: ReadonlyArray<string>): Promise<string> => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  })
  const { code, stderr, stdout } = await command.output()
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  return new TextDecoder().decode(stdout)
}

const NET = "--allow-net=127.0.0.1"

/** The lines printed for each batch. */
const batches = (stdout: string): ReadonlyArray<ReadonlyArray<string>> =>
  stdout.split(/-{43}\nTime: \d+ ms\n-{43}\n/).slice(1).map((text) => text.split("\n").filter((line) => line !== ""))

/** The number after a text, for each batch that prints the text. */
const numbers = (stdout: string, before: string): ReadonlyArray<number> =>
  batches(stdout).flatMap((lines) => {
    const line = lines.find((line) => line.startsWith(before))
    return line === undefined ? [] : [Number.parseFloat(line.slice(before.length))]
  })

const grows = (values: ReadonlyArray<number>) => values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0))

Deno.test("stateful_network_word_count adds to the counts of earlier batches and to the initial counts", async () => {
  const stdout = await run(NET, "examples/stateful_network_word_count.ts", "4")
  const [hello, world, to, not] = ["(hello,", "(world,", "(to,", "(not,"].map((word) => numbers(stdout, word))
  assert.ok(hello && world && to && not && hello.length >= 2, stdout)
  assert.ok(grows(hello) && grows(world) && grows(to) && grows(not), stdout)
  assert.ok((hello.at(-1) ?? 0) > 10)
  // One line has "to" twice and "not" once, so the ratio holds however lines are split into batches.
  assert.deepEqual(to, not.map((count) => 2 * count))
})

Deno.test("windowed_word_count counts the words in the window, and prints nothing after the last word has left", async () => {
  const seen = batches(await run("examples/windowed_word_count.ts", "11", "3", "1"))
  assert.deepEqual(seen.slice(0, 9).map((lines) => lines.toSorted()), [
    ["(be,2)", "(not,1)", "(or,1)", "(to,2)"],
    ["(be,2)", "(is,1)", "(not,1)", "(or,1)", "(question,1)", "(that,1)", "(the,1)", "(to,2)"],
    ["(be,3)", "(is,1)", "(not,1)", "(or,1)", "(question,1)", "(that,1)", "(the,1)", "(to,3)"],
    ["(be,1)", "(is,1)", "(question,1)", "(sleep,1)", "(that,1)", "(the,1)", "(to,2)"],
    ["(be,1)", "(dream,1)", "(perchance,1)", "(sleep,1)", "(to,3)"],
    ["(be,1)", "(dream,1)", "(perchance,1)", "(sleep,1)", "(to,3)"],
    ["(be,1)", "(dream,1)", "(perchance,1)", "(to,2)"],
    ["(be,1)", "(to,1)"],
    [],
  ])
})

Deno.test("fraud_detection refuses payments by history, drops idle cards, and reads its alerts back from SQLite", async () => {
  const stdout = await run("--allow-read", "--allow-write", "examples/fraud_detection.ts", "6")
  const seen = batches(stdout)
  assert.deepEqual(seen.flatMap((lines) => lines.filter((line) => line.endsWith("refused)"))), [
    "(b,900,refused)",
    "(b,950,refused)",
  ])
  assert.ok(seen[5]?.includes("(b,900,refused)"), stdout)
  // The last payment of card c is in the third batch. Its timeout of two seconds has passed five batches later.
  assert.ok(seen[7]?.includes("(c,0,idle, 3 payments forgotten)"), stdout)
  assert.match(stdout, /\nRead from SQLite: card b, 900\nRead from SQLite: card b, 950\n$/)
})

Deno.test("online_regression predicts better after each batch", async () => {
  const stdout = await run("examples/online_regression.ts", "6")
  const errors = numbers(stdout, "mean squared error ")
  const [first = NaN, last = NaN] = [errors[0], errors.at(-1)]
  assert.ok(errors.length >= 8, stdout)
  assert.ok(grows(errors.toReversed()), stdout)
  assert.ok(first > 0.5 && last < 0.02, stdout)
})

Deno.test("sql_network_word_count prints the rows that SQL gives for each batch, in the order of SQL", async () => {
  const stdout = await run(NET, "examples/sql_network_word_count.ts", "4")
  const tables = stdout.split(/={9} \d+ ={9}\n/).slice(1).filter((text) => text !== "")
  assert.ok(tables.length >= 2, stdout)
  for (const table of tables) {
    const rows = table.trimEnd().split("\n").map((line) => line.split(": "))
    const totals = new Map(rows.map(([word = "", total]) => [word, Number(total)]))
    assert.ok(totals.size >= 2, stdout)
    // The line that has "to" and "be" twice has "or" and "not" once, so the counts of each pair are equal in every batch.
    assert.equal(totals.get("to"), totals.get("be"))
    assert.equal(totals.get("or"), totals.get("not"))
    const sorted = rows.toSorted(([a = "", m], [b = "", n]) => Number(n) - Number(m) || (a < b ? -1 : 1))
    assert.deepEqual(rows, sorted)
  }
})
