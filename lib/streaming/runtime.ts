/**
 * The runtime of a started context. Ticks allocate batches; one loop evaluates, runs and ends them in order.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"
import { explainFailure } from "../core/errors.ts"
import { CurrentValues } from "../dstream/driver_state.ts"
import { keptRDDs } from "../dstream/graph/kept_streams.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import { allocate, Uncommitted, type Unread } from "./batch/allocator.ts"
import { type Batch, type BatchResult, type Ending, rememberResult, resultOf, workOf } from "./batch/batch.ts"
import { evaluate } from "./batch/evaluation.ts"
import * as Runner from "./batch/job_runner.ts"
import { type Failed, failedBy, failedOf, type FailureEffect, failureEffect, fromCause } from "./batch/policies.ts"
import { batchInfo, BatchReport } from "./batch/reports.ts"
import { isIdle } from "./batch/work.ts"
import { Conditions } from "./conditions.ts"
import type { BatchFailed } from "./errors.ts"
import { InBatch } from "./inside.ts"
import { batchAfter } from "./beginning.ts"
import type { Allocation, InputAllocation } from "../dstream/inputs/allocation.ts"
import type { CheckpointFailed } from "./checkpoint/errors.ts"
import type { Durability } from "./durability.ts"
import { shareOf } from "./inputs/inputs.ts"
import type { RunningInput } from "./inputs/running_input.ts"
import type { Run } from "./run.ts"

/** The failures that can end a context. */
export type Failure = BatchFailed<unknown> | ReceiverFailed | CheckpointFailed

/** Which work a run still does. The values follow each other in this order. */
type Life =
  /** Ticks allocate batches, and batches run. */
  | "Running"
  /** Ticks allocate no more batches; the batches that are already allocated still run. */
  | "Draining"
  /** No further batch starts. */
  | "Closed"

/** How a batch ends, and when that is durable. */
interface Written {
  readonly ending: Ending
  readonly isDurable: Effect.Effect<void, CheckpointFailed>
}

/** Allocates, runs and ends the batches of a started context. */
export class Runtime {
  readonly run: Run
  /** How the latest batches ended, by batch time. The test kit reads it. */
  readonly results: Map<number, BatchResult> = new Map()
  /** Completed when the context has stopped. */
  readonly stopped: Deferred.Deferred<void> = Deferred.makeUnsafe()
  /** Completed by the first reported failure that does not stop the context. */
  readonly reported: Deferred.Deferred<void> = Deferred.makeUnsafe()
  /** The last failure that was reported. `awaitTermination` fails with it. */
  failed: { readonly failure: Failure; readonly stops: boolean } | undefined
  /** How many batches are allocated and have not ended. */
  #pending = 0
  readonly #queue = Effect.runSync(Queue.unbounded<Batch>())
  /** Batches whose end is being written to the checkpoint, oldest first. Each effect waits for that, and then ends the batch. */
  readonly #ending = Effect.runSync(Queue.unbounded<Effect.Effect<void, never, unknown>>())
  readonly #uncommitted = new Uncommitted()
  /** Has `maxPendingBatches` permits; each pending batch holds one. */
  readonly #room: Semaphore.Semaphore
  /** Its one permit is held while a batch is allocated. */
  readonly #allocating = Semaphore.makeUnsafe(1)
  readonly #conditions = new Conditions()
  /** Stops the context, in a separate fiber. */
  readonly #stop: Effect.Effect<void>
  /** The time of the last batch that was allocated. */
  #allocated: number
  #life: Life = "Running"

  constructor(run: Run, stop: Effect.Effect<void>) {
    this.run = run
    this.#stop = stop
    this.#room = Semaphore.makeUnsafe(run.maxPendingBatches)
    this.#allocated = run.beginning.last
  }

