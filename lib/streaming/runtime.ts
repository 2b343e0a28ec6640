/**
 * The runtime of a started context: ticks become batches, batches become jobs, and everything ends in order.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import type { CallSite } from "../core/call_site.ts"
import type { AnyGraph } from "../dstream/graph.ts"
import type { OutputPolicy } from "../dstream/policy.ts"
import type { Engine } from "../rdd/engine.ts"
import { empty } from "../rdd/creation.ts"
import type { ReceiverFailed } from "../receiver/errors.ts"
import type { Allocation, InputAllocation } from "./allocation.ts"
import type { BatchFailed } from "./errors.ts"
import * as Inputs from "./inputs.ts"
import { generate, type Generated, type Job, toBatchFailed } from "./jobs.ts"
import * as Runner from "./job_runner.ts"
import type { ListenerBus } from "./listener_bus.ts"
import * as Replica from "./replica.ts"
import * as Report from "./reports.ts"
import { firstTick, ticks } from "./scheduler.ts"
import { noAllocation, rememberDurations, Timeline } from "./timeline.ts"

/** How a context can end other than by being stopped. */
export type Failure = BatchFailed<unknown> | ReceiverFailed

/** What a runtime is started with. */
export interface RuntimeOptions {
  readonly graph: AnyGraph
  readonly engine: Engine
  readonly batchDuration: number
  readonly remember: number
  readonly policy: OutputPolicy<never, unknown, unknown>
  readonly gracefulStopTimeout: number
  readonly receivers: Inputs.ReceiverSettings
  readonly bus: ListenerBus
  readonly site: CallSite
}

/** How a batch ended, or that it has not. */
export type BatchEnd = "completed" | "no jobs" | "generation failed"

type Work<A> = Effect.Effect<A, never, unknown>

/** A started context. */
export class Runtime {
  readonly options: RuntimeOptions
  readonly scope: Scope.Closeable
  readonly timeline: Timeline
  readonly inputs: ReadonlyArray<Inputs.RunningInput>
  /** The last failure reported: `awaitTermination` gives it, whoever asks and however often. */
  failure: Failure | undefined
  /** How each batch ended that has ended lately. */
  readonly ended = new Map<number, BatchEnd>()
  readonly stopped: Deferred.Deferred<void> = Deferred.makeUnsafe()
  readonly #sets: Queue.Queue<Runner.JobSet>
  readonly #lookUp: Replica.LookUp
  #pulse: Deferred.Deferred<void> = Deferred.makeUnsafe()
  #generated: number
  #running = 0
  #closing = false
  #fibers: ReadonlyArray<Fiber.Fiber<unknown, unknown>> = []

  private constructor(
    options: RuntimeOptions,
    scope: Scope.Closeable,
    timeline: Timeline,
    inputs: ReadonlyArray<Inputs.RunningInput>,
    sets: Queue.Queue<Runner.JobSet>,
    lookUp: Replica.LookUp,
  ) {
    this.options = options
    this.scope = scope
    this.timeline = timeline
    this.inputs = inputs
    this.#sets = sets
    this.#lookUp = lookUp
    this.#generated = timeline.zeroTime
  }

