/**
 * Allocation: what each batch reads, and what has been read and is not committed yet.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { BatchFailed } from "../errors.ts"
import type { Allocation, InputAllocation } from "../../dstream/inputs/allocation.ts"
import type { InputSource } from "../../dstream/inputs/input_source.ts"
import { shareOf } from "../inputs/inputs.ts"
import type { RunningInput } from "../inputs/running_input.ts"
import { ofStream } from "./failures.ts"
import { type AnyPolicy, lastOf, withRetries } from "../../dstream/outputs/retries.ts"

/** The inputs that cannot say what a batch reads, by source, with the reasons. */
export type Unread = ReadonlyMap<InputSource | undefined, BatchFailed<unknown>>

/**
 * Allocates the batch at `time`: what each input has by now. An input that fails is retried as the policy says. The shares
 * that inputs have given are added to `shares` one by one, so that they can be released if another input fails.
 *
 * If the policy lets other outputs go on, the inputs that fail are returned: what is made of them cannot be evaluated in
 * this batch, and the other inputs lose nothing.
 */
export const allocate: (
  inputs: ReadonlyArray<RunningInput>,
  time: number,
  policy: AnyPolicy,
  shares: Record<string, InputAllocation>,
) => Effect.Effect<Unread, BatchFailed<unknown>, unknown> = Effect.fnUntraced(function* (
  inputs: ReadonlyArray<RunningInput>,
  time: number,
  policy: AnyPolicy,
  shares: Record<string, InputAllocation>,
) {
  // The open buffers first: what arrived before the tick belongs to this batch, also where another input takes long.
  for (const input of inputs) yield* input.cut
  const unread = new Map<InputSource | undefined, BatchFailed<unknown>>()
  const { _tag } = lastOf(policy)
  for (const input of inputs) {
    const allocated = withRetries(ofStream(input.stream, time, "generate", () => input.allocate(time)), policy)
    const exit = yield* Effect.result(allocated)
    if (Result.isSuccess(exit)) shares[input.name] = exit.success
    else if (_tag === "Continue" || _tag === "Skip") unread.set(input.stream.traits.source, exit.failure)
    else return yield* Effect.fail(exit.failure)
  }
  return unread
})

/** What has been read and not been committed yet, in the order of the batches. */
export class Uncommitted {
  readonly #allocations = new Map<RunningInput, Array<Allocation>>()

  /** Adds what a batch has read that ended well. */
  add(allocation: Allocation, inputs: ReadonlyArray<RunningInput>): void {
    for (const input of inputs) {
      if (shareOf(allocation, input)._tag !== "Position") continue
      const known = this.#allocations.get(input)
      if (known === undefined) this.#allocations.set(input, [allocation])
      else known.push(allocation)
    }
  }

  /** Commits everything, at the end of the batch at `time`. What an input fails to commit is tried again with the next batch. */
  commit(time: number, policy: AnyPolicy): Effect.Effect<void, BatchFailed<unknown>, unknown> {
    return Effect.forEach(this.#allocations, ([input, allocations]) => {
      const all = Effect.whileLoop({
        while: () => allocations.length > 0,
        body: () => {
          const [next] = allocations
          return next === undefined ? Effect.void : input.commit(shareOf(next, input), next.time)
        },
        step: () => void allocations.shift(),
      })
      return withRetries(ofStream(input.stream, time, "commit", () => all), policy)
    }, { discard: true })
  }
}
