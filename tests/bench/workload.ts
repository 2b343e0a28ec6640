/** Workloads that are there twice: as a hand loop, and as batches of a streaming context. */
import { DStream, type RDD } from "@dstream/dstream"
import { Effect } from "effect"
import type { Engine } from "../../lib/rdd/engine.ts"
import type { Variant } from "./measure.ts"
import { interleaved } from "./measure.ts"
import type { Bench, Goal } from "./report.ts"
import { open, type SessionOptions } from "./session.ts"
import type { Size } from "./size.ts"

const POOLS = 2

/** The names of the two figures of a workload. */
export const HAND = "hand loop"
export const BATCH = "batch"

/** A workload. `I` is the input of a batch as the hand loop gets it, `A` are the records of the streams. */
export interface Workload<I, A, B, C> {
  readonly title: string
  /** How many records a batch has at full size. */
  readonly records: number
  /** How many rounds are timed at full size; half as many warm-up rounds come first. */
  readonly rounds: number
  /** Makes the input of a batch. Batches use the pools in turns. */
  readonly input: (pool: number, records: number) => I
  /** The records of a batch, of one stream or of two. */
  readonly rdds: (input: I) => readonly [RDD.RDD<A>, RDD.RDD<A>?]
  readonly byHand: (input: I) => C
  readonly chain: (first: DStream.DStream<A>, second: DStream.DStream<A>) => DStream.DStream<B>
  /** The output of a batch. */
  readonly action: (rdd: RDD.RDD<B>) => Effect.Effect<C, unknown, Engine>
  readonly sum: (result: C) => number
}

/** A workload whose context has started. */
export interface Running {
  /** Computes a batch by hand, and returns a function that gives the checksum of the result. */
  readonly byHand: (round: number) => () => number
  /** Runs the next batch, and returns a function that gives the checksum of its output. */
  readonly batch: () => Promise<() => number>
  readonly close: () => Promise<void>
}

/** Makes the inputs of a workload and starts its context. */
export const start = async <I, A, B, C>(
  { action, byHand, chain, input, rdds, sum }: Workload<I, A, B, C>,
  records: number,
  options?: SessionOptions,
): Promise<Running> => {
  const pools = Array.from({ length: POOLS }, (_, pool) => {
    const made = input(pool, records)
    return { input: made, rdds: rdds(made) }
  })
  const at = (round: number) => pools[round % POOLS]!
  const [first, second] = [DStream.rddQueue<A>(), DStream.rddQueue<A>()]
  let latest: C | undefined
  const session = await open(
    DStream.foreachRDD(
      chain(DStream.queueStream(first), DStream.queueStream(second)),
      (rdd) =>
        Effect.map(action(rdd), (result) => {
          latest = result
        }),
    ),
    options,
  )
  let next = 0
  return {
    byHand: (round) => {
      const result = byHand(at(round).input)
      return () => sum(result)
    },
    batch: async () => {
      const [left, right] = at(next++).rdds
      first.push(left)
      if (right !== undefined) second.push(right)
      latest = undefined
      await session.batch()
      return () => latest === undefined ? NaN : sum(latest)
    },
    close: session.close,
  }
}

/** The two ways to run a workload. */
export const variants = ({ batch, byHand }: Running): readonly [Variant, Variant] => [
  { name: HAND, run: byHand },
  { name: BATCH, run: batch },
]

/** How many records a batch of a workload has, for its title. */
export const perBatch = (records: number): string => `${records.toLocaleString("en")} records a batch`

/** A benchmark of a workload against the hand loop. `percent` is the least speed, in percent of the hand loop's. */
export const againstHand =
  <I, A, B, C>(work: Workload<I, A, B, C>, percent: number, records = work.records, rounds = work.rounds): Bench =>
  async (size: Size) => {
    const running = await start(work, size.count(records))
    const figures = await interleaved(variants(running), size.rounds(rounds))
    await running.close()
    const goal: Goal = { of: BATCH, base: HAND, percent }
    return { title: `${work.title}, ${perBatch(records)}`, figures, goals: [goal] }
  }
