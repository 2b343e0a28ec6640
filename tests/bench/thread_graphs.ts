/** The graphs of the benchmarks of threads, in a module that workers import. */
import { DStream, Graph, RDD, Text } from "@dstream/dstream"
import { Effect } from "effect"

/** What the graphs read: text in two partitions. */
export const queue: DStream.RDDQueue<string> = DStream.rddQueue<string>()

/** What the output of the last batch has given. */
export const latest: { counts: ReadonlyArray<readonly [string, number]> } = { counts: [] }

const keeping = (stream: DStream.DStream<readonly [string, number]>) =>
  DStream.foreachRDD(stream, (rdd) =>
    Effect.map(RDD.collect(rdd), (counts) => {
      latest.counts = counts
    }))

/** Mixes a number some hundred times. */
export const mixed = (line: string): number => {
  let hash = line.length
  for (let round = 0; round < 200; round++) hash = (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + round) | 0
  return hash
}

const words = (split: (line: string) => Array<string>) =>
  DStream.queueStream(queue).pipe(
    DStream.flatMap(split),
    DStream.map((word): readonly [string, number] => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
  )

const sums = () =>
  DStream.queueStream(queue).pipe(
    DStream.map((line): readonly [string, number] => ["sum", mixed(line) & 1023]),
    DStream.reduceByKey((a, b) => a + b),
  )

/** Word count by a plain and by a text function, and a function that takes long, whose results are added up. */
export const graphs = {
  "plain word count": Graph.module(import.meta, (_: null) => [keeping(words((line) => line.split(" ")))]),
  "word count with Text.split": Graph.module(import.meta, (_: null) => [keeping(words(Text.split(" ")))]),
  "heavy map": Graph.module(import.meta, (_: null) => [keeping(sums())]),
}
