import assert from "node:assert/strict"

Deno.test("the soak runs, and loses nothing when connections break, the process is suspended, and clocks step", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("run.ts", import.meta.url).pathname,
      "--minutes=0.1",
      "flapping",
      "suspended",
      "stepping",
    ],
  }).output()
  const text = new TextDecoder().decode(stdout)
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()))
  for (const name of ["flapping", "suspended", "stepping"]) {
    const [, , batches, sent, lost, doubled] = rows.find(([, scenario]) => scenario === name) ?? []
    assert(Number(batches) > 10 && Number(sent) > 1_000, text)
    assert.deepEqual([lost, doubled], ["0", "0"], text)
  }
})

const soak = async (...args: ReadonlyArray<string>) => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("run.ts", import.meta.url).pathname, ...args],
  }).output()
  return { code, stderr: new TextDecoder().decode(stderr), stdout: new TextDecoder().decode(stdout) }
}

Deno.test("the soak prints its usage when asked to, and with arguments that it does not know", async () => {
  const help = await soak("--help")
  assert.equal(help.code, 0)
  assert.match(
    help.stdout,
    /^deno task soak \[--minutes=N\] \[scenario …\]\n[^]*\noverload, computing, windows, hanging/,
  )
  for (const arg of ["--minute=1", "--minutes=x", "overloaded"]) {
    const { code, stderr } = await soak(arg)
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`^Unknown argument ${arg}\n\ndeno task soak `))
  }
})
