/** Word count and grep: of lines that are strings, and of text that is bytes, as receivers and files give it. */
import { DStream, RDD } from "@dstream/dstream"
import type { Effect } from "effect"
import type { Engine } from "../../lib/rdd/engine.ts"
import { make } from "../../lib/rdd/rdd.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { checksum, lines, needle, textBytes } from "./data.ts"
import * as Hand from "./hand_loops.ts"
import type { Bench } from "./report.ts"
import { againstHand, type Workload } from "./workload.ts"

type Counts = Iterable<readonly [string, number | Hand.Tally]>

const sumOfCounts = (counts: Counts): number =>
  checksum(Array.from(counts, ([word, n]) => [word, typeof n === "number" ? n : n.n]))

/** An RDD of one partition whose text is bytes. Each job gets a block that has not been decoded yet. */
export const textRDD = (bytes: Uint8Array): RDD.RDD<string> =>
  make<string, never, never>("text", [], { kind: "source", partitions: 1, load: () => fromText(bytes) })

const counting = {
  rounds: 24,
  chain: (stream: DStream.DStream<string>) =>
    stream.pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word): [string, number] => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
    ),
  action: (rdd: RDD.RDD<[string, number]>): Effect.Effect<Counts, unknown, Engine> => RDD.collect(rdd),
  sum: sumOfCounts,
}

const searching = {
  rounds: 100,
  chain: DStream.filter((line: string) => line.includes(needle)),
  action: (rdd: RDD.RDD<string>): Effect.Effect<number, unknown, Engine> => RDD.count(rdd),
  sum: (found: number) => found,
}

const RECORDS = 100_000

/** Word count of strings. */
export const wordCount: Workload<ReadonlyArray<string>, string, [string, number], Counts> = {
  ...counting,
  title: "word count of strings",
  records: RECORDS,
  input: lines,
  rdds: (records) => [RDD.parallelize(records, { partitions: 1 })],
  byHand: Hand.wordCount,
}

/** Word count of text as bytes. */
export const wordCountOfBytes: Workload<Uint8Array, string, [string, number], Counts> = {
  ...counting,
  title: "word count of bytes",
  records: RECORDS,
  input: textBytes,
  rdds: (bytes) => [textRDD(bytes)],
  byHand: (bytes) => Hand.wordCount(Hand.linesOf(bytes)),
}

/** Search in strings. */
export const grep: Workload<ReadonlyArray<string>, string, string, number> = {
  ...searching,
  title: "grep of strings",
  records: RECORDS,
  input: lines,
  rdds: (records) => [RDD.parallelize(records, { partitions: 1 })],
  byHand: Hand.grep,
}

/** Search in text as bytes. */
export const grepOfBytes: Workload<Uint8Array, string, string, number> = {
  ...searching,
  title: "grep of bytes",
  records: RECORDS,
  input: textBytes,
  rdds: (bytes) => [textRDD(bytes)],
  byHand: (bytes) => Hand.grep(Hand.linesOf(bytes)),
}

/** The benchmarks of this file. */
export const onLines: Readonly<Record<string, Bench>> = {
  "wordcount": againstHand(wordCount, 130),
  "wordcount-bytes": againstHand(wordCountOfBytes, 130),
  "grep": againstHand(grep, 92),
  "grep-1m": againstHand(grep, 95, 1_000_000, 12),
  "grep-bytes": againstHand(grepOfBytes, 110),
}
