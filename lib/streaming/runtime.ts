/**
 * The runtime of a started context: ticks allocate batches, one loop evaluates, runs and ends them in order.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { explainFailure } from "../core/errors.ts"
import { keptRDDs } from "../dstream/graph/kept_streams.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import { allocate, Uncommitted } from "./batch/allocator.ts"
import { type Batch, type BatchResult, type Ending, resultOf, workOf } from "./batch/batch.ts"
import { evaluate } from "./batch/evaluation.ts"
import { toBatchFailed } from "./batch/failures.ts"
import * as Runner from "./batch/job_runner.ts"
import { type Failed, type FailureEffect, failureEffect } from "./batch/policies.ts"
import { batchInfo, BatchReport } from "./batch/reports.ts"
import { isIdle } from "./batch/work.ts"
import type { BatchFailed } from "./errors.ts"
import { InBatch } from "./inside.ts"
import type { InputAllocation } from "../dstream/inputs/allocation.ts"
import { shareOf } from "./inputs/inputs.ts"
import type { RunningInput } from "./inputs/running_input.ts"
import type { Run } from "./run.ts"

/** How a context can end other than by being stopped. */
export type Failure = BatchFailed<unknown> | ReceiverFailed

/** Whether a run goes on. Each life follows the one before it. */
type Life =
  /** Ticks allocate batches, and batches run. */
  | "Running"
  /** No tick allocates any more; the batches that are allocated run. */
  | "Draining"
  /** No batch begins any more. */
  | "Closed"

/** How many results of batches are remembered. */
const RESULTS = 1_024

/** A started context. */
export class Runtime {
  readonly run: Run
  /** How each batch ended, of those that ended lately. */
  readonly results: Map<number, BatchResult> = new Map()
  /** Done when the context has stopped. */
  readonly stopped: Deferred.Deferred<void> = Deferred.makeUnsafe()
  /** Done when a failure has been reported that does not stop the context. */
  readonly reported: Deferred.Deferred<void> = Deferred.makeUnsafe()
  /** The last failure that was reported: what `awaitTermination` fails with. */
  failed: { readonly failure: Failure; readonly stops: boolean } | undefined
  /** Batches that are allocated and have not ended, in order. */
  readonly #pending = new Map<number, Batch>()
  readonly #queue = Effect.runSync(Queue.unbounded<Batch>())
  readonly #uncommitted = new Uncommitted()
  /** One permit for each batch that may be pending. */
  readonly #room: Semaphore.Semaphore
  /** Held while a batch is allocated. */
  readonly #allocating = Semaphore.makeUnsafe(1)
  /** Counts the changes of this object, so that `until` sees each of them. */
  readonly #changes = Effect.runSync(SubscriptionRef.make(0))
  /** Stops the context, in a fiber of its own. */
  readonly #stop: Effect.Effect<void>
  #allocated: number
  #life: Life = "Running"

  constructor(run: Run, stop: Effect.Effect<void>) {
    this.run = run
    this.#stop = stop
    this.#room = Semaphore.makeUnsafe(run.maxPendingBatches)
    this.#allocated = run.history.zeroTime
  }

  /** The time of the batch that is due next. */
  get due(): number {
    return this.#allocated + this.run.batchDuration
  }

