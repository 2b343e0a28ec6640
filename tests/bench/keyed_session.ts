/** Sessions on streams of pairs. Each batch gives a checksum of its output, to compare with an expected one. */
import assert from "node:assert/strict"
import { DStream, RDD } from "@dstream/dstream"
import { Effect } from "effect"
import { hashPair, type Pair, pairs } from "./data.ts"
import type { Variant } from "./measure.ts"
import { open, type SessionOptions } from "./session.ts"

const POOLS = 2

/** A started context that processes a stream of pairs. */
export interface KeyedSession {
  /** Runs the next batch and returns the checksum of its output. */
  readonly batch: () => Promise<number>
  /** The input records of a batch; batches are counted from 0. */
  readonly records: (batch: number) => ReadonlyArray<Pair>
  readonly close: () => Promise<void>
}

/** Starts a session in which `chain` processes batches of `count` records with `keys` different keys. */
export const openKeyed = async (
  count: number,
  keys: number,
  chain: (stream: DStream.DStream<Pair>) => DStream.DStream<Pair>,
  options?: SessionOptions,
): Promise<KeyedSession> => {
  const pools = Array.from({ length: POOLS }, (_, pool) => pairs(0, pool, count, keys))
  const inputs = pools.map((records) => RDD.parallelize(records, { partitions: 1 }))
  const queue = DStream.rddQueue<Pair>()
  let latest = NaN
  const session = await open(
    DStream.foreachRDD(chain(DStream.queueStream(queue)), (rdd) =>
      Effect.map(
        RDD.aggregate(rdd, 0, (sum, [key, value]) => (sum + hashPair(key, value)) | 0, (a, b) => (a + b) | 0),
        (sum) => {
          latest = sum
        },
      )),
    options,
  )
  let next = 0
  return {
    batch: async () => {
      queue.push(inputs[next++ % POOLS] ?? RDD.empty())
      await session.batch()
      return latest
    },
    records: (batch) => pools[batch % POOLS] ?? [],
    close: session.close,
  }
}

/** A variant that runs batches of a session and asserts the checksum of each. */
export const checking = (name: string, session: KeyedSession, expected: () => number): Variant => ({
  name,
  run: async () => {
    const sum = await session.batch()
    return () => {
      assert.equal(sum, expected(), name)
      return 0
    }
  },
})
