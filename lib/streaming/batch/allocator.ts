/**
 * Allocation decides what each batch reads. Positions that were read but not committed yet are remembered here.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { BatchFailed } from "../errors.ts"
import type { Allocation, InputAllocation } from "../../dstream/inputs/allocation.ts"
import { recordsOf } from "../../dstream/inputs/allocation.ts"
import type { BatchBound } from "../../receiver/batch_bound.ts"
import { firstShare } from "../../receiver/fair_shares.ts"
import type { InputSource } from "../../dstream/inputs/input_source.ts"
import { shareOf } from "../inputs/inputs.ts"
import type { RunningInput } from "../inputs/running_input.ts"
import { ofStream } from "./failures.ts"
import { type AnyPolicy, lastOf, withRetries } from "../../dstream/outputs/retries.ts"

/** The inputs that cannot say what a batch reads, by source, with the reasons. */
export type Unread = ReadonlyMap<InputSource | undefined, BatchFailed<unknown>>

/**
 * Allocates to the batch at `time` what each input has by now, within the bound of the batch. Inputs that have less than an
 * equal share of the bound leave the rest to the others. The policy's retries apply to an input that fails. Each share is
 * added to `shares` at once, so that the caller can release it if a later input fails.
 *
 * If the policy lets other outputs continue, the inputs that failed are returned. The streams made of them cannot be
 * evaluated in this batch, and the other inputs lose nothing.
 */
export const allocate: (
  inputs: ReadonlyArray<RunningInput>,
  time: number,
  policy: AnyPolicy,
  shares: Record<string, InputAllocation>,
  bound: BatchBound,
) => Effect.Effect<Unread, BatchFailed<unknown>, unknown> = Effect.fnUntraced(function* (
  inputs: ReadonlyArray<RunningInput>,
  time: number,
  policy: AnyPolicy,
  shares: Record<string, InputAllocation>,
  bound: BatchBound,
) {
  // All open buffers are cut first. Otherwise a slow input would let records from after the tick into the shares of later inputs.
  for (const input of inputs) yield* input.cut
  // Each input gets a record at least, so that none waits for ever.
  let left = Math.max(yield* bound.next(time), inputs.length)
  let taken = 0
  const { isBehind } = bound
  const demands = left === Infinity ? [] : yield* Effect.forEach(inputs, ({ demand }) => demand(left))
  const unread = new Map<InputSource | undefined, BatchFailed<unknown>>()
  const { _tag } = lastOf(policy)
  for (const [i, input] of inputs.entries()) {
    const records = input.receiver === undefined
      // What a source of positions has is not known before it plans.
      ? Math.max(firstShare(left, demands.slice(i)), Math.floor(left / (inputs.length - i)))
      : firstShare(left, demands.slice(i))
    const allocated = yield* Effect.result(withRetries(
      ofStream(input.stream, time, "generate", () => input.allocate(time, { records, isBehind })),
      policy,
    ))
    if (Result.isSuccess(allocated)) {
      const share = allocated.success
      shares[input.name] = share
      taken += recordsOf(share) ?? 0
      left -= recordsOf(share) ?? 0
    } else if (_tag === "Continue" || _tag === "Skip") unread.set(input.stream.traits.source, allocated.failure)
    else return yield* Effect.fail(allocated.failure)
  }
  yield* bound.allocated(time, taken)
  return unread
})

/** The commits of positions that were read and are not committed yet, in the order of the batches. */
export class Uncommitted {
  readonly #commits = new Map<RunningInput, Array<Effect.Effect<void, unknown, unknown>>>()

  /** Whether no input has positions to commit. */
  get isEmpty(): boolean {
    return this.#commits.size === 0
  }

  /** Adds the positions of a batch that has ended well. */
  add(allocation: Allocation, inputs: ReadonlyArray<RunningInput>): void {
    for (const input of inputs) {
      const { commit } = input
      const share = shareOf(allocation, input)
      if (commit === undefined || share._tag !== "Position") continue
      const commits = this.#commits.get(input) ?? []
      this.#commits.set(input, commits)
      commits.push(Effect.suspend(() => commit(share.position, allocation.time)))
    }
  }

  /**
   * Commits all positions, at the end of the batch at `time`. Positions that an input fails to commit are tried again with
   * the next commit.
   */
  commit(time: number, policy: AnyPolicy): Effect.Effect<void, BatchFailed<unknown>, unknown> {
    return Effect.forEach(this.#commits, ([input, commits]) => {
      const all = Effect.whileLoop({
        while: () => commits.length > 0,
        body: () => commits[0]!,
        step: () => void commits.shift(),
      })
      return withRetries(ofStream(input.stream, time, "commit", () => all), policy)
    }, { discard: true })
  }
}
