/** Two threads against one, on text that is bytes in two partitions. */
import { checksum, lines } from "./data.ts"
import type { Bench, Report } from "./report.ts"
import type { Size } from "./size.ts"
import { graphs, latest, queue } from "./thread_graphs.ts"
import { PARTITIONS, textsRDD, twoAgainstOne } from "./two_threads.ts"

const textRDD = (count: number, pool: number) =>
  textsRDD(Array.from({ length: PARTITIONS }, (_, partition) => {
    const part = lines(PARTITIONS * pool + partition, count / PARTITIONS)
    return `${part.join("\n")}\n`
  }))

const measure = (
  size: Size,
  name: keyof typeof graphs,
  records: number,
  rounds: number,
  goal: number,
): Promise<Report> => {
  const count = size.count(records)
  const inputs = [textRDD(count, 0), textRDD(count, 1)] as const
  return twoAgainstOne({
    title: `${name}, ${count.toLocaleString("en")} lines as bytes`,
    graph: graphs[name](null),
    push: (round) => queue.push(inputs[round % 2 === 0 ? 0 : 1]),
    sum: () => checksum(Array.from(latest.counts)),
    rounds: size.rounds(rounds),
    warmUp: size.rounds(Math.max(6, rounds)),
    goal,
  })
}

/** The benchmarks of this file. */
export const threads: Readonly<Record<string, Bench>> = {
  "threads-words": (size) => measure(size, "plain word count", 1_000_000, 7, 170),
  "threads-words-100k": (size) => measure(size, "plain word count", 100_000, 20, 170),
  "threads-kernel": (size) => measure(size, "word count with Text.split", 1_000_000, 9, 155),
  "threads-heavy": (size) => measure(size, "heavy map", 1_000_000, 7, 180),
  "threads-heavy-100k": (size) => measure(size, "heavy map", 100_000, 20, 180),
}
