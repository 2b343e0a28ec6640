/**
 * The runtime of a started context: ticks become batches, batches become jobs, and everything ends in order.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import type { CallSite } from "../core/call_site.ts"
import { explainFailure } from "../core/errors.ts"
import { forever } from "../core/fresh.ts"
import type { AnyGraph } from "../dstream/graph/graph.ts"
import { Engine } from "../rdd/engine.ts"
import type { AnyRDD } from "../rdd/rdd.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import { PATIENCE, within } from "../receiver/bounded_wait.ts"
import { afterOpen } from "./batch/early_actions.ts"
import type { BatchFailed } from "./errors.ts"
import { type Following, following, Notes } from "./replica/graph_copy.ts"
import { generateBatch, type GeneratorOptions, keptAt, ofInput } from "./batch/generator.ts"
import { keepersIn, needsIn } from "./batch/kept_streams.ts"
import type { ReceiverSettings } from "./inputs/input_blocks.ts"
import * as Inputs from "./inputs/inputs.ts"
import { toBatchFailed } from "./batch/evaluation.ts"
import * as Runner from "./batch/job_runner.ts"
import { InBatch, RunsInside } from "./inside.ts"
import type { ListenerBus } from "./listeners/listener_bus.ts"
import { type AnyPolicy, type Bearing, bearingOf, insist } from "./batch/policies.ts"
import * as Provided from "./graph_layers.ts"
import { copyOf } from "./replica/replica.ts"
import * as Report from "./batch/reports.ts"
import type { RunningInput } from "./inputs/running_input.ts"
import { firstTick, ticks } from "./scheduler.ts"
import { addressesIn, noAllocation, rememberDurations, Timeline } from "./batch/timeline.ts"

/** How a context can end other than by being stopped. */
export type Failure = BatchFailed<unknown> | ReceiverFailed

/** What a runtime is started with. */
export interface RuntimeOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  readonly batchDuration: number
  readonly remember: number
  readonly policy: AnyPolicy
  readonly gracefulStopTimeout: number
  /** How many batches may be submitted and not have ended before the next tick waits. */
  readonly maxPendingBatches: number
  readonly receivers: ReceiverSettings
  readonly bus: ListenerBus
  readonly site: CallSite
}

/** How a batch ended. `failed`: the context has failed with it, and nothing of it is committed. */
export type BatchEnd = "completed" | "no jobs" | "generation failed" | "failed"

type Work<A> = Effect.Effect<A, never, unknown>

const runs = new WeakMap<Engine, number>()

/** What marks the states of the next run on an engine: a run starts without those of the runs before it. */
const nextRun = (engine: Engine): string => {
  const run = (runs.get(engine) ?? 0) + 1
  runs.set(engine, run)
  return run === 1 ? "" : `, run ${run}`
}

/** A started context. */
export class Runtime {
  readonly options: RuntimeOptions
  readonly timeline: Timeline
  readonly inputs: ReadonlyArray<RunningInput>
  /** The last failure reported: `awaitTermination` gives it, whoever asks and however often. */
  failure: Failure | undefined
  /** Whether that failure ends the context. */
  hasFailed = false
  /** How each batch ended that has ended lately. */
  readonly ended: Map<number, BatchEnd> = new Map()
  readonly stopped: Deferred.Deferred<void> = Deferred.makeUnsafe()
  /** Done with the first failure that is reported and does not end the context. */
  readonly reported: Deferred.Deferred<void> = Deferred.makeUnsafe()
  readonly #generator: GeneratorOptions
  readonly #sets: Queue.Queue<Runner.JobSet>
  readonly #following: Following | undefined
  readonly #onFailure: Effect.Effect<void>
  /** Batches that are submitted and have not ended, in order, and what is kept of them. */
  readonly #open = new Map<number, ReadonlySet<AnyRDD>>()
  #pulse: Deferred.Deferred<void> = Deferred.makeUnsafe()
  #generated: number
  #latest: number
  #ticking = false
  /** Whether a batch is made only when those before it have ended: actions in its making need what they compute. */
  #isInTurn = false
  #halted = false
  #closing = false
  #fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>> = []

  private constructor(
    options: RuntimeOptions,
    onFailure: Effect.Effect<void>,
    timeline: Timeline,
    inputs: ReadonlyArray<RunningInput>,
    sets: Queue.Queue<Runner.JobSet>,
    following: Following | undefined,
  ) {
    this.options = options
    this.timeline = timeline
    this.inputs = inputs
    const { graph, policy } = options
    const needs = needsIn(graph, timeline.zeroTime, options.batchDuration)
    const engine = (time: number) => {
      const early = this.#earlyEngine(time)
      return following?.noting(early) ?? early
    }
    this.#generator = { graph, engine, policy, timeline, inputs, keepers: keepersIn(graph), needs, following }
    this.#onFailure = onFailure
    this.#sets = sets
    this.#following = following
    this.#generated = timeline.zeroTime
    this.#latest = timeline.zeroTime
  }

