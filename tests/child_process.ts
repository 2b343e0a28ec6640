/** Processes that tests start, and the lines that they print. */

/** Starts a program, given as its source text, in the root of the project. */
export const started = (program: string): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: new URL("../", import.meta.url),
    stdout: "piped",
  }).spawn()

/** Source text that makes an effect the main program, with a local engine and a batch interval. */
export const asMain = (interval: string): string =>
  `.pipe(
    Effect.provide(Scheduler.layer("${interval}")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "test" })),
    runMain,
  )`

/** The lines that a process prints. A last line without an end is left out. */
export async function* linesOf(process: Deno.ChildProcess): AsyncGenerator<string, void> {
  let text = ""
  for await (const part of process.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n")
    text = lines.pop() ?? ""
    yield* lines
  }
}
