/**
 * The slide of aggregates that have an inverse: values that leave the window are subtracted.
 *
 * @module
 */
import { accepts } from "../../core/results.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { PendingState } from "../../rdd/state.ts"
import type { Keep, Merge, Slide, Timed } from "./aggregate.ts"
import { enter, leave, type Total, totalOf } from "./exactness.ts"

/**
 * Makes a slide that adds the values of batches that enter with `f` and subtracts those of batches that leave with
 * `inverse`, one call for each value. When the last batch with a value of a key leaves, the key is deleted, so no
 * rounding error remains. While an aggregate contains a number that cannot be subtracted again, it is made anew of the
 * values in the window.
 */
export const withInverse = (f: Merge, inverse: Merge, filter: Keep | undefined): Slide => {
  const subtract = (state: PendingState, key: unknown, sum: Total | undefined, timed: Timed) => {
    // The filter deleted the key, and perhaps it came back since. Values that are not in the sum are not subtracted.
    if (sum === undefined || timed[0] <= sum.since) return
    if (sum.batches === 1) state.delete(key)
    else state.set(key, leave(f, inverse, sum, timed))
  }
  return function* ({ previousEnd, start }, state, pairs, fresh) {
    const since = fresh ? start : previousEnd
    yield* state.lookUp(pairs, (i, known) => {
      const key = pairs.keys[i]
      const timed = pairs.values[i] as Timed
      const sum = known as Total | undefined
      if (timed[0] <= start) return subtract(state, key, sum, timed)
      state.set(key, sum === undefined ? totalOf(timed, since) : enter(f, inverse, sum, timed))
    })
    const out = { keys: Array<unknown>(), values: Array<unknown>() }
    yield* state.visit((key, sum) => {
      const { value } = sum as Total
      if (filter !== undefined && !accepts(filter([key, value]))) return void state.delete(key)
      out.keys.push(key)
      out.values.push(value)
    })
    return new PairBlock(out)
  }
}
