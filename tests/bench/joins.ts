/** A join of two streams, as a hand loop and as batches of a streaming context. */
import { DStream, RDD } from "@dstream/dstream"
import { Effect } from "effect"
import { type Pair, pairs } from "./data.ts"
import { hashJoined, join } from "./hand_loops.ts"
import { interleaved } from "./measure.ts"
import type { Report } from "./report.ts"
import { open } from "./session.ts"

const POOLS = 2
const RECORDS = 100_000
const KEYS = 50_000
const HAND = "hand loop"
const BATCH = "batch of a streaming context"

const joined = async (): Promise<Report> => {
  const sides = [0, 1].map((stream) =>
    Array.from({ length: POOLS }, (_, pool) => {
      const records = pairs(stream, pool, RECORDS, KEYS)
      return { records, rdd: RDD.parallelize(records) }
    })
  )
  const [left, right] = [DStream.rddQueue<Pair>(), DStream.rddQueue<Pair>()]
  let latest = NaN
  const session = await open(
    DStream.foreachRDD(DStream.join(DStream.queueStream(left), DStream.queueStream(right)), (rdd) =>
      Effect.map(
        RDD.aggregate(
          rdd,
          0,
          (sum, [key, [a, b]]) => (sum + hashJoined(key, a, b)) | 0,
          (a, b) => (a + b) | 0,
        ),
        (sum) => {
          latest = sum
        },
      )),
  )
  const side = (stream: number, round: number) => sides[stream]?.[round % POOLS]
  const figures = await interleaved([
    {
      name: HAND,
      run: (round) => {
        const sum = join(side(0, round)?.records ?? [], side(1, round)?.records ?? [])
        return () => sum
      },
    },
    {
      name: BATCH,
      run: async (round) => {
        left.push(side(0, round)?.rdd ?? RDD.empty())
        right.push(side(1, round)?.rdd ?? RDD.empty())
        await session.batch()
        return () => latest
      },
    },
  ], 40)
  await session.close()
  return {
    title: `join of two streams, ${RECORDS.toLocaleString("en")} records per stream and batch`,
    figures,
    goals: [],
    spark: [{ of: BATCH, workload: `join records=${RECORDS} keys=${KEYS} warmup=15 batches=10` }],
  }
}

/** The benchmarks of this file. */
export const joins: Readonly<Record<string, () => Promise<Report>>> = { join: joined }
