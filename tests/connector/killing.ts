/** Programs that are killed in the middle of their work. */
import assert from "node:assert/strict"

/** Runs a program until it prints a line, then kills it. */
export const killedAfter = async (line: string, program: URL, args: ReadonlyArray<string>): Promise<void> => {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", program.href, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn()
  let printed = ""
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text
    if (printed.includes(`${line}\n`)) break
  }
  try {
    process.kill("SIGKILL")
  } catch {
    // It has ended already. The assertion below reports it.
  }
  const { signal } = await process.status
  assert.ok(printed.includes(line), `it printed ${JSON.stringify(printed)}`)
  assert.equal(signal, "SIGKILL")
}