  /** Waits until a condition holds. It is checked whenever a batch has been allocated or has ended, and at the end. */
  until(condition: () => boolean): Effect.Effect<void> {
    return SubscriptionRef.changes(this.#changes).pipe(Stream.takeUntil(condition), Stream.runDrain)
  }

  /** Says that something has changed. */
  get #changed(): Effect.Effect<void> {
    return SubscriptionRef.update(this.#changes, (count) => count + 1)
  }

  /** Marks the context as stopped. */
  get markStopped(): Effect.Effect<void> {
    return Effect.andThen(Deferred.succeed(this.stopped, undefined), this.#changed)
  }

  /** Stops the context because of a failure. */
  fail(failure: Failure): Effect.Effect<void> {
    return Effect.andThen(this.report(failure, "stop"), this.#stop)
  }

  /** Records a failure for `awaitTermination`. The first one that stops the context is the last one recorded. */
  report(failure: Failure, effect: FailureEffect): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.failed?.stops === true || effect === "log") return Effect.void
      this.failed = { failure, stops: effect === "stop" }
      if (effect === "stop") this.#life = "Closed"
      else Deferred.doneUnsafe(this.reported, Effect.void)
      return this.#changed
    })
  }

  /** Allocates the batch that is due at a tick, when fewer than `maxPendingBatches` are pending. */
  tick(time: number): Effect.Effect<void, never, unknown> {
    const allocated = Effect.suspend(() => this.#life === "Running" ? this.#allocate(time) : Effect.succeed(false))
    return Effect.flatMap(
      Effect.andThen(this.#room.take(1), this.#allocating.withPermit(Effect.provideService(allocated, InBatch, true))),
      (goesOn) => goesOn ? Effect.void : Effect.never,
    )
  }

  #allocate(time: number): Effect.Effect<boolean, never, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { inputs, outputsDue, policy, publish } = this.run
      const shares: Record<string, InputAllocation> = {}
      const { failure, unread } = yield* Effect.match(
        this.#withoutDefects(allocate(inputs, time, policy, shares), time),
        {
          onFailure: (failure) => ({ failure, unread: new Map() }),
          onSuccess: (unread) => ({ failure: undefined, unread }),
        },
      )
      const allocation = { time, inputs: shares }
      const info = batchInfo(allocation, inputs, yield* Clock.currentTimeMillis)
      const report = new BatchReport(publish, info)
      const batch: Batch = {
        time,
        allocation,
        unread,
        report,
        phase: failure === undefined
          ? { _tag: "Allocated" }
          : { _tag: "Unallocated", failed: { failure, effect: failureEffect(policy) } },
      }
      this.#allocated = time
      this.#pending.set(time, batch)
      if (failure === undefined) report.submitted(outputsDue(allocation))
      yield* Queue.offer(this.#queue, batch)
      yield* this.#changed
      return true
    })
  }

  /** A defect, such as one of a policy's schedule, fails the batch rather than the loop that runs it. */
  #withoutDefects<A>(
    self: Effect.Effect<A, BatchFailed<unknown>, unknown>,
    batchTime: number,
  ): Effect.Effect<A, BatchFailed<unknown>, unknown> {
    return Effect.catchDefect(self, (defect) => Effect.fail(this.#fromCause(Cause.die(defect), batchTime)))
  }

  #fromCause(cause: Cause.Cause<unknown>, batchTime: number): BatchFailed<unknown> {
    const { operation, site } = this.run.graph.outputs[0]
    return toBatchFailed(cause, { operator: operation, callSite: site, batchTime, outputId: undefined, phase: "job" })
  }

  get #isClosed(): boolean {
    return this.#life === "Closed"
  }

  /** Takes the next batch, when the one before has ended, through its phases. */
  get next(): Effect.Effect<void, never, unknown> {
    return Effect.flatMap(
      Queue.take(this.#queue),
      (batch) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(
            Effect.exit(restore(Effect.provideService(this.#process(batch), InBatch, true))),
            (exit) =>
              Effect.andThen(
                this.#end(batch, Exit.isSuccess(exit) ? exit.value : this.#endingOf(exit.cause, batch)),
                this.#isClosed ? restore(Effect.never) : Effect.void,
              ),
          )
        ),
    )
  }

  #endingOf(cause: Cause.Cause<Failed>, { time }: Batch): Ending {
    const found = Cause.findErrorOption(cause)
    if (found._tag === "Some") return { _tag: "Failed", failed: found.value }
    if (Cause.hasInterruptsOnly(cause) && this.#isClosed) return { _tag: "Dropped" }
    return { _tag: "Failed", failed: { failure: this.#fromCause(cause, time), effect: "stop" } }
  }

  /** Evaluates and runs a batch. Gives how it is to end. */
  #process(batch: Batch): Effect.Effect<Ending, Failed, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { time } = batch
      const { engine, evaluation, history, policy } = this.run
      if (batch.phase._tag === "Unallocated") return yield* Effect.fail(batch.phase.failed)
      if (this.#isClosed) return { _tag: "Dropped" } as const
      history.begin(time, (stream) => {
        const failure = batch.unread.get(stream.traits.source)
        return failure === undefined ? this.run.read(batch.allocation, stream) : Effect.fail(failure)
      })
      const work = yield* this.run.evaluating(evaluate(evaluation, time))
      batch.phase = { _tag: "Evaluated", work }
      for (const failure of work.failures) yield* this.report(failure, "report")
      if (this.#isClosed) return { _tag: "Dropped" } as const
      if (isIdle(work)) return { _tag: "Committed" } as const
      const open = yield* Effect.mapError(
        this.run.open(work, time),
        (failure): Failed => ({ failure, effect: failureEffect(policy) }),
      )
      batch.phase = { _tag: "Running", work }
      const report = (failure: Failure) => this.report(failure, "report")
      yield* Effect.mapError(
        Runner.run({ graph: this.run.graph, engine, policy, report }, open, work, time, batch.report),
        (failure): Failed => ({ failure, effect: "stop" }),
      )
      return { _tag: "Committed" } as const
    })
  }

  /** Ends a batch, whatever phase it is in: commits it as a whole or rolls it back as a whole, and releases what it holds. */
  #end(batch: Batch, ending: Ending): Effect.Effect<void, never, unknown> {
    return Effect.gen({ self: this }, function* () {
      const { allocation, phase, report, time } = batch
      const { engine, evaluation, history, inputs, policy } = this.run
      let failed = ending._tag === "Failed" ? ending.failed : undefined
      if (ending._tag === "Committed") {
        this.#uncommitted.add(allocation, inputs)
        if (phase._tag === "Running") {
          yield* engine.endBatch(time, "commit")
          failed = yield* Effect.match(this.#uncommitted.commit(time, policy), {
            onFailure: (failure): Failed => ({ failure, effect: failureEffect(policy) }),
            onSuccess: () => undefined,
          })
          if (failed?.effect === "log") yield* Effect.logWarning(explainFailure(failed.failure))
        }
      } else {
        // Those that it has by now, also where its evaluation failed on the way.
        for (const { rdd } of keptRDDs(evaluation.keptStreams, history, time)) yield* engine.abandon(rdd)
        yield* engine.endBatch(time, "abort")
        history.discard(time)
      }
      const isFatal = failed?.effect === "stop"
      const result = resultOf(batch, ending)
      const work = workOf(batch)
      if (failed !== undefined) yield* this.report(failed.failure, failed.effect)
      const cause = failed?.failure ?? work.failures.at(0)
      if (result === "generation failed" && cause !== undefined) {
        report.generationFailed(explainFailure(cause))
      } else if (result !== undefined) report.completed(yield* Clock.currentTimeMillis)
      batch.phase = ending
      yield* Effect.forEach(inputs, (input) => input.release(shareOf(allocation, input)), { discard: true })
      this.run.release(time)
      this.#pending.delete(time)
      if (result !== undefined) this.#remember(time, isFatal && result === "completed" ? "failed" : result)
      yield* this.#room.release(1)
      yield* this.#changed
      if (isFatal) yield* this.#stop
    })
  }

  #remember(time: number, result: BatchResult): void {
    this.results.set(time, result)
    for (const each of this.results.keys()) {
      if (this.results.size <= RESULTS) break
      this.results.delete(each)
    }
  }

  /** Prevents further batches from being allocated and from starting. */
  get hold(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#life = "Closed"
      return this.#changed
    })
  }

  /** Lets everything received become batches, and the batches end. */
  drain(inputs: ReadonlyArray<RunningInput>): Effect.Effect<void> {
    const hasFailed = () => this.failed?.stops === true
    return Effect.gen({ self: this }, function* () {
      while (!hasFailed()) {
        const waiting = yield* Effect.forEach(inputs, ({ receiver }) => receiver?.waiting ?? Effect.succeed(0))
        if (waiting.every((count) => count === 0)) break
        const seen = this.#allocated
        yield* this.until(() => this.#allocated > seen || hasFailed())
      }
      if (this.#life === "Running") this.#life = "Draining"
      yield* this.#allocating.withPermit(Effect.void)
      yield* this.until(() => this.#pending.size === 0 || hasFailed())
    })
  }

  /** Drops the batches that wait for their turn, and lets the one that runs end. */
  get dropWaiting(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const batch of yield* Queue.clear(this.#queue)) {
        batch.phase = { _tag: "Dropped" }
        this.#pending.delete(batch.time)
      }
      yield* this.until(() => this.#pending.size === 0 || this.failed?.stops === true)
    })
  }
}