  /** Starts inputs, ticks and jobs. `onFailure` is run, apart from all of them, when the context has to end. */
  static start(
    options: RuntimeOptions,
    scope: Scope.Closeable,
    onFailure: Effect.Effect<void>,
  ): Effect.Effect<Runtime, unknown, unknown> {
    return Effect.gen(function* () {
      const { batchDuration, engine, graph, bus } = options
      const memoMap = Layer.CurrentMemoMap.forkOrCreate(yield* Effect.context<unknown>())
      const copy = engine.useCopy === undefined ? undefined : yield* copyOf(graph)
      if (copy !== undefined) yield* Provided.build(copy, memoMap).pipe(Scope.provide(scope))
      const services = yield* Provided.build(graph, memoMap).pipe(Scope.provide(scope))
      const inputs = yield* Inputs.start(graph, services, options.receivers, bus.publish).pipe(
        Effect.provideService(Layer.CurrentMemoMap, memoMap),
        Scope.provide(scope),
      )
      // Only now: opening layers and inputs may have taken long, and no batch has been missed.
      const first = firstTick(yield* Clock.currentTimeMillis, batchDuration)
      const base = {
        zeroTime: first - batchDuration,
        batchDuration,
        defaultParallelism: engine.defaultParallelism,
        run: nextRun(engine),
      }
      const bySource = new Map<unknown, RunningInput>(inputs.map((input) => [input.stream.traits.source, input]))
      const notes = new Notes()
      const timeline = new Timeline({
        ...base,
        addresses: addressesIn(graph),
        stateVersion: (id) => notes.version(id, engine.stateVersion(id)),
        blamed: (stream) => notes.failed(stream),
        remember: rememberDurations(graph, batchDuration, options.remember),
        read: (stream, time) => bySource.get(stream.traits.source)?.read(time) ?? noAllocation(stream, time),
      })
      const other = copy && following(graph, copy, timeline, notes, engine, base)
      engine.useCopy?.(other?.copy)
      yield* Scope.addFinalizer(scope, Effect.sync(() => engine.useCopy?.(undefined)))
      const sets = yield* Queue.unbounded<Runner.JobSet>()
      const runtime = new Runtime(options, onFailure, timeline, inputs, sets, other)
      const loops = [
        ticks(first, batchDuration, (time) => runtime.#tick(time)),
        forever(Effect.flatMap(Queue.take(sets), (set) => runtime.#run(set))),
        ...inputs.flatMap(({ receiver }) =>
          receiver === undefined
            ? []
            : Effect.catch(Deferred.await(receiver.failure), (failure) => runtime.#end(failure))
        ),
      ]
      runtime.#fibers = yield* Effect.forEach(
        loops,
        (loop) =>
          loop.pipe(
            Effect.provideService(RunsInside, true),
            Effect.provideService(Layer.CurrentMemoMap, memoMap),
            Effect.provideService(Engine, engine),
            Effect.forkIn(scope),
          ),
      )
      return runtime
    })
  }

  /** The time of the batch that is due next. */
  get due(): number {
    return this.#generated + this.options.batchDuration
  }

  /** Whether it has ended. */
  get hasStopped(): boolean {
    return Deferred.isDoneUnsafe(this.stopped)
  }

  /** Marks the end, and wakes whoever waits for it. */
  markStopped(): void {
    Deferred.doneUnsafe(this.stopped, Effect.void)
    this.#beat()
  }

  /** Waits until something has changed and the condition holds. */
  until(condition: () => boolean): Effect.Effect<void> {
    return Effect.suspend(() =>
      condition() ? Effect.void : Effect.flatMap(Deferred.await(this.#pulse), () => this.until(condition))
    )
  }

  /**
   * What actions run on while the batch at `time` is made: those before it come first. Somebody may keep it for longer, such
   * as the rest of a partial result, which runs in the batch itself.
   */
  #earlyEngine(time: number): Engine {
    const before = () => Array.from(this.#open).filter(([each]) => each < time)
    const isOpen = (rdd: AnyRDD) => before().some(([, kept]) => kept.has(rdd))
    return afterOpen(this.options.engine, isOpen, () => {
      this.#isInTurn = true
      return this.#untilEnded(before().map(([each]) => each))
    })
  }

  /** Waits for the end of batches; for ever if the context ends first. */
  #untilEnded(times: ReadonlyArray<number>): Effect.Effect<void> {
    const ended = this.until(() => this.#closing || times.every((time) => !this.#open.has(time)))
    return Effect.andThen(ended, Effect.suspend(() => this.#closing ? Effect.never : Effect.void))
  }

  #beat(): void {
    const pulse = this.#pulse
    this.#pulse = Deferred.makeUnsafe()
    Deferred.doneUnsafe(pulse, Effect.void)
  }

  /** Records a failure, before anybody can learn that its batch has ended. */
  #record(failure: Failure, bearing: Bearing): void {
    if (this.hasFailed || bearing === "tell") return
    this.failure = failure
    this.hasFailed = bearing === "end"
    this.#closing ||= this.hasFailed
    if (!this.hasFailed) Deferred.doneUnsafe(this.reported, Effect.void)
    this.#beat()
  }

  #end(failure: Failure): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#record(failure, "end")
      return this.#onFailure
    })
  }

  /** What should not happen, such as a defect of a policy's schedule, ends the context rather than one of its loops. */
  #guarded(self: Work<void>, batchTime: number): Work<void> {
    const { operation, site } = this.options.graph.outputs[0]
    return Effect.catchCause(Effect.provideService(self, InBatch, true), (cause) => {
      const where = { operator: operation, callSite: site, batchTime, outputId: undefined, phase: "job" } as const
      return this.#end(toBatchFailed(cause, where))
    })
  }

  #close(time: number, end: BatchEnd): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#open.delete(time)
      return Effect.forEach(this.inputs, (input) => input.ended(time), { discard: true })
    }).pipe(Effect.ensuring(Effect.sync(() => {
      this.ended.set(time, end)
      for (const each of this.ended.keys()) {
        if (this.ended.size <= 1_024) break
        this.ended.delete(each)
      }
      this.#latest = Math.max(this.#latest, time)
      // A batch without jobs ends at once, maybe before older ones: what those need is kept.
      const [oldest] = this.#open.keys()
      const { batchDuration, remember } = this.options
      const settled = oldest === undefined ? this.#latest : Math.min(this.#latest, oldest - batchDuration)
      this.timeline.forget(settled)
      this.#following?.forget(settled)
      for (const input of this.inputs) {
        input.forget(settled - Math.max(batchDuration, remember, this.timeline.rememberOf(input.stream)))
      }
      this.#beat()
    })))
  }

  #tick(time: number): Work<void> {
    const isOver = () => this.#halted || this.#closing
    // Where an action has waited once, others will: better here than with what the user's function holds meanwhile.
    const isTurn = () => this.#open.size < (this.#isInTurn ? 1 : this.options.maxPendingBatches)
    return Effect.flatMap(this.until(() => isOver() || isTurn()), () => {
      if (isOver()) return Effect.never
      this.#ticking = true
      return this.#guarded(this.#generate(time), time).pipe(Effect.ensuring(Effect.sync(() => {
        this.#ticking = false
        this.#beat()
      })))
    })
  }

  #generate(time: number): Work<void> {
    return Effect.gen({ self: this }, function* () {
      const { bus } = this.options
      this.#following?.begin()
      const interval = yield* generateBatch(this.#generator, time)
      this.#generated = time
      if (interval._tag === "Failed") {
        const { failure, bearing } = interval
        bus.publish({ _tag: "BatchGenerationFailed", batchTime: time, failureReason: explainFailure(failure) })
        yield* this.#discard(time)
        // The batches before are whole: if the context has to end, it ends after them.
        const others = this.until(() => bearing !== "end" || this.#open.size === 0 || this.hasFailed)
        yield* Effect.ensuring(others, Effect.sync(() => this.#record(failure, bearing)))
        yield* this.#close(time, "generation failed")
        return yield* bearing === "end" ? this.#onFailure : Effect.void
      }
      const { allocation, jobs, kept, left } = interval
      const isSilent = Runner.isSilent(interval)
      if (isSilent && kept.length === 0) return yield* this.#close(time, "no jobs")
      const info = Report.batchInfo(allocation, this.inputs, jobs, left, yield* Clock.currentTimeMillis)
      this.#open.set(time, new Set(kept.map(({ rdd }) => rdd)))
      if (!isSilent) bus.publish({ _tag: "BatchSubmitted", batch: info })
      yield* Queue.offer(this.#sets, { time, jobs, left, kept, info })
    })
  }

  /** Leaves nothing of a batch that could not be made. */
  #discard(time: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { engine } = this.options
      for (const { rdd } of keptAt(this.#generator, time)) yield* engine.abandon(rdd)
      yield* engine.endBatch(time, "abort")
      this.timeline.discard(time)
      for (const input of this.inputs) input.drop(time)
    })
  }

  #commit(time: number): Work<BatchFailed<unknown> | undefined> {
    const { policy } = this.options
    return Effect.forEach(
      this.inputs,
      (input) => insist(ofInput(input, time, "commit", () => input.commit(time)), policy),
    ).pipe(Effect.match({ onSuccess: () => undefined, onFailure: (failure) => failure }))
  }

  #run(set: Runner.JobSet): Work<void> {
    if (this.#closing) {
      this.#open.delete(set.time)
      this.#beat()
      return Effect.never
    }
    const { graph, engine, policy, bus } = this.options
    const report = (failure: Failure) => this.#record(failure, "report")
    const addressOf = this.#following?.addressOf ?? (() => undefined)
    const options = { graph, engine, policy, addressOf, publish: bus.publish, report }
    let settles = false
    const batch = Effect.flatMap(Runner.run(options, set), ({ fatal, info }) => {
      settles = true
      return this.#settle({ ...set, info }, fatal)
    })
    const dropped = Effect.suspend(() => settles ? Effect.void : engine.endBatch(set.time, "abort"))
    return this.#guarded(
      Effect.onExit(batch, (exit) => Exit.isSuccess(exit) ? Effect.void : dropped),
      set.time,
    )
  }

  /** Commits a batch, or drops it, as a whole: a stop does not come between. */
  #settle(set: Runner.JobSet, fatal: BatchFailed<unknown> | undefined): Work<void> {
    return Effect.gen({ self: this }, function* () {
      const { time } = set
      const { engine, policy, bus } = this.options
      yield* engine.endBatch(time, fatal === undefined ? "commit" : "abort")
      const uncommitted = fatal === undefined ? yield* this.#commit(time) : undefined
      const failure = fatal ?? uncommitted
      const bearing = fatal === undefined ? bearingOf(policy) : "end"
      const fails = failure !== undefined && bearing === "end"
      if (failure !== undefined) this.#record(failure, bearing)
      const isSilent = Runner.isSilent(set)
      const now = yield* Clock.currentTimeMillis
      if (!isSilent) bus.publish({ _tag: "BatchCompleted", batch: Report.completed(set.info, now) })
      yield* this.#close(time, fails ? "failed" : isSilent ? "no jobs" : "completed")
      if (fails) yield* this.#onFailure
      else if (failure !== undefined && bearing === "tell") yield* Effect.logWarning(explainFailure(failure))
    }).pipe(Effect.uninterruptible)
  }

  /** Lets no other batch begin to run. */
  hold(): void {
    this.#closing = true
    this.#halt()
  }

  #halt(): void {
    this.#halted = true
    this.#beat()
  }

  /** Ends ticks and jobs. Graceful: first lets everything received become batches, and the batches end. */
  close(how: { readonly graceful: boolean; readonly inside: boolean }): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { gracefulStopTimeout } = this.options
      const receivers = this.inputs.flatMap(({ receiver }) => receiver ?? [])
      const patience = how.graceful ? gracefulStopTimeout : PATIENCE
      yield* Effect.forEach(receivers, (receiver) => receiver.stopWithin(patience), {
        discard: true,
        concurrency: "unbounded",
      })
      const idle = this.until(() => this.#open.size === 0 || this.hasFailed)
      if (how.graceful) {
        const drained = yield* Effect.timeoutOption(
          Effect.andThen(this.#untilTaken(receivers), idle),
          gracefulStopTimeout,
        )
        if (drained._tag === "None") {
          yield* Effect.logWarning(`Timed out while stopping the job generator (timeout = ${gracefulStopTimeout})`)
        }
      }
      this.#halt()
      const [ticker, ...others] = this.#fibers
      yield* this.#interrupt(ticker === undefined ? [] : [ticker])
      this.#closing = true
      if (how.inside) {
        for (const { time } of yield* Queue.clear(this.#sets)) this.#open.delete(time)
        yield* Effect.timeoutOption(idle, gracefulStopTimeout)
      }
      yield* this.#interrupt(others)
      const { keepers } = this.#generator
      const { address } = this.timeline.at(this.timeline.zeroTime)
      yield* this.options.engine.forgetStates(keepers.map(({ stream }) => address(stream)))
    })
  }

  #interrupt(fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>>): Effect.Effect<void> {
    return Effect.flatMap(
      within(Fiber.interruptAll(fibers), PATIENCE),
      (ended) =>
        ended ? Effect.void : Effect.logWarning("A job cannot be interrupted; stopping without waiting for it"),
    )
  }

  /** Lets ticks take every block that is waiting, and then no tick any more. */
  #untilTaken(receivers: ReadonlyArray<NonNullable<RunningInput["receiver"]>>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      while (!this.hasFailed) {
        const waiting = yield* Effect.forEach(receivers, (receiver) => receiver.waiting)
        if (waiting.every((count) => count === 0)) break
        const seen = this.#generated
        yield* this.until(() => this.#generated > seen || this.hasFailed)
      }
      this.#halt()
      yield* this.until(() => !this.#ticking || this.hasFailed)
    })
  }
}
