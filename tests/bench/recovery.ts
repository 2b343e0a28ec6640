/** Recovery: from the start of a process to its first output, on the checkpoint that a killed process has left. */
import { figure } from "./measure.ts"
import type { Bench } from "./report.ts"
import type { Size } from "./size.ts"

const ROUNDS = 5
/** How many outputs the process before has made: the log then has changes as well as copies. */
const OUTPUTS = 25

const program = new URL("./recovery_program.ts", import.meta.url).pathname
const root = new URL("../../", import.meta.url)

/** Runs the program until it exits. Gives the milliseconds from its start to its first output. */
const run = async (directory: string, keys: number, outputs: number): Promise<number> => {
  const from = performance.now()
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, directory, String(keys), String(outputs)],
    cwd: root,
    stdout: "piped",
    stderr: "inherit",
  }).spawn()
  let first: number | undefined
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (/^output \d/m.test(text)) first ??= performance.now() - from
  }
  const { success } = await child.status
  if (!success || first === undefined) throw new Error(`The program failed with ${keys} keys`)
  return first
}

const copy = async (directory: string): Promise<string> => {
  const other = await Deno.makeTempDir()
  for await (const { isFile, name } of Deno.readDir(directory)) {
    if (isFile) await Deno.copyFile(`${directory}/${name}`, `${other}/${name}`)
  }
  return other
}

const measure = async (keys: number, { isQuick }: Size): Promise<ReadonlyArray<number>> => {
  const directory = await Deno.makeTempDir()
  await run(directory, keys, isQuick ? 2 : OUTPUTS)
  const times: Array<number> = []
  for (let round = 0; round < (isQuick ? 1 : ROUNDS); round++) {
    const own = await copy(directory)
    times.push(await run(own, keys, 1))
    await Deno.remove(own, { recursive: true })
  }
  await Deno.remove(directory, { recursive: true })
  return times
}

/** The benchmarks of this file. */
export const recovery: Readonly<Record<string, Bench>> = {
  recovery: async (size) => {
    const sizes = size.isQuick ? [10, 1000] : [10, 100_000, 1_000_000]
    const nameOf = (keys: number) => `${keys.toLocaleString("en")} keys`
    const figures = []
    for (const keys of sizes) figures.push(figure(nameOf(keys), await measure(keys, size)))
    return {
      title: "recovery, from the start of a process to its first output",
      figures,
      goals: [
        { of: nameOf(100_000), most: 500 },
        { of: nameOf(1_000_000), most: 1500 },
      ],
    }
  },
}
