/** The graphs of the benchmarks of shuffles between threads, in a module that workers import. */
import { DStream, Graph, RDD } from "@dstream/dstream"
import { Effect } from "effect"
import { hashPair } from "./data.ts"
import { hashGroup, hashJoined } from "./hand_pairs.ts"

/** What the graphs read: lines of a key and a value, in two partitions. */
export const queue: DStream.RDDQueue<string> = DStream.rddQueue<string>()

/** The right side of the join. */
export const right: DStream.RDDQueue<string> = DStream.rddQueue<string>()

/** What the output of the last batch has given. */
export const latest = { sum: 0 }

/** Adds up hashes, and keeps the sum. */
const summing = (hashes: DStream.DStream<number>) =>
  DStream.foreachRDD(
    DStream.reduce(hashes, (a, b) => (a + b) | 0),
    (rdd) => Effect.map(RDD.collect(rdd), ([sum = 0]) => void (latest.sum = sum)),
  )

const pairOf = (line: string): readonly [number, number] => {
  const at = line.indexOf(" ")
  return [Number(line.slice(0, at)), Number(line.slice(at + 1))]
}

const wordOf = (line: string): readonly [string, number] => {
  const at = line.indexOf(" ")
  return [line.slice(0, at), Number(line.slice(at + 1))]
}

const pairs = (lines: DStream.RDDQueue<string>) => DStream.map(DStream.queueStream(lines), pairOf)

const sums = () =>
  DStream.queueStream(queue).pipe(
    DStream.map(wordOf),
    DStream.reduceByKey((a, b) => a + b),
    DStream.map(([word, sum]) => hashPair(word.length + word.charCodeAt(word.length - 1), sum)),
  )

/** A hash of pairs in this order. */
const hashInOrder = (pairs: Iterable<readonly [number, number]>): number => {
  let hash = 0
  for (const [key, value] of pairs) hash = (Math.imul(hash, 31) + hashPair(key, value)) | 0
  return hash
}

const sorted = () =>
  DStream.transform(pairs(queue), (rdd) => RDD.sortByKey(rdd)).pipe(
    DStream.mapPartitions((pairs) => [hashInOrder(pairs)]),
  )

/** Operations that bring most of their records to other partitions. */
export const graphs = {
  reduceByKey: Graph.module(import.meta, (_: null) => [summing(sums())]),
  groupByKey: Graph.module(import.meta, (_: null) => [
    summing(DStream.map(DStream.groupByKey(pairs(queue)), ([key, values]) => hashGroup(key, values))),
  ]),
  join: Graph.module(import.meta, (_: null) => [
    summing(DStream.map(DStream.join(pairs(queue), pairs(right)), ([key, [a, b]]) => hashJoined(key, a, b))),
  ]),
  distinct: Graph.module(import.meta, (_: null) => [
    summing(
      DStream.transform(DStream.queueStream(queue), (rdd) => RDD.distinct(RDD.map(rdd, (line) => pairOf(line)[0])))
        .pipe(
          DStream.map((n) => hashPair(n, 1)),
        ),
    ),
  ]),
  sortByKey: Graph.module(import.meta, (_: null) => [summing(sorted())]),
}
