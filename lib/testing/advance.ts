/**
 * Advances the clock of a context batch by batch, and waits for the batches that are due.
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
 * How far each context has been advanced: the time of the next batch to wait for (`due`), and the clock time at which
 * it would be due if no batch had been slow (`target`). Both are valid while the context's next batch is still `seen`,
 * that is, while nothing else has moved the clock past a tick.
 */
const progress = new WeakMap<Runtime, { readonly due: number; readonly target: number; readonly seen: number }>()

/** The clock time at which a batch is due, if the one before it was due at `target`. */
const nextTarget = ({ run: { batchDuration, beginning: { first } } }: Runtime, due: number, target: number): number => {
  if (due < first) return target
  // The clock may be behind the last batch of an earlier process.
  return due === first ? Math.max(target + batchDuration, first) : target + batchDuration
}

/**
 * Advances the clock by one batch interval at a time, and waits each time until the batch that was due has ended.
 *
 * If the context goes on where an earlier process has ended, the batches come first that this process has not ended or
 * that were missed since. The clock does not move for them.
 *
 * If a job sleeps, the clock advances as far as its sleep takes. The ticks of later batches then wait, as they do in
 * real time behind a batch that takes longer than an interval. Returns how each batch ended, and fewer results than
 * `batches` if the context stops in between. Dies with a message if a batch does not end.
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
  const ends: Array<BatchResult> = []
  for (let i = 0; i < batches; i++) {
    const now = yield* Clock.currentTimeMillis
    const known = progress.get(runtime)
    const { due, target } = known?.seen === runtime.due ? known : { due: runtime.due, target: now }
    const next = nextTarget(runtime, due, target)
    if (next > now) yield* TestClock.adjust(next - now)
    yield* VirtualTime.untilEnded(runtime, due)
    progress.set(runtime, { due: runtime.dueAfter(due), target: next, seen: runtime.due })
    const end = runtime.results.get(due)
    if (end === undefined) break
    ends.push(end)
  }
  return ends
})

/**
 * Waits until all batches have ended that are due at the current time, for tests that move the clock themselves with
 * `TestClock.adjust` or `TestClock.setTime`.
 *
 * Returns how each batch ended that has become due since the last call of this function or of {@link advance}; batches
 * that the context dropped are left out. If no batch is due, it returns at once. If a job sleeps, the clock advances as
 * far as its sleep takes, as in {@link advance}. Batches that become due meanwhile are not waited for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import { TestClock } from "effect/testing"
 *
 * const seen: Array<number> = []
 * const output = Testing.input([[1], [2], [3]]).pipe(
 *   DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(...records))),
 * )
 * const program = Effect.gen(function* () {
 *   const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
 *   yield* TestClock.adjust("2500 millis")
 *   assert.deepEqual(yield* Testing.awaitBatches(active), ["completed", "completed"])
 *   assert.deepEqual(seen, [1, 2])
 * })
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * ```
 */
export const awaitBatches: (
  active: StreamingContext<State, unknown>,
) => Effect.Effect<ReadonlyArray<BatchResult>> = Effect.fnUntraced(function* (
  active: StreamingContext<State, unknown>,
) {
  const runtime = yield* Effect.orDie(runtimeOf("awaitBatches", active))
  const { batchDuration, beginning } = runtime.run
  const now = yield* Clock.currentTimeMillis
  const last = Math.floor(now / batchDuration) * batchDuration
  const ends: Array<BatchResult> = []
  let due = progress.get(runtime)?.due ?? runtime.dueAfter(beginning.last)
  for (; due <= last || due < beginning.first; due = runtime.dueAfter(due)) {
    yield* VirtualTime.untilEnded(runtime, due)
    const end = runtime.results.get(due)
    if (end !== undefined) ends.push(end)
  }
  progress.set(runtime, { due, target: last, seen: runtime.due })
  return ends
})
