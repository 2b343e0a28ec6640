/** Two threads against one, on text that is bytes in two partitions. */
import { RDD } from "@dstream/dstream"
import { make } from "../../lib/rdd/rdd.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { checksum, lines } from "./data.ts"
import { interleaved } from "./measure.ts"
import type { Report } from "./report.ts"
import { open } from "./session.ts"
import { graphs, latest, queue } from "./thread_graphs.ts"

const PARTITIONS = 2
const ONE = "one thread"
const TWO = "two threads"

/** An RDD of lines that are bytes, as receivers make them. */
const textRDD = (count: number, pool: number): RDD.RDD<string> => {
  const bytes = Array.from({ length: PARTITIONS }, (_, partition) => {
    const part = lines(PARTITIONS * pool + partition, count / PARTITIONS)
    return new TextEncoder().encode(`${part.join("\n")}\n`)
  })
  return make("text", [], { kind: "source", partitions: PARTITIONS, load: (index) => fromText(bytes[index]!) })
}

const measure = async (name: keyof typeof graphs, count: number, rounds: number, goal: number): Promise<Report> => {
  const pools = [0, 1].map((pool) => () => textRDD(count, pool))
  const graph = graphs[name]
  const one = await open(graph(null), undefined, "local")
  const two = await open(graph(null), undefined, "local[2]")
  const inputs = pools.map((make) => make())
  const figures = await interleaved(
    [{ name: ONE, session: one }, { name: TWO, session: two }].map(({ name, session }) => ({
      name,
      run: async (round: number) => {
        queue.push(inputs[round % 2] ?? RDD.empty())
        await session.batch()
        return () => checksum(Array.from(latest.counts))
      },
    })),
    rounds,
    Math.max(6, rounds),
  )
  await one.close()
  await two.close()
  return {
    title: `${name}, ${count} lines as bytes, one thread and two`,
    figures,
    goals: [{ what: `${TWO} against one`, of: TWO, base: ONE, percent: goal }],
  }
}

/** The benchmarks of threads. */
export const threads: Readonly<Record<string, () => Promise<Report>>> = {
  threads_words: () => measure("plain word count", 1_000_000, 7, 170),
  threads_words_100k: () => measure("plain word count", 100_000, 20, 170),
  threads_heavy: () => measure("heavy map", 1_000_000, 7, 180),
  threads_heavy_100k: () => measure("heavy map", 100_000, 20, 180),
}
