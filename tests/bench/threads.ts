/** Two threads against one, on text that is bytes in two partitions. */
import { RDD } from "@dstream/dstream"
import { make } from "../../lib/rdd/rdd.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { checksum, lines } from "./data.ts"
import { interleaved } from "./measure.ts"
import type { Bench, Report } from "./report.ts"
import { open } from "./session.ts"
import type { Size } from "./size.ts"
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

const measure = async (
  size: Size,
  name: keyof typeof graphs,
  records: number,
  rounds: number,
  goal: number,
): Promise<Report> => {
  const count = size.count(records)
  const pools = [0, 1].map((pool) => () => textRDD(count, pool))
  const graph = graphs[name]
  const one = await open(graph(null))
  const two = await open(graph(null), { master: "local[2]" })
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
    size.rounds(rounds),
    size.rounds(Math.max(6, rounds)),
  )
  await one.close()
  await two.close()
  return {
    title: `${name}, ${count.toLocaleString("en")} lines as bytes, one thread and two`,
    isWall: true,
    figures,
    goals: [{ what: `${TWO} against one`, of: TWO, base: ONE, percent: goal }],
  }
}

/** The benchmarks of this file. */
export const threads: Readonly<Record<string, Bench>> = {
  "threads-words": (size) => measure(size, "plain word count", 1_000_000, 7, 170),
  "threads-words-100k": (size) => measure(size, "plain word count", 100_000, 20, 170),
  "threads-kernel": (size) => measure(size, "word count with Text.split", 1_000_000, 9, 155),
  "threads-heavy": (size) => measure(size, "heavy map", 1_000_000, 7, 180),
  "threads-heavy-100k": (size) => measure(size, "heavy map", 100_000, 20, 180),
}
