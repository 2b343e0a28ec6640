/** Measures in a process of its own how much memory each of many waits leaves behind. */
import assert from "node:assert/strict"

const measured = (program: string, { warmUp, waits }: { readonly warmUp: number; readonly waits: number }) => `
  import * as CountingEffect from "effect/Effect"
  let count = 0
  /** What a program does after each wait. */
  const waited = CountingEffect.sync(() => void count++)
  const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis))
  const heap = async () => {
    for (let i = 0; i < 5; i++) {
      gc()
      // Finalizers run between collections.
      await pause(10)
    }
    return Deno.memoryUsage().heapUsed
  }
  const until = async (total) => { while (count < total) await pause(5) }
  ${program}
  await until(${warmUp})
  const [from, before] = [count, await heap()]
  await until(from + ${waits})
  const total = count
  console.log(((await heap()) - before) / (total - from))
  Deno.exit(0)`

/**
 * Runs a program that does `waited` after each of its waits, and returns the bytes that each wait adds to the heap. The
 * program imports from the root of the project.
 */
export const growth = async (
  program: string,
  counts: { readonly warmUp: number; readonly waits: number },
): Promise<number> => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", measured(program, counts)],
    cwd: new URL("../", import.meta.url),
  }).output()
  const text = new TextDecoder().decode(stdout)
  assert.match(text, /^-?\d+(\.\d+)?(e-?\d+)?\n$/, text + new TextDecoder().decode(stderr))
  return Number(text)
}
