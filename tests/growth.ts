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
  // What leaks leaks in every part; what the collector has left until later does so in some.
  let least = Infinity
  for (let part = 0; part < 3; part++) {
    const [from, before] = [count, await heap()]
    await until(from + ${waits} / 3)
    const total = count
    least = Math.min(least, ((await heap()) - before) / (total - from))
  }
  console.log(least)
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