  /** Starts inputs, ticks and jobs. `onFailure` is run, apart from all of them, when the context has to end. */
  static start(options: RuntimeOptions, scope: Scope.Closeable, onFailure: Effect.Effect<void>) {
    return Effect.gen(function* () {
      const { batchDuration, engine, graph, bus } = options
      const first = firstTick(yield* Clock.currentTimeMillis, batchDuration)
      const base = { zeroTime: first - batchDuration, batchDuration, defaultParallelism: engine.defaultParallelism }
      const lookUp = engine.looksUp
        ? yield* Replica.make(graph, base)
        : (): Effect.Effect<(rdd: Job["rdd"]) => Job["rdd"]> => Effect.succeed((rdd) => rdd)
      const inputs = yield* Inputs.start(graph, options.receivers, bus.publish).pipe(Scope.provide(scope))
      const bySource = new Map(inputs.map((input) => [input.stream.traits.source, input]))
      const timeline = new Timeline({
        ...base,
        remember: rememberDurations(graph, batchDuration, options.remember),
        read: (stream, time) => bySource.get(stream.traits.source)?.read(time) ?? noAllocation(stream, time),
      })
      const sets = yield* Queue.unbounded<Runner.JobSet>()
      const runtime = new Runtime(options, scope, timeline, inputs, sets, lookUp)
      const loops = [
        ticks(first, batchDuration, (time) => runtime.#tick(time, onFailure)),
        Effect.forever(Effect.flatMap(Queue.take(sets), (set) => runtime.#run(set, onFailure))),
        ...inputs.flatMap(({ receiver }) =>
          receiver === undefined ? [] : Effect.catch(
            Deferred.await(receiver.failure),
            (failure) => runtime.#end(failure, onFailure),
          )
        ),
      ]
      runtime.#fibers = yield* Effect.forEach(loops, (loop) => Effect.forkIn(loop, scope))
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

  /** Records a failure without ending the context. */
  report(failure: Failure): Effect.Effect<void> {
    return Effect.sync(() => {
      this.failure = failure
      this.#beat()
    })
  }

  #end(failure: Failure, onFailure: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.andThen(this.report(failure), onFailure)
  }

  #beat(): void {
    const pulse = this.#pulse
    this.#pulse = Deferred.makeUnsafe()
    Deferred.doneUnsafe(pulse, Effect.void)
  }

  /** Waits until something has changed and the condition holds. */
  until(condition: () => boolean): Effect.Effect<void> {
    return Effect.suspend(() =>
      condition() ? Effect.void : Effect.flatMap(Deferred.await(this.#pulse), () => this.until(condition))
    )
  }

  #close(time: number, end: BatchEnd): Effect.Effect<void> {
    this.ended.set(time, end)
    for (const each of this.ended.keys()) {
      if (this.ended.size <= 1_024) break
      this.ended.delete(each)
    }
    this.timeline.forget(time)
    const { batchDuration, remember } = this.options
    return Effect.map(
      Effect.forEach(this.inputs, (input) => input.forget(time - Math.max(batchDuration, remember, this.#lookBack))),
      () => this.#beat(),
    )
  }

  get #lookBack(): number {
    return this.inputs.reduce((most, { stream }) => Math.max(most, this.timeline.rememberOf(stream)), 0)
  }

  #allocate(time: number): Effect.Effect<Allocation, unknown, unknown> {
    return Effect.gen({ self: this }, function* () {
      yield* Effect.forEach(this.inputs, (input) => input.cut, { discard: true })
      const inputs: Record<string, InputAllocation> = {}
      for (const input of this.inputs) inputs[input.name] = yield* input.allocate(time)
      return { time, inputs }
    })
  }

  /** Evaluates one output, as often as its policy wants to. */
  #generate(time: number, outputId: number): Work<Generated> {
    const output = this.options.graph.outputs[outputId] ?? this.options.graph.outputs[0]
    const once = generate(this.timeline, time, output, outputId)
    const policy = output.policy ?? this.options.policy
    if (policy._tag !== "Retry") return once
    const failing = Effect.flatMap(
      once,
      (result) => result._tag === "Failed" ? Effect.fail(result) : Effect.succeed(result),
    )
    return Effect.catch(Effect.retry(failing, policy.schedule), (result) => Effect.succeed(result))
  }

  /** What a failed evaluation means: undefined when the rest of the batch goes on without this output. */
  #settle(result: Extract<Generated, { readonly _tag: "Failed" }>): Work<"fatal" | "batch" | undefined> {
    let policy = result.output.policy ?? this.options.policy
    while (policy._tag === "Retry") policy = policy.then
    switch (policy._tag) {
      case "Fail":
        return Effect.succeed("fatal")
      case "Continue":
        return Effect.succeed("batch")
      case "Skip":
        return Effect.undefined
      case "DeadLetter": {
        const { batchTime: time, reason, operator } = result.failure
        const outputId = this.options.graph.outputs.findIndex((output) => output === result.output)
        const handed = policy.handler(empty<never>(), { time, outputId, attempt: 0, reason, operator })
        return Effect.map(Effect.exit(handed), (exit) => Exit.isSuccess(exit) ? undefined : "fatal")
      }
    }
  }

  #tick(time: number, onFailure: Effect.Effect<void>): Work<void> {
    return Effect.gen({ self: this }, function* () {
      const { bus, graph } = this.options
      const failed = (failure: BatchFailed<unknown>, fatal: boolean) => {
        bus.publish({ _tag: "BatchGenerationFailed", batchTime: time, failureReason: failure.message })
        this.timeline.discard(time)
        this.#generated = time
        return Effect.andThen(
          this.#close(time, "generation failed"),
          fatal ? this.#end(failure, onFailure) : this.report(failure),
        )
      }
      const allocated = yield* Effect.exit(this.#allocate(time))
      if (Exit.isFailure(allocated)) {
        if (Cause.hasInterruptsOnly(allocated.cause)) return yield* Effect.interrupt
        const { stream } = this.inputs[0] ?? { stream: graph.outputs[0].stream }
        const where = { operator: stream.operation, callSite: stream.site, batchTime: time, outputId: undefined }
        const failure = toBatchFailed(allocated.cause, { ...where, phase: "generate" })
        return yield* failed(failure, this.options.policy._tag === "Fail")
      }
      const jobs: Array<Job> = []
      for (let outputId = 0; outputId < graph.outputs.length; outputId++) {
        const result = yield* this.#generate(time, outputId)
        if (result._tag === "Job") jobs.push(result.job)
        if (result._tag !== "Failed") continue
        const means = yield* this.#settle(result)
        if (means !== undefined) return yield* failed(result.failure, means === "fatal")
        const operation = Report.operationInfo(time, outputId, result.output)
        const failureReason = result.failure.message
        bus.publish({
          _tag: "OutputOperationCompleted",
          operation: { ...operation, outcome: "skipped", failureReason },
        })
      }
      const now = yield* Clock.currentTimeMillis
      this.#generated = time
      if (jobs.length === 0) return yield* this.#close(time, "no jobs")
      const info = Report.batchInfo(allocated.value, this.inputs, jobs, now)
      bus.publish({ _tag: "BatchSubmitted", batch: info })
      this.#running++
      yield* Queue.offer(this.#sets, { time, jobs, info, lookUp: yield* this.#lookUp(time, jobs) })
      this.#beat()
    })
  }

  #run(set: Runner.JobSet, onFailure: Effect.Effect<void>): Work<void> {
    if (this.#closing) return Effect.never
    const { engine, policy, bus } = this.options
    const options = { engine, policy, publish: bus.publish, report: (failure: Failure) => this.report(failure) }
    return Effect.gen({ self: this }, function* () {
      const { fatal, info } = yield* Runner.run(options, set)
      if (fatal === undefined) {
        yield* Effect.forEach(this.inputs, (input) => input.commit(set.time), { discard: true })
      } else {
        this.#closing = true
      }
      bus.publish({ _tag: "BatchCompleted", batch: Report.completed(info, yield* Clock.currentTimeMillis) })
      this.#running--
      yield* this.#close(set.time, "completed")
      if (fatal !== undefined) yield* this.#end(fatal, onFailure)
    }).pipe(
      Effect.onInterrupt(() => engine.endBatch(set.time, "abort")),
      Effect.catchCause((cause) => {
        if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
        this.#running--
        const { operation, site } = set.jobs[0]?.output ?? { operation: "commit", site: this.options.site }
        const where = { operator: operation, callSite: site, batchTime: set.time, outputId: undefined }
        return this.#end(toBatchFailed(cause, { ...where, phase: "job" }), onFailure)
      }),
    )
  }

  /** Ends ticks and jobs. Graceful: first lets everything received become batches, and the batches end. */
  close(how: { readonly graceful: boolean; readonly inside: boolean }): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const receivers = this.inputs.flatMap(({ receiver }) => receiver ?? [])
      yield* Effect.forEach(receivers, (receiver) => receiver.stop, { discard: true, concurrency: "unbounded" })
      const [ticker, ...others] = this.#fibers
      if (how.graceful) {
        const drained = Effect.gen({ self: this }, function* () {
          yield* this.#untilTaken(receivers)
          if (ticker !== undefined) yield* Fiber.interrupt(ticker)
          yield* this.until(() => this.#running === 0)
        })
        const finished = yield* Effect.timeoutOption(drained, this.options.gracefulStopTimeout)
        if (finished._tag === "None") {
          yield* Effect.logWarning(
            `Timed out while stopping the job generator (timeout = ${this.options.gracefulStopTimeout})`,
          )
        }
      }
      if (ticker !== undefined) yield* Fiber.interrupt(ticker)
      this.#closing = true
      if (how.inside) {
        const queued = yield* Queue.clear(this.#sets)
        this.#running -= queued.length
        yield* Effect.timeoutOption(this.until(() => this.#running <= 0), this.options.gracefulStopTimeout)
      }
      yield* Fiber.interruptAll(others)
    })
  }

  /** Waits until a tick has taken every block that is waiting. */
  #untilTaken(receivers: ReadonlyArray<NonNullable<Inputs.RunningInput["receiver"]>>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      while (true) {
        const waiting = yield* Effect.forEach(receivers, (receiver) => receiver.waiting)
        if (waiting.every((count) => count === 0)) return
        const seen = this.#generated
        yield* this.until(() => this.#generated > seen)
      }
    })
  }
}
