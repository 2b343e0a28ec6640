/** Two threads against one, where most records are brought to other partitions. */
import { random } from "./data.ts"
import type { Bench } from "./report.ts"
import { graphs, latest, queue, right } from "./shuffle_graphs.ts"
import { PARTITIONS, textsRDD, twoAgainstOne } from "./two_threads.ts"

/** An RDD of lines of a key below `keys` and a value. */
const linesRDD = (seed: number, count: number, keys: number) => {
  const below = random(seed)
  const lines = () => Array.from({ length: count / PARTITIONS }, () => `${below(keys)} ${below(1000)}\n`).join("")
  return textsRDD(Array.from({ length: PARTITIONS }, lines))
}

interface Shuffling {
  readonly name: keyof typeof graphs
  readonly records: number
  readonly keys: number
  readonly goal: number
}

const shuffling = ({ goal, keys, name, records }: Shuffling): Bench => (size) => {
  const count = size.count(records)
  const input = (pool: number) => ({
    left: linesRDD(pool, count, size.count(keys)),
    other: linesRDD(pool + 2, count, size.count(keys)),
  })
  const inputs = [input(0), input(1)] as const
  return twoAgainstOne({
    title: `${name}, ${count.toLocaleString("en")} records with ${size.count(keys).toLocaleString("en")} keys as bytes`,
    graph: graphs[name](null),
    push: (round) => {
      const { left, other } = inputs[round % 2 === 0 ? 0 : 1]
      queue.push(left)
      right.push(other)
    },
    sum: () => latest.sum,
    rounds: size.rounds(7),
    warmUp: size.rounds(6),
    goal,
  })
}

/** The benchmarks of this file. */
export const threadShuffles: Readonly<Record<string, Bench>> = {
  "threads-reduce-200k": shuffling({ name: "reduceByKey", records: 1_000_000, keys: 200_000, goal: 130 }),
  "threads-reduce-1m": shuffling({ name: "reduceByKey", records: 1_000_000, keys: 1_000_000, goal: 130 }),
  "threads-group": shuffling({ name: "groupByKey", records: 1_000_000, keys: 100_000, goal: 115 }),
  "threads-join": shuffling({ name: "join", records: 500_000, keys: 500_000, goal: 115 }),
  "threads-distinct": shuffling({ name: "distinct", records: 1_000_000, keys: 1_000_000, goal: 125 }),
  "threads-sort": shuffling({ name: "sortByKey", records: 1_000_000, keys: 1_000_000, goal: 115 }),
}
