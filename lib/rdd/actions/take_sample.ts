/**
 * The action that brings a random sample to the driver: takeSample.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { withCallSite } from "../../core/call_site.ts"
import { dual } from "../../core/dual.ts"
import { InvalidOption } from "../../core/errors.ts"
import type { ActionError, Engine } from "../engine.ts"
import { last, onDriver, records } from "../job.ts"
import { checkSeed, javaRandom, shuffled } from "../numbers/random.ts"
import { fractionFor } from "../numbers/samplers.ts"
import { known } from "../operators/known_steps.ts"
import { sample, type SampleOptions } from "../operators/sampling.ts"
import { isRDD, type RDD } from "../rdd.ts"
import { count } from "./collecting.ts"

/**
 * Returns `n` random records, in random order.
 *
 * Without replacement, an RDD with fewer records gives all of them. The RDD is counted first, and then sampled until
 * there are enough records, so it is computed at least twice: persist it if that is expensive. Spark: `RDD.takeSample`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const five = RDD.range(0, 20, { partitions: 2 }).pipe(RDD.takeSample(5, { seed: 1 }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(five, sc)), [7, 5, 18, 12, 10])
 * ```
 */
export const takeSample: {
  (
    n: number,
    options?: SampleOptions,
  ): <A, E, R>(self: RDD<A, E, R>) => Effect.Effect<Array<A>, ActionError<E>, R | Engine>
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    options?: SampleOptions,
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine>
} = dual(
  (args) => isRDD(args[0]),
  <A, E, R>(
    self: RDD<A, E, R>,
    n: number,
    { seed = 0, withReplacement = false }: SampleOptions = {},
  ): Effect.Effect<Array<A>, ActionError<E>, R | Engine> => {
    const where = "RDD.takeSample"
    const expected = 'a whole number of 0 or more (Spark: "Negative number of elements requested")'
    const invalid = Number.isInteger(n) && n >= 0
      ? checkSeed(where, seed)
      : new InvalidOption({ where, option: "n", value: n, expected })
    const checked = last<A, E, R>("takeSample", self, known("all", null), invalid)
    const counting = count(checked)
    return Effect.gen(function* () {
      if (invalid === undefined && n === 0) return []
      const total = yield* counting
      if (total === 0) return []
      const rng = javaRandom(BigInt(seed))
      if (!withReplacement && n >= total) {
        const all = yield* records(checked)
        return yield* onDriver(checked, () => shuffled(all, rng))
      }
      const fraction = fractionFor(n, total, withReplacement)
      const sampled = () => sample(self, fraction, { seed: rng.nextInt(), withReplacement })
      const draw = Effect.suspend(() => records(withCallSite(checked.site, sampled)))
      let drawn = yield* draw
      while (drawn.length < n) drawn = yield* draw
      return yield* onDriver(checked, () => shuffled(drawn, rng).slice(0, n))
    })
  },
)
