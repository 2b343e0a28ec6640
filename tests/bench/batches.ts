/** Word count, grep and map-filter, each as a hand loop, as an RDD action, and as batches of a streaming context. */
import { DStream, RDD, SparkContext } from "@dstream/dstream"
import { Effect, ManagedRuntime } from "effect"
import type { Engine } from "../../lib/rdd/engine.ts"
import { checksum, ints, lines, needle } from "./data.ts"
import * as Hand from "./hand_loops.ts"
import { interleaved } from "./measure.ts"
import type { Report } from "./report.ts"
import { open } from "./session.ts"

const POOLS = 2
const HAND = "hand loop"
const BATCH = "batch of a streaming context"

/** A workload, as a hand loop and as operators with an action. */
interface Work<A, B, C> {
  readonly name: string
  readonly data: (pool: number, count: number) => ReadonlyArray<A>
  readonly byHand: (records: ReadonlyArray<A>) => C
  readonly chain: (stream: DStream.DStream<A>) => DStream.DStream<B>
  readonly rdds: (rdd: RDD.RDD<A>) => RDD.RDD<B>
  readonly action: (rdd: RDD.RDD<B>) => Effect.Effect<C, unknown, Engine>
  readonly sum: (result: C) => number
  /** Rounds to time; half as many warm-up rounds come first. */
  readonly rounds: number
  /** The least speed, in percent of the hand loop's. */
  readonly goal: number
  /** The arguments of the same workload in the Spark suite. */
  readonly spark: string
}

const wordCount: Work<string, [string, number], Iterable<readonly [string, number | Hand.Tally]>> = {
  name: "word count",
  data: lines,
  byHand: Hand.wordCount,
  chain: (stream) =>
    stream.pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word) => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
    ),
  rdds: (rdd) =>
    rdd.pipe(
      RDD.flatMap((line) => line.split(" ")),
      RDD.map((word) => [word, 1]),
      RDD.reduceByKey((a, b) => a + b),
    ),
  action: RDD.collect,
  sum: (counts) => checksum(Array.from(counts, ([word, n]) => [word, typeof n === "number" ? n : n.n])),
  rounds: 24,
  goal: 100,
  spark: "wordcount warmup=10 batches=10",
}

const grep: Work<string, string, number> = {
  name: "grep",
  data: lines,
  byHand: Hand.grep,
  chain: DStream.filter((line) => line.includes(needle)),
  rdds: RDD.filter((line) => line.includes(needle)),
  action: RDD.count,
  sum: (found) => found,
  rounds: 200,
  goal: 60,
  spark: "grep warmup=40 batches=20",
}

const mapFilter: Work<number, number, number> = {
  name: "map-filter",
  data: ints,
  byHand: Hand.mapFilter,
  chain: (stream) =>
    stream.pipe(DStream.map((x) => x * 3), DStream.filter((x) => x % 2 === 0), DStream.map((x) => x + 1)),
  rdds: (rdd) => rdd.pipe(RDD.map((x) => x * 3), RDD.filter((x) => x % 2 === 0), RDD.map((x) => x + 1)),
  action: RDD.reduce((a, b) => (a + b) | 0),
  sum: (total) => total,
  rounds: 600,
  goal: 60,
  spark: "mapfilter warmup=40 batches=20",
}

const measure = async <A, B, C>(work: Work<A, B, C>, count: number): Promise<Report> => {
  const pools = Array.from({ length: POOLS }, (_, pool) => work.data(pool, count))
  const inputs = pools.map((records) => RDD.parallelize(records))
  const pool = (round: number) => round % POOLS
  const engine = ManagedRuntime.make(SparkContext.layer({ master: "local", appName: "bench" }))
  const queue = DStream.rddQueue<A>()
  let latest: C | undefined
  const session = await open(
    DStream.foreachRDD(work.chain(DStream.queueStream(queue)), (rdd) =>
      Effect.map(work.action(rdd), (result) => {
        latest = result
      })),
  )
  const figures = await interleaved([
    {
      name: HAND,
      run: (round) => {
        const result = work.byHand(pools[pool(round)] ?? [])
        return () => work.sum(result)
      },
    },
    {
      name: BATCH,
      run: async (round) => {
        queue.push(inputs[pool(round)] ?? RDD.empty())
        await session.batch()
        return () => latest === undefined ? NaN : work.sum(latest)
      },
    },
    {
      name: "RDD action",
      run: async (round) => {
        const result = await engine.runPromise(work.action(work.rdds(inputs[pool(round)] ?? RDD.empty())))
        return () => work.sum(result)
      },
    },
  ], work.rounds)
  await session.close()
  await engine.dispose()
  return {
    title: `${work.name}, ${count.toLocaleString("en")} records per batch`,
    figures,
    goals: [{ what: "batch against the hand loop", of: BATCH, base: HAND, percent: work.goal }],
    spark: [{ of: BATCH, workload: `${work.spark} records=${count}` }],
  }
}

const RECORDS = 100_000

/** The benchmarks of this file. */
export const batches: Readonly<Record<string, () => Promise<Report>>> = {
  wordcount: () => measure(wordCount, RECORDS),
  grep: () => measure(grep, RECORDS),
  mapfilter: () => measure(mapFilter, RECORDS),
}
