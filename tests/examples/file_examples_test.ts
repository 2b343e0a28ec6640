import assert from "node:assert/strict"
import { linesOf } from "../child_process.ts"

/** Starts the example, and reads its lines until all expected ones have come. Returns those that have not. */
const missingLines = async (expected: ReadonlyArray<string>, ...args: ReadonlyArray<string>) => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-write", "examples/file_word_count.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn()
  const missing = new Set(expected)
  let batches = 0
  for await (const line of linesOf(child)) {
    missing.delete(line)
    if (line.startsWith("Time: ") && ++batches === 2 && args[0] !== undefined) {
      await Deno.writeTextFile(`${args[0]}/_new`, "to do")
      // As old as a file that was moved here.
      await Deno.utime(`${args[0]}/_new`, 1, 1)
      await Deno.rename(`${args[0]}/_new`, `${args[0]}/new`)
    }
    if (missing.size === 0 || batches > 20) {
      child.kill("SIGINT")
      break
    }
  }
  await child.status
  return Array.from(missing)
}

Deno.test("file_word_count counts the words of files that it writes by itself", async () => {
  assert.deepEqual(await missingLines(["(to,2)", "(question,1)", "(files,1)"]), [])
})

Deno.test("file_word_count counts the words of files that are moved into a directory", async () => {
  const folder = await Deno.makeTempDir()
  await Deno.writeTextFile(`${folder}/old`, "old")
  assert.deepEqual(await missingLines(["(to,1)", "(do,1)"], folder), [])
  await Deno.remove(folder, { recursive: true })
})