  /** The time of the batch that is due next. */
  get due(): number {
    return this.dueAfter(this.#allocated)
  }

  /** The time of the batch that is due after another. */
  dueAfter(time: number): number {
    return batchAfter(this.run.beginning, this.run.batchDuration, time)
  }

  /** Waits until a condition holds. It is checked when a batch is allocated or ends, and when the context fails or stops. */
  until(condition: () => boolean): Effect.Effect<void> {
    return this.#conditions.until(condition)
  }

  /** Marks the context as stopped. */
  get markStopped(): Effect.Effect<void> {
    return Effect.sync(() => {
      Deferred.doneUnsafe(this.stopped, Effect.void)
      this.#conditions.check()
    })
  }

  /** Stops the context because of a failure. */
  fail(failure: Failure): Effect.Effect<void> {
    return Effect.andThen(this.report(failure, "stop"), this.#stop)
  }

  /** Records a failure for `awaitTermination`. After a failure that stops the context, no other failure is recorded. */
  report(failure: Failure, effect: FailureEffect): Effect.Effect<void> {
    return Effect.sync(() => {
      if (this.failed?.stops === true || effect === "log") return
      this.failed = { failure, stops: effect === "stop" }
      if (effect === "stop") this.#life = "Closed"
      else Deferred.doneUnsafe(this.reported, Effect.void)
      this.#conditions.check()
    })
  }

  /**
   * Allocates the batch that is due at a tick. Waits first while `maxPendingBatches` are pending; never returns once the
   * run drains. `given` is what the batch reads if an earlier process has decided it.
   */
  tick(time: number, given?: Allocation): Effect.Effect<void, never, unknown> {
    const allocated = Effect.suspend(() =>
      this.#life === "Running" ? Effect.as(Effect.gen(() => this.#allocate(time, given)), true) : Effect.succeed(false)
    )
    return Effect.flatMap(
      Effect.andThen(this.#room.take(1), this.#allocating.withPermit(Effect.provideService(allocated, InBatch, true))),
      (hasAllocated) => hasAllocated ? Effect.void : Effect.never,
    )
  }

  *#allocate(time: number, given: Allocation | undefined) {
    const { bound, durability, inputs, outputsDue, policy, publish } = this.run
    const shares: Record<string, InputAllocation> = { ...given?.inputs }
    let unread: Unread = new Map()
    const allocated = given === undefined
      ? Effect.map(allocate(inputs, time, policy, shares, bound), (failed) => void (unread = failed))
      : Effect.void
    const failed = yield* failedOf(allocated, this.run, time)
    const allocation = { time, inputs: shares }
    // A batch that stops the context is not logged: after a restart its input is there as if it had not been taken.
    const isLogged = durability === undefined || given !== undefined || failed?.effect === "stop"
      ? Effect.void
      : durability.allocated(allocation)
    const info = batchInfo(allocation, inputs, this.#now)
    const report = new BatchReport(publish, info)
    const batch: Batch = {
      time,
      allocation,
      unread,
      isLogged,
      report,
      phase: failed === undefined ? { _tag: "Allocated" } : { _tag: "Unallocated", failed },
    }
    this.#allocated = time
    this.#pending++
    if (failed === undefined) report.submitted(outputsDue(allocation))
    Queue.offerUnsafe(this.#queue, batch)
    this.#conditions.check()
  }

  /** The time of the run. */
  get #now(): number {
    return this.run.clock.currentTimeMillisUnsafe()
  }

  get #isClosed(): boolean {
    return this.#life === "Closed"
  }

  /** Takes one batch after the other from the queue, runs it, and ends it. */
  get batches(): Effect.Effect<never, never, unknown> {
    const next = Effect.flatMap(
      Queue.take(this.#queue),
      (batch) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(
            Effect.exit(restore(Effect.gen(() => this.#process(batch)))),
            (exit) =>
              this.#guarded(
                batch,
                Effect.gen(() =>
                  this.#finalize(batch, Exit.isSuccess(exit) ? exit.value : this.#endingOf(exit.cause, batch))
                ),
              ),
          )
        ),
    )
    return Effect.forever(next, { disableYield: true }).pipe(
      Effect.provideService(InBatch, true),
      Effect.provideService(CurrentValues, this.run.values),
    )
  }

  /** Ends the batches whose ends have been written to the checkpoint. */
  get endings(): Effect.Effect<never, never, unknown> {
    return Effect.forever(Effect.flatMap(Queue.take(this.#ending), Effect.uninterruptible), { disableYield: true })
  }

  /** Runs the end of a batch. Defects stop the context. */
  #guarded(batch: Batch, self: Effect.Effect<void, never, unknown>): Effect.Effect<void, never, unknown> {
    return Effect.catchCause(self, (cause) => this.fail(fromCause(cause, this.run.graph, batch.time)))
  }

  #endingOf(cause: Cause.Cause<Failed>, { time }: Batch): Ending {
    if (Cause.hasInterruptsOnly(cause) && this.#isClosed) return { _tag: "Dropped" }
    return { _tag: "Failed", failed: failedBy(cause, this.run.graph, time) }
  }

  /** Evaluates and runs a batch. Returns how it should end. */
  *#process(batch: Batch) {
    const { time } = batch
    const { durability, engine, evaluation, history, policy } = this.run
    if (batch.phase._tag === "Unallocated") return yield* Effect.fail(batch.phase.failed)
    if (this.#isClosed) return { _tag: "Dropped" } as const
    history.begin(time, (stream) => {
      const failure = batch.unread.get(stream.traits.source)
      return failure === undefined ? this.run.read(batch.allocation, stream) : Effect.fail(failure)
    })
    const evaluated = yield* this.run.evaluating(evaluate(evaluation, time))
    const work = durability === undefined ? evaluated : durability.undone(time, evaluated)
    batch.phase = { _tag: "Evaluated", work }
    if (this.#isClosed) return { _tag: "Dropped" } as const
    if (isIdle(work)) return { _tag: "Committed" } as const
    const open = yield* Effect.mapError(
      this.run.open(work, time),
      (failure): Failed => ({ failure, effect: failureEffect(policy) }),
    )
    yield* Effect.mapError(batch.isLogged, (failure): Failed => ({ failure, effect: "stop" }))
    batch.phase = { _tag: "Running", work }
    const report = (failure: Failure) => this.report(failure, "report")
    const options = {
      graph: this.run.graph,
      engine,
      policy,
      now: () => this.#now,
      report,
      values: this.run.values,
      done: durability && durability.done.bind(durability),
      reach: durability?.reach,
      isRecovered: durability?.isRecovered(time) ?? false,
      isDurable: durability?.isSynced ?? false,
    }
    yield* Effect.mapError(
      Runner.run(options, open, work, time, batch.report),
      (failure): Failed => ({ failure, effect: "stop" }),
    )
    return { _tag: "Committed" } as const
  }

  /**
   * Writes the end of a batch to the checkpoint, if there is one. Gives how the batch ends, and an effect that waits until that
   * is durable.
   */
  #written(batch: Batch, ending: Ending): Effect.Effect<Written, never, unknown> {
    const { durability } = this.run
    const lasts = ending._tag === "Committed" || (ending._tag === "Failed" && ending.failed.effect !== "stop")
    if (durability === undefined || !lasts) return Effect.succeed({ ending, isDurable: Effect.void })
    const work = ending._tag === "Committed" ? workOf(batch) : undefined
    return Effect.match(durability.ended(batch.time, work), {
      onSuccess: (isDurable) => ({ ending, isDurable }),
      onFailure: (failure) => ({
        ending: { _tag: "Failed", failed: { failure, effect: "stop" } } as const,
        isDurable: Effect.void,
      }),
    })
  }

  /**
   * Commits a batch in any phase as a whole, or rolls it back as a whole. The next batch can run then. What must wait until
   * the end of the batch is durable comes after that.
   */
  *#finalize(batch: Batch, asked: Ending) {
    const { time } = batch
    const { bound, durability, engine, evaluation, history, values } = this.run
    const { ending, isDurable } = yield* this.#written(batch, asked)
    values.end(ending._tag === "Committed")
    if (ending._tag === "Committed") {
      if (batch.phase._tag === "Running") yield* engine.endBatch(time, "commit")
    } else {
      // If the evaluation failed midway, these are the kept RDDs that it had made by then.
      for (const { rdd } of keptRDDs(evaluation.keptStreams, history, time)) yield* engine.abandon(rdd)
      yield* engine.endBatch(time, "abort")
      history.discard(time)
    }
    yield* bound.ended(time, ending._tag === "Committed")
    const ended = Effect.gen(() => this.#end(batch, ending))
    if (durability === undefined) return yield* ended
    const durable = Effect.matchEffect(isDurable, {
      onSuccess: () => Effect.andThen(Effect.andThen(ended, durability.reached("committed")), this.#clean(durability)),
      onFailure: (failure) => Effect.andThen(this.fail(failure), Effect.gen(() => this.#forget(batch))),
    })
    yield* Queue.offer(this.#ending, this.#guarded(batch, durable))
  }

  /** Removes old segments of the checkpoint if some are not needed any more. */
  #clean(durability: Durability): Effect.Effect<void, never, unknown> {
    return Effect.suspend(() =>
      durability.hasOldSegments
        ? Effect.catch(this.#allocating.withPermit(durability.clean), (failure) => this.fail(failure))
        : Effect.void
    )
  }

  /** Ends a batch whose outcome is final: commits the positions of its inputs, reports it, and releases what it holds. */
  *#end(batch: Batch, ending: Ending) {
    const { allocation, phase, report, time } = batch
    const { inputs, policy } = this.run
    let failed = ending._tag === "Failed" ? ending.failed : undefined
    if (ending._tag === "Committed") {
      this.#uncommitted.add(allocation, inputs)
      if (phase._tag === "Running" && !this.#uncommitted.isEmpty) {
        failed = yield* failedOf(this.#uncommitted.commit(time, policy), this.run, time)
        if (failed?.effect === "log") yield* Effect.logWarning(explainFailure(failed.failure))
      }
    }
    const isFatal = failed?.effect === "stop"
    const result = resultOf(batch, ending)
    if (failed !== undefined) yield* this.report(failed.failure, failed.effect)
    // Reported now, so that a program that ends with it has the jobs of the other outputs behind it.
    const [unevaluated] = ending._tag === "Committed" ? workOf(batch)?.failures ?? [] : []
    if (unevaluated !== undefined) yield* this.report(unevaluated, "report")
    const cause = failed?.failure ?? unevaluated
    if (result === "generation failed" && cause !== undefined) {
      report.generationFailed(explainFailure(cause))
    } else if (result !== undefined) report.completed(this.#now)
    batch.phase = ending
    if (result !== undefined) {
      rememberResult(this.results, time, isFatal && result === "completed" ? "failed" : result)
    }
    yield* this.#forget(batch)
    if (isFatal) yield* this.#stop
  }

  /** Releases everything that a batch holds. */
  *#forget({ allocation, time }: Batch) {
    const { batchDuration, history, inputs } = this.run
    const isRemembered = ({ stream }: RunningInput) => history.rememberOf(stream) > batchDuration
    for (const input of inputs) yield* input.release(shareOf(allocation, input), isRemembered(input))
    this.run.release(time)
    this.#pending--
    yield* this.#room.release(1)
    this.#conditions.check()
  }

  /** Prevents further batches from being allocated and from starting. */
  get hold(): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#life = "Closed"
      this.#conditions.check()
    })
  }

  /** Waits until batches have been made of everything received, and until these batches have ended. */
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
      yield* this.until(() => this.#pending === 0 || hasFailed())
    })
  }

  /** Drops the batches that have not started, and waits until the running batch has ended. */
  get dropWaiting(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const batch of yield* Queue.clear(this.#queue)) {
        batch.phase = { _tag: "Dropped" }
        this.#pending--
      }
      yield* this.until(() => this.#pending === 0 || this.failed?.stops === true)
    })
  }
}
