/**
 * A worker as the driver sees it: starts it, sends it tasks, and starts another one if it ends.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { doneWithin } from "../../core/bounded_wait.ts"
import * as Codec from "../../core/codec.ts"
import { describeCause, WorkerLost } from "../../core/errors.ts"
import { type Piecewise, tryRun } from "../../core/pace.ts"
import { inRealTime } from "../../core/steady_clock.ts"
import type { Block } from "../../rdd/block.ts"
import { CurrentJob, type GraphCopy, type JobContext } from "../../rdd/engine.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import type { Batches } from "../copy/noted_batches.ts"
import { decodeWritten, type Encoded, encodeTask } from "../plan/codec.ts"
import { TaskFailed } from "../plan/executor.ts"
import { inputsOf } from "../plan/places.ts"
import { decodeReason } from "../plan/reasons.ts"
import { withTimeLimit } from "../plan/time_limit.ts"
import { isCut, type Task, type Write, type Written } from "../plan/task.ts"
import { PlaceFailed, taskFailure } from "../task/failure.ts"
import { type Answer, buffersOf, type FromWorker, type ToWorker } from "./messages.ts"
import { SentStates, type StatesOfRun } from "./sent_states.ts"
import { SpareArrays } from "./spare_arrays.ts"
import { spawn, type TaskWorkerPort } from "./worker.ts"

/** The reason of a task that has to run on the driver. */
export class Refused {
  /** Why such tasks can run on the driver only; undefined if there is just no worker now. */
  readonly why: string | undefined
  constructor(why: string | undefined) {
    this.why = why
  }
}

/** How long the driver waits for a worker that is to end a task or to end itself, in milliseconds. */
const GRACE = 500

/** How many workers in a row may end without having run a task. */
const MOST_ATTEMPTS = 3

/** Waits for `done`, but not for longer than {@link GRACE}. Gives whether it is done. */
const within = (done: Deferred.Deferred<boolean>): Effect.Effect<boolean> =>
  doneWithin(done, inRealTime(Effect.sleep(GRACE)))

const stopped: Answer = { kind: "lost", why: "the context has stopped" }

/** What a task has cost in a worker. */
export interface RemoteCost {
  /** Milliseconds that it took there. */
  readonly millis: number
  /** Milliseconds in which it and its result were encoded and decoded. Pairs are decoded when they are read, if they are. */
  readonly transfer: number
}

/** A task that has ended, by its number. */
interface Answered {
  readonly id: number
  readonly answer: Answer
}

/** What a worker is started with. */
export interface RemoteOptions {
  /** The first message. */
  readonly begin: ToWorker
  /** Gives the batches that a worker needs to know which knows the first `known` ones; undefined if there are none. */
  readonly batches: (known: number) => { readonly batches: Batches; readonly known: number } | undefined
  /** The time limit of a task in milliseconds. */
  readonly taskTimeout: number | undefined
  /** The errors of the program that come back as instances of their classes. */
  readonly errors: GraphCopy["errors"]
  readonly states: StatesOfRun
  /** Is told why no further worker is started. */
  readonly onUnavailable: (why: string) => void
}

/** A worker, and those that replace it. It runs one task after another. */
export class Remote {
  readonly #options: RemoteOptions
  #port: TaskWorkerPort | undefined
  #pending = new Map<number, (answer: Answer) => void>()
  /** How many batches of the run the worker knows of. */
  #known = 0
  #ended: Deferred.Deferred<boolean> | undefined
  #nextId = 0
  #attempts = 0
  /** The arrays that the worker has sent back. */
  readonly #spare = new SpareArrays()
  /** The states that the worker has. */
  #states: SentStates
  /** The blocks of the batch that the worker has, by the number of the task that has written each. */
  #kept = new WeakMap<Block<unknown>, number>()
  /** Completed when the worker is ready for tasks, or when no worker could be started. */
  #begun: Deferred.Deferred<void> = Deferred.makeUnsafe()
  #isReady = false

  constructor(options: RemoteOptions) {
    this.#options = options
    this.#states = new SentStates(options.states)
    this.#start()
  }

