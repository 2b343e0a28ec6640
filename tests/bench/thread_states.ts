/** Two threads against one, on states by key. */
import { RDD } from "@dstream/dstream"
import { hashPair, pairs } from "./data.ts"
import type { Bench } from "./report.ts"
import { graphs, latest, queue } from "./state_graphs.ts"
import { PARTITIONS, twoAgainstOne } from "./two_threads.ts"

const measure =
  (name: keyof typeof graphs, keys: number, updates: number, rounds: number, goal: number): Bench => (size) => {
    const count = size.count(updates)
    const all = size.count(keys)
    const input = (pool: number) => RDD.parallelize(pairs(0, pool, count, all), { partitions: PARTITIONS })
    const inputs = [input(0), input(1)] as const
    const text = (n: number) => n.toLocaleString("en")
    return twoAgainstOne({
      title: `${name}, ${text(all)} keys, ${text(count)} updates per batch`,
      graph: graphs[name](all),
      push: (round) => queue.push(inputs[round % 2 === 0 ? 0 : 1]),
      sum: () => latest.sums.reduce((sum, [key, value]) => (sum + hashPair(key, value)) | 0, 0),
      rounds: size.rounds(rounds),
      warmUp: size.rounds(Math.max(10, rounds)),
      goal,
    })
  }

/** The benchmarks of this file. */
export const threadStates: Readonly<Record<string, Bench>> = {
  "threads-update-state": measure("updateStateByKey", 1_000_000, 10_000, 20, 130),
  "threads-map-state": measure("mapWithState", 100_000, 10_000, 40, 70),
  "threads-map-state-slow": measure("mapWithState with a slow function", 100_000, 20_000, 20, 140),
}
