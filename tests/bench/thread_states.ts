/** Two threads against one, on states by key. */
import { RDD } from "@dstream/dstream"
import { hashPair, pairs } from "./data.ts"
import { interleaved } from "./measure.ts"
import type { Bench } from "./report.ts"
import { open } from "./session.ts"
import { graphs, latest, queue } from "./state_graphs.ts"

const ONE = "one thread"
const TWO = "two threads"

const measure =
  (name: keyof typeof graphs, keys: number, updates: number, rounds: number, goal: number): Bench => async (size) => {
    const count = size.count(updates)
    const all = size.count(keys)
    const inputs = [0, 1].map((pool) => RDD.parallelize(pairs(0, pool, count, all), { partitions: 2 }))
    const graph = graphs[name](all)
    const one = await open(graph)
    const two = await open(graph, { master: "local[2]" })
    const figures = await interleaved(
      [{ name: ONE, session: one }, { name: TWO, session: two }].map(({ name, session }) => ({
        name,
        run: async (round: number) => {
          queue.push(inputs[round % 2] ?? RDD.empty())
          await session.batch()
          return () => latest.sums.reduce((sum, [key, value]) => (sum + hashPair(key, value)) | 0, 0)
        },
      })),
      size.rounds(rounds),
      size.rounds(Math.max(10, rounds)),
    )
    await one.close()
    await two.close()
    const text = (n: number) => n.toLocaleString("en")
    return {
      title: `${name}, ${text(all)} keys, ${text(count)} updates per batch, one thread and two`,
      isWall: true,
      figures,
      goals: [{ what: `${TWO} against one`, of: TWO, base: ONE, percent: goal }],
    }
  }

/** The benchmarks of this file. */
export const threadStates: Readonly<Record<string, Bench>> = {
  "threads-update-state": measure("updateStateByKey", 1_000_000, 10_000, 20, 130),
  "threads-map-state": measure("mapWithState", 100_000, 10_000, 40, 70),
  "threads-map-state-slow": measure("mapWithState with a slow function", 100_000, 20_000, 20, 140),
}