  /** Whether the worker can be given tasks. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Waits until the worker is ready for tasks, or until the last attempt to start one has failed. */
  readonly begun: Effect.Effect<void> = Effect.suspend(() => Deferred.await(this.#begun))

  #start(): void {
    this.#attempts++
    this.#begun = Deferred.makeUnsafe()
    this.#known = 0
    this.#states = new SentStates(this.#options.states)
    this.#kept = new WeakMap()
    try {
      this.#listen(spawn())
    } catch (cause) {
      this.#giveUp(`a worker cannot be started: ${describeCause(cause)}`)
    }
  }

  #listen(port: TaskWorkerPort): void {
    this.#port = port
    // A worker that was terminated may have sent something before.
    port.onmessage = ({ data }) => {
      if (this.#port === port) this.#take(data)
    }
    port.onerror = (error) => {
      // Otherwise the error would end the program.
      error.preventDefault()
      if (this.#port === port) this.#replace(error.message)
    }
    port.postMessage(this.#options.begin, [])
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#isReady = true
        Deferred.doneUnsafe(this.#begun, Effect.void)
        return
      case "unavailable":
        return this.#giveUp(message.why)
      case "answer": {
        const { answer, id, spare } = message
        this.#spare.add(spare)
        const resume = this.#pending.get(id)
        this.#pending.delete(id)
        this.#attempts = 0
        return resume?.(answer)
      }
      case "closing":
        return this.#replace("one of its functions has closed it")
      case "ended":
        if (this.#ended !== undefined) Deferred.doneUnsafe(this.#ended, Effect.succeed(true))
    }
  }

  /** Ends the worker, and gives the tasks that it runs an answer. */
  #terminate(answer: Answer): void {
    this.#isReady = false
    this.#port?.terminate()
    this.#port = undefined
    const pending = this.#pending
    this.#pending = new Map()
    for (const resume of pending.values()) resume(answer)
  }

  #giveUp(why: string): void {
    this.#terminate({ kind: "refused", why: undefined })
    this.#options.onUnavailable(why)
    Deferred.doneUnsafe(this.#begun, Effect.void)
  }

  /** Ends the worker and starts another one in its place, unless workers end again and again. */
  #replace(why: string): void {
    const wasReady = this.#isReady
    this.#terminate({ kind: "lost", why })
    if (!wasReady || this.#attempts >= MOST_ATTEMPTS) this.#giveUp(why)
    else this.#start()
  }

  /** Tells the worker of batches that it does not know yet. */
  #tell(): void {
    const told = this.#options.batches(this.#known)
    if (told === undefined) return
    this.#known = told.known
    this.#kept = new WeakMap()
    const batches = Codec.encode([told.batches])
    this.#port?.postMessage({ kind: "batches", batches }, [batches.buffer])
  }

  /** Runs a task in the worker. `onCost` is told what it has cost, and again when pairs that it has written are decoded. */
  run<W extends Write>(task: Task<W>, onCost: (cost: RemoteCost) => void): Effect.Effect<Written<W>, TaskFailed> {
    return Effect.gen(() => this.#runTask(task, onCost))
  }

  *#runTask<W extends Write>(task: Task<W>, onCost: (cost: RemoteCost) => void) {
    const job = yield* CurrentJob
    const states = this.#states
    const [input] = inputsOf(task.partition, "state")
    // It is sent once for many batches, so it is no part of what a task costs.
    const state = input && (yield* refusing(task, () => states.send(input)))
    // The worker releases the blocks of the batch before.
    if (this.#isReady) this.#tell()
    const kept = this.#kept
    const startedAt = performance.now()
    const encoded = yield* Effect.try({
      try: () => encodeTask(task, this.#spare.allocate, (block) => kept.get(block)),
      catch: (cause) => failed(new Refused(describeCause(cause))),
    })
    const encoding = performance.now() - startedAt
    const { answer, id } = yield* withTimeLimit(this.#request(encoded, job, state), this.#options.taskTimeout)
    if (answer.kind !== "done") return yield* failureOf(answer, this.#options.errors)
    const answeredAt = performance.now()
    const updates = answer.updates && TaskUpdates.decode(answer.updates)
    if (answer.updates !== undefined && updates === undefined) {
      return yield* Effect.fail(failed(new Refused(TaskUpdates.NOT_FOUND)))
    }
    const { changes, isKept } = answer
    const decode = (bytes: Uint8Array) => {
      const decodedAt = performance.now()
      const column = Codec.decode(bytes)
      onCost({ millis: 0, transfer: performance.now() - decodedAt })
      return column
    }
    const written = decodeWritten(answer.written, task.write, decode)
    if (isKept && !isCut(written)) kept.set(written, id)
    if (input !== undefined && changes !== undefined) yield* refusing(task, () => states.apply(input, changes))
    onCost({ millis: answer.millis, transfer: encoding + answer.transfer + performance.now() - answeredAt })
    job.countRead?.(answer.read)
    TaskUpdates.current()?.include(updates)
    return written
  }

  #request(task: Encoded, job: JobContext, state: Uint8Array | undefined): Effect.Effect<Answered> {
    return Effect.callback<Answered>((resume) => {
      const id = this.#nextId++
      const end = (answer: Answer) => resume(Effect.succeed({ id, answer }))
      if (!this.#isReady) return end({ kind: "refused", why: undefined })
      const { attempt, batchTime, name, outputId } = job
      this.#pending.set(id, end)
      this.#tell()
      const message = { kind: "task", id, task, state, job: { attempt, batchTime, name, outputId } } as const
      this.#port?.postMessage(message, [...buffersOf(task), ...state === undefined ? [] : [state.buffer]])
      return this.#cancel(id)
    })
  }

  /** Ends a task. A worker that does not react is replaced: its function may never return. */
  #cancel(id: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const done = Deferred.makeUnsafe<boolean>()
      if (!this.#pending.has(id)) return Effect.void
      this.#pending.set(id, () => Deferred.doneUnsafe(done, Effect.succeed(true)))
      this.#port?.postMessage({ kind: "cancel", id }, [])
      return Effect.map(within(done), (isDone) => {
        if (!isDone) this.#replace("its task did not end when it was interrupted")
      })
    })
  }

  /** Releases the memory that no task has used since the last call. */
  releaseUnused(): void {
    this.#spare.releaseUnused()
  }

  /** Ends the worker. It finalizes the layers of its tasks first, unless that takes too long. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    const isIdle = this.#isReady && this.#pending.size === 0
    this.#isReady = false
    if (this.#port === undefined || !isIdle) return Effect.sync(() => this.#terminate(stopped))
    const ended = Deferred.makeUnsafe<boolean>()
    this.#ended = ended
    this.#port.postMessage({ kind: "end" }, [])
    return Effect.map(within(ended), () => this.#terminate(stopped))
  })
}

const failed = (reason: Refused): TaskFailed => new TaskFailed(0, reason)

/** Does work for a task. If what it throws has no place in the task, the task has to run on the driver. */
const refusing = <A>(task: Task, work: () => Piecewise<A>): Effect.Effect<A, TaskFailed> =>
  tryRun(
    work,
    (cause) => cause instanceof PlaceFailed ? taskFailure(task, cause) : failed(new Refused(describeCause(cause))),
  )

/** How a task ends that a worker has not done. */
const failureOf = (
  answer: Exclude<Answer, { readonly kind: "done" }>,
  errors: GraphCopy["errors"],
): Effect.Effect<never, TaskFailed> => {
  switch (answer.kind) {
    case "failed":
      return Effect.fail(new TaskFailed(answer.at, decodeReason(answer.reason, errors)))
    case "died":
      return Effect.die(decodeReason(answer.reason, errors))
    case "refused":
      return Effect.fail(failed(new Refused(answer.why)))
    case "lost":
      return Effect.fail(new TaskFailed(0, new WorkerLost({ why: answer.why })))
    case "cancelled":
      return Effect.interrupt
  }
}
