/**
 * Sliding aggregates with an inverse: what leaves the window is taken out.
 *
 * @module
 */
import { refusePendingAmong } from "../../core/results.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import type { PendingState } from "../../rdd/state.ts"
import type { Keep, Merge, Slide, Timed } from "./aggregate.ts"

/** An aggregate that values can be taken out of: how many batches are in it, of those after a time. */
type Balance = readonly [value: unknown, batches: number, after: number]

/**
 * With an inverse: one step for each value that enters or leaves. A key goes with the last batch that has it, so nothing
 * remains of it, not even what rounding would leave.
 */
export const balanced = (f: Merge, inverse: Merge, filter: Keep | undefined): Slide => ({ limit, before }) => {
  const leave = (state: PendingState, key: unknown, balance: Balance | undefined, [time, value]: Timed) => {
    // Not there: the filter has dropped it, or the key has come back since. What was not counted is not taken out.
    if (balance === undefined || time <= balance[2]) return
    if (balance[1] === 1) state.delete(key)
    else state.set(key, [inverse(balance[0], value), balance[1] - 1, balance[2]])
  }
  return (state, pairs, _, fresh) => {
    const after = fresh ? limit : before
    state.lookUp(pairs, (i, known) => {
      const key = pairs.keys[i]
      const timed = pairs.values[i] as Timed
      const balance = known as Balance | undefined
      if (timed[0] <= limit) return leave(state, key, balance, timed)
      const [, value] = timed
      state.set(key, balance === undefined ? [value, 1, after] : [f(balance[0], value), balance[1] + 1, balance[2]])
    })
    const found = { keys: Array<unknown>(), values: Array<unknown>() }
    state.visit((key, balance) => {
      const [value] = balance as Balance
      if (filter !== undefined && !filter([key, value])) return void state.delete(key)
      found.keys.push(key)
      found.values.push(value)
    })
    refusePendingAmong(found.values)
    return new PairBlock(found)
  }
}
