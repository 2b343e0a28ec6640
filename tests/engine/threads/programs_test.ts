/** Programs on two threads, in processes of their own. */
import assert from "node:assert/strict"

const program = new URL("program.ts", import.meta.url).pathname

const deno = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), { args: [...args] }).output()
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  return new TextDecoder().decode(stdout).trim().split("\n")
}

const THREADS = "1 in a worker, 2 in a worker, 3, 4"

Deno.test("a program whose module calls runMain without a guard runs on two threads", async () => {
  const lines = await deno("run", "--no-prompt", "--allow-read", program)
  assert(lines.includes(THREADS), lines.join("\n"))
})

Deno.test("without permission to read its module, a program runs on one thread and says why, without asking", async () => {
  const [first, ...others] = await deno("run", "--no-prompt", program)
  assert.match(first ?? "", /^a worker must read .* to import it; run the program with --allow-read$/)
  assert.deepEqual(new Set(others), new Set(["1, 2, 3, 4"]))
})

Deno.test("a bundle of a program runs on two threads", async () => {
  const bundle = await Deno.makeTempFile({ suffix: ".js" })
  await deno("bundle", "--quiet", "-o", bundle, program)
  const lines = await deno("run", "--no-prompt", "--allow-read", bundle)
  assert(lines.includes(THREADS), lines.join("\n"))
  await Deno.remove(bundle)
})
