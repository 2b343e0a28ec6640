/** Two threads against one, where most records are brought to other partitions. */
import type { RDD } from "@dstream/dstream"
import { make } from "../../lib/rdd/rdd.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { random } from "./data.ts"
import { interleaved } from "./measure.ts"
import type { Bench, Report } from "./report.ts"
import { open } from "./session.ts"
import { graphs, latest, queue, right } from "./shuffle_graphs.ts"
import type { Size } from "./size.ts"

const PARTITIONS = 2
const ONE = "one thread"
const TWO = "two threads"

/** An RDD of lines of a key below `keys` and a value, as bytes in two partitions. */
const linesRDD = (seed: number, count: number, keys: number): RDD.RDD<string> => {
  const below = random(seed)
  const bytes = Array.from({ length: PARTITIONS }, () => {
    const lines = Array.from({ length: count / PARTITIONS }, () => `${below(keys)} ${below(1000)}\n`)
    return new TextEncoder().encode(lines.join(""))
  })
  return make("lines", [], { kind: "source", partitions: PARTITIONS, load: (index) => fromText(bytes[index]!) })
}

interface Shuffling {
  readonly name: keyof typeof graphs
  readonly records: number
  readonly keys: number
  readonly goal: number
}

const measure = async (size: Size, { goal, keys, name, records }: Shuffling): Promise<Report> => {
  const count = size.count(records)
  const graph = graphs[name]
  const one = await open(graph(null))
  const two = await open(graph(null), { master: "local[2]" })
  const inputs = [0, 1].map((pool) => [0, 2].map((side) => linesRDD(pool + side, count, size.count(keys))))
  const figures = await interleaved(
    [{ name: ONE, session: one }, { name: TWO, session: two }].map(({ name, session }) => ({
      name,
      run: async (round: number) => {
        const [left, other] = inputs[round % 2]!
        queue.push(left!)
        right.push(other!)
        await session.batch()
        return () => latest.sum
      },
    })),
    size.rounds(7),
    size.rounds(6),
  )
  await one.close()
  await two.close()
  const of = `${count.toLocaleString("en")} records with ${size.count(keys).toLocaleString("en")} keys`
  return {
    title: `${name}, ${of} as bytes, one thread and two`,
    isWall: true,
    figures,
    goals: [{ what: `${TWO} against one`, of: TWO, base: ONE, percent: goal }],
  }
}

const shuffling = (work: Shuffling): Bench => (size) => measure(size, work)

/** The benchmarks of this file. */
export const threadShuffles: Readonly<Record<string, Bench>> = {
  "threads-reduce-200k": shuffling({ name: "reduceByKey", records: 1_000_000, keys: 200_000, goal: 130 }),
  "threads-reduce-1m": shuffling({ name: "reduceByKey", records: 1_000_000, keys: 1_000_000, goal: 130 }),
  "threads-group": shuffling({ name: "groupByKey", records: 1_000_000, keys: 100_000, goal: 115 }),
  "threads-join": shuffling({ name: "join", records: 500_000, keys: 500_000, goal: 115 }),
  "threads-distinct": shuffling({ name: "distinct", records: 1_000_000, keys: 1_000_000, goal: 125 }),
  "threads-sort": shuffling({ name: "sortByKey", records: 1_000_000, keys: 1_000_000, goal: 115 }),
}
