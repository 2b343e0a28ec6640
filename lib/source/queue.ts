/**
 * Streams that read a queue of RDDs, mostly for tests and experiments.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { callSite, withCallSite } from "../core/call_site.ts"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import { fromPositions } from "../dstream/inputs/input.ts"
import type { Positions } from "../dstream/inputs/positions.ts"
import { empty, parallelize, parallelizeOwned } from "../rdd/creation.ts"
import { isRDD, type RDD } from "../rdd/rdd.ts"
import { unionAll } from "../rdd/operators/unions.ts"

/** A queue of RDDs that a {@link queueStream} reads. The program may push to it at any time. */
export interface RDDQueue<A, E = never, R = never> {
  /** Adds an RDD. Given an array, it copies the records and adds an RDD of them. */
  readonly push: (rdd: RDD<A, E, R> | ReadonlyArray<A>) => void
  /** Removes the oldest RDD and returns it. Returns undefined if the queue is empty. */
  readonly shift: () => RDD<A, E, R> | undefined
  /** The number of RDDs in the queue. */
  readonly size: number
}

/** Options of {@link queueStream}. */
export interface QueueStreamOptions<A, E = never, R = never> {
  /** Whether a batch takes one RDD of the queue (the default) or the union of all RDDs in it. */
  readonly oneAtATime?: boolean | undefined
  /**
   * The RDD of a batch that finds the queue empty. Default: an empty RDD with one partition. `null` means an RDD
   * without partitions.
   */
  readonly defaultRDD?: RDD<A, E, R> | null | undefined
}

/**
 * Makes a queue of RDDs for {@link queueStream}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 *
 * const queue = DStream.rddQueue([[1, 2], [3]])
 * queue.push(RDD.range(4, 6))
 * assert.equal(queue.size, 3)
 * ```
 */
export const rddQueue = <A extends Tupled, E = never, R = never>(
  initial: Iterable<RDD<A, E, R> | ReadonlyArray<A>> = [],
): RDDQueue<A, E, R> => {
  const rddOf = (rdd: RDD<A, E, R> | ReadonlyArray<A>): RDD<A, E, R> => isRDD(rdd) ? rdd : parallelizeOwned(rdd.slice())
  const rdds = Array.from(initial, rddOf)
  return {
    push: (rdd) => {
      rdds.push(rddOf(rdd))
    },
    shift: () => rdds.shift(),
    get size() {
      return rdds.length
    },
  }
}

/**
 * Makes a stream of the RDDs in a queue. Each batch takes the oldest RDD, or all of them. Spark: `queueStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = DStream.queueStream(DStream.rddQueue([[1, 2], [3]]))
 * assert.deepEqual(await Effect.runPromise(Testing.run(numbers, { batches: 3 })), [[1, 2], [3], []])
 * ```
 */
export const queueStream = <A, E = never, R = never>(
  queue: RDDQueue<A, E, R>,
  options: QueueStreamOptions<A, E, R> = {},
): DStream<A, E, R> => {
  const { oneAtATime = true, defaultRDD } = options
  const site = callSite()
  const whenEmpty: RDD<A, E, R> = defaultRDD === undefined
    ? parallelize<A>([], { partitions: 1 })
    : defaultRDD ?? empty<A>()
  const next = (): RDD<A, E, R> => {
    const first = queue.shift()
    if (first === undefined || oneAtATime) return first ?? whenEmpty
    const rdds = [first]
    for (let rdd = queue.shift(); rdd !== undefined; rdd = queue.shift()) rdds.push(rdd)
    return rdds.length === 1 ? first : withCallSite(site, () => unionAll(rdds))
  }
  const open = Effect.sync((): Positions<number, A, E, R> => {
    const planned = new Map<number, RDD<A, E, R>>()
    let position = 0
    return {
      plan: () =>
        Effect.sync(() => {
          planned.set(position, next())
          return Option.some({ position: position++ })
        }),
      read: (position) => Effect.sync(() => planned.get(position) ?? whenEmpty),
      commit: (position) =>
        Effect.sync(() => {
          for (const each of planned.keys()) if (each <= position) planned.delete(each)
        }),
    }
  })
  return fromPositions("queueStream", "Queue", open)
}
