/**
 * A stream that has the same RDD in every batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidOption } from "../core/errors.ts"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import { fromPositions } from "../dstream/inputs/input.ts"
import { parallelizeOwned } from "../rdd/creation.ts"
import { isRDD, type RDD } from "../rdd/rdd.ts"

/**
 * Makes a stream that has the same RDD in every batch. Given an array, it copies the records and makes an RDD of them.
 * Spark: `ConstantInputDStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = DStream.constant([1, 2])
 * assert.deepEqual(await Effect.runPromise(Testing.run(numbers, { batches: 2 })), [[1, 2], [1, 2]])
 * ```
 */
export const constant = <A extends Tupled, E = never, R = never>(
  of: RDD<A, E, R> | ReadonlyArray<A>,
): DStream<A, E, R> => {
  const isValid = isRDD(of) || Array.isArray(of)
  const rdd: RDD<A, E, R> = isRDD(of) ? of : parallelizeOwned(isValid ? of.slice() : [])
  const problem = new InvalidOption({
    where: "DStream.constant",
    option: "rdd",
    value: of,
    expected: "an RDD or an array of records",
  })
  const positions = {
    plan: () => Effect.succeed(Option.some({ position: 0 })),
    read: () => Effect.succeed(rdd),
    resume: () => Effect.void,
  }
  return fromPositions("constant", "Constant", Effect.succeed(positions), {
    check: () => isValid ? [] : [problem.message],
  })
}
