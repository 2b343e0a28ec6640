/**
 * The slide of aggregates that have an inverse: values that leave the window are subtracted.
 *
 * @module
 */
import { accepts, valueOf } from "../../core/results.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { PendingState } from "../../rdd/state.ts"
import type { Keep, Merge, Slide, Timed } from "./aggregate.ts"

/** The state of a key: its aggregate, how many batches are in it, and the time after which batches were counted. */
type Sum = readonly [value: unknown, batches: number, since: number]

/**
 * Makes a slide that adds the values of batches that enter with `f` and subtracts those of batches that leave with
 * `inverse`, one call for each value. When the last batch with a value of a key leaves, the key is deleted, so no
 * rounding error remains.
 */
export const withInverse = (f: Merge, inverse: Merge, filter: Keep | undefined): Slide => ({ start, previousEnd }) => {
  const subtract = (state: PendingState, key: unknown, sum: Sum | undefined, [time, value]: Timed) => {
    // The filter deleted the key, and perhaps it came back since. Values that are not in the sum are not subtracted.
    if (sum === undefined || time <= sum[2]) return
    if (sum[1] === 1) state.delete(key)
    else state.set(key, [valueOf(inverse(sum[0], value)), sum[1] - 1, sum[2]])
  }
  return function* (state, pairs, _, fresh) {
    const since = fresh ? start : previousEnd
    yield* state.lookUp(pairs, (i, known) => {
      const key = pairs.keys[i]
      const timed = pairs.values[i] as Timed
      const sum = known as Sum | undefined
      if (timed[0] <= start) return subtract(state, key, sum, timed)
      const [, value] = timed
      state.set(key, sum === undefined ? [value, 1, since] : [valueOf(f(sum[0], value)), sum[1] + 1, sum[2]])
    })
    const out = { keys: Array<unknown>(), values: Array<unknown>() }
    yield* state.visit((key, sum) => {
      const [value] = sum as Sum
      if (filter !== undefined && !accepts(filter([key, value]))) return void state.delete(key)
      out.keys.push(key)
      out.values.push(value)
    })
    return new PairBlock(out)
  }
}
