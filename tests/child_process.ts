/** Processes that tests start, and the lines that they print. */

/** Starts a program, given as its source text, in the root of the project. */
export const started = (program: string): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: new URL("../", import.meta.url),
    stdout: "piped",
  }).spawn()

/** The lines that a process prints. A last line without an end is left out. */
export async function* linesOf(process: Deno.ChildProcess): AsyncGenerator<string, void> {
  let text = ""
  for await (const part of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n")
    text = lines.pop() ?? ""
    yield* lines
  }
}
