/** What importing the library costs a program at its start: processes that import and end. */
import { figure } from "./measure.ts"
import type { Report } from "./report.ts"

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
  if (!success) throw new Error(`${code} does not run`)
  return performance.now() - from
}

/** The benches of this file. */
export const imports: Readonly<Record<string, () => Promise<Report>>> = {
  import: async () => {
    const times = programs.map((): Array<number> => [])
    for (let round = 0; round < ROUNDS + 2; round++) {
      for (const [i, [, code]] of programs.entries()) {
        const time = await start(code)
        if (round >= 2) times[i]?.push(time)
      }
    }
    return {
      title: "starting a process that imports and ends",
      figures: programs.map(([name], i) => figure(name, times[i] ?? [])),
      goals: [{ what: "mod.ts above effect/Effect", of: "mod.ts", base: "effect/Effect", ms: 60 }],
    }
  },
}
