/**
 * Moving the clock of a context on, batch by batch.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { runtimeOf, type State, type StreamingContext } from "../streaming/context/context.ts"
import type { BatchResult } from "../streaming/batch/batch.ts"
import type { Runtime } from "../streaming/runtime.ts"
import * as VirtualTime from "./virtual_time.ts"

/**
 * Moves the clock on by whole batch intervals, one by one, each time until the batch that was due has ended: where something in
 * it sleeps, the clock goes on as far as that takes, and ticks wait behind a batch that takes longer than an interval. Gives how
 * each of them ended; fewer than asked for if the context stops on the way. Dies with a message where a batch never ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const sums: Array<number> = []
 * const output = Testing.input([[1, 2], [3]]).pipe(
 *   DStream.reduce((a, b) => a + b),
 *   DStream.foreachPartition((found) => Effect.sync(() => void sums.push(...found))),
 * )
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [output])
 *   assert.deepEqual(yield* Testing.advance(active), ["completed"])
 *   assert.deepEqual(sums, [3])
 *   assert.deepEqual(yield* Testing.advance(active), ["completed"])
 *   assert.deepEqual(sums, [3, 3])
 * })
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * ```
 */
export const advance: (
  active: StreamingContext<State, unknown>,
  batches?: number,
) => Effect.Effect<ReadonlyArray<BatchResult>> = Effect.fnUntraced(function* (
  active: StreamingContext<State, unknown>,
  batches = 1,
) {
  const runtime = yield* Effect.orDie(runtimeOf("advance", active))
  const { batchDuration } = runtime.run
  const ends: Array<BatchResult> = []
  for (let i = 0; i < batches; i++) {
    const now = yield* Clock.currentTimeMillis
    const known = progress.get(runtime)
    const { due, target } = known?.seen === runtime.due ? known : { due: runtime.due, target: now }
    const next = target + batchDuration
    if (next > now) yield* TestClock.adjust(next - now)
    yield* VirtualTime.untilEnded(runtime, due)
    progress.set(runtime, { due: due + batchDuration, target: next, seen: runtime.due })
    const end = runtime.results.get(due)
    if (end === undefined) break
    ends.push(end)
  }
  return ends
})

/**
 * How far each context has been advanced: the batch that is to be waited for next, and when that would be if none had been
 * slow; as long as nobody else has moved the clock beyond another tick.
 */
const progress = new WeakMap<Runtime, { readonly due: number; readonly target: number; readonly seen: number }>()
