/** The start-up time that importing the library adds, measured with processes that import and exit. */
import { figure } from "./measure.ts"
import type { Bench } from "./report.ts"

const ROUNDS = 15

const programs: ReadonlyArray<readonly [name: string, code: string]> = [
  ["nothing", ""],
  ["effect/Effect", `import "effect/Effect"`],
  ["mod.ts", `import "./mod.ts"`],
  ["effect, all of it", `import "effect"`],
]

const root = new URL("../../", import.meta.url)

const start = async (code: string): Promise<number> => {
  const from = performance.now()
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["eval", code], cwd: root }).output()
  if (!success) throw new Error(`deno eval failed for the program: ${code}`)
  return performance.now() - from
}

/** The benchmarks of this file. */
export const imports: Readonly<Record<string, Bench>> = {
  import: async (size) => {
    const times = programs.map((): Array<number> => [])
    const warmUp = size.isQuick ? 0 : 2
    for (let round = 0; round < (size.isQuick ? 1 : ROUNDS) + warmUp; round++) {
      for (const [i, [, code]] of programs.entries()) {
        const time = await start(code)
        if (round >= warmUp) times[i]?.push(time)
      }
    }
    return {
      title: "start of a process that imports and exits",
      figures: programs.map(([name], i) => figure(name, times[i] ?? [])),
      goals: [{ what: "mod.ts, in addition to effect/Effect", of: "mod.ts", base: "effect/Effect", most: 60 }],
    }
  },
}
