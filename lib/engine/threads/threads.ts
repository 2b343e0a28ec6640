/**
 * Worker threads: the driver and its workers run the tasks of large stages side by side.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Result from "effect/Result"
import * as Codec from "../../core/codec.ts"
import { describeCause } from "../../core/errors.ts"
import { type CopyPlan, CurrentJob } from "../../rdd/engine.ts"
import * as TaskUpdates from "../../rdd/task_updates.ts"
import { NotedBatches } from "../copy/noted_batches.ts"
import type { Elsewhere, Here } from "../local/elsewhere.ts"
import type { Executor, StagePlan, TaskFailed } from "../plan/executor.ts"
import { rddOfTask } from "../plan/references.ts"
import { isPortable, splitting } from "../plan/split.ts"
import type { Task, Write, Written } from "../plan/task.ts"
import type { CopyData } from "./copy_data.ts"
import { Refused, Remote, type RemoteCost } from "./remote.ts"
import { hasPlaces, isSpreadable, Spreading } from "./spreading.ts"
import { obstacle } from "./worker.ts"

/** The options of worker threads. */
export interface Options {
  /** How many workers there are besides the driver. */
  readonly workers: number
  /** Stages that take no longer than this many milliseconds stay on the driver (2). 0: all stages are spread that can be. */
  readonly least?: number | undefined
  /** The time limit of a task in a worker, in milliseconds. Undefined: none. */
  readonly taskTimeout?: number | undefined
  /** Whether the start of a run, and each batch, wait until the workers are ready (false). For tests. */
  readonly waits?: boolean | undefined
}

/** With this many tasks for each thread or more, each worker is sent its next task while it still runs one. */
const AHEAD = 3

/** The workers of one run. */
class Run {
  readonly #here: Here
  readonly #plan: CopyPlan
  readonly #spreading: Spreading
  readonly #remotes: ReadonlyArray<Remote>
  readonly #taskTimeout: number | undefined
  readonly #batches: NotedBatches
  #isUnavailable = false

  /** `data`: the encoded `CopyData`. */
  constructor(here: Here, plan: CopyPlan, data: Uint8Array, { least = 2, taskTimeout, workers }: Options) {
    this.#here = here
    this.#plan = plan
    this.#batches = new NotedBatches(plan.remembers)
    this.#spreading = new Spreading(least)
    this.#taskTimeout = taskTimeout
    this.#remotes = Array.from({ length: workers }, () =>
      new Remote({
        begin: { kind: "begin", module: plan.module, data },
        batches: (known) => this.#batches.after(known),
        taskTimeout,
        errors: plan.errors,
        states: { ...here, codingOf: plan.codingOf },
        onUnavailable: (why) => {
          if (this.#isUnavailable) return
          this.#isUnavailable = true
          plan.onUnavailable(why)
        },
      }))
  }

  get isAvailable(): boolean {
    return !this.#isUnavailable
  }

  readonly begun: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach(this.#remotes, ({ begun }) => begun, { discard: true })
  )

  readonly close: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach(this.#remotes, ({ close }) => close, { discard: true, concurrency: "unbounded" })
  )

  /** Notes a batch. Workers are told of it when they run a task. */
  begin(notes: unknown): void {
    this.#batches.begin(notes)
  }

  /** Releases the notes that no batch after the one at `time` looks back at, and memory that the batch did not need. */
  end(time: number): void {
    this.#batches.end(time)
    for (const remote of this.#remotes) remote.releaseUnused()
  }

  /** Plans a stage. Undefined if none of its tasks can run in a worker. */
  plan(tasks: ReadonlyArray<Task>): StagePlan | undefined {
    if (this.#isUnavailable || !tasks.every((task) => isSpreadable(task, this.#here.gathered))) return undefined
    const { isWorthIt, learn } = this.#spreading.judge(tasks, this.#remotes.length + 1)
    const isPlaced = hasPlaces(tasks)
    // The thread of a partition stays the same also while a worker is being replaced.
    const chosen = isPlaced ? this.#remotes.slice(0, tasks.length - 1) : this.#remotes
    const ready = isWorthIt ? chosen.filter(({ isReady }) => isReady).slice(0, tasks.length - 1) : []
    if (ready.length === 0) {
      return { lanes: undefined, ended: (written, millis = 0) => void learn({ millis, transfer: undefined }, written) }
    }
    const total = { millis: 0, transfer: 0 }
    let late: ((transfer: number) => void) | undefined
    const onCost = ({ millis, transfer }: RemoteCost) => {
      total.millis += millis
      total.transfer += transfer
      late?.(transfer)
    }
    const here = this.#timed(onCost)
    const laneOf = new Map(ready.map((remote) => [remote, this.#lane(remote, onCost)]))
    const lanes = Array.from(laneOf.values())
    // A task that waits in a worker would wait within its time limit.
    const ahead = this.#taskTimeout === undefined && tasks.length >= AHEAD * (ready.length + 1) ? lanes : []
    // The driver comes last: it runs its task for some milliseconds at once, and workers should have theirs by then.
    const threads = [...chosen.map((remote) => laneOf.get(remote) ?? here), here]
    return {
      lanes: [...lanes, ...ahead, here],
      laneAt: isPlaced ? (index) => threads[index % threads.length] ?? here : undefined,
      ended: (written) => void (late = learn(total, written)),
    }
  }

  /** Runs tasks on the driver. */
  #timed(onCost: (cost: RemoteCost) => void): Executor {
    const { executor } = this.#here
    return {
      run: (task) =>
        Effect.suspend(() => {
          const startedAt = performance.now()
          return Effect.tap(
            executor.run(task),
            () => Effect.sync(() => onCost({ millis: performance.now() - startedAt, transfer: 0 })),
          )
        }),
    }
  }

  /** Runs tasks in a worker, and on the driver what the worker cannot run. */
  #lane(remote: Remote, onCost: (cost: RemoteCost) => void): Executor {
    // Other tasks wait for this work as they do for a transfer.
    const here = this.#timed(({ millis }) => onCost({ millis, transfer: millis }))
    const there: Executor = { run: (task) => remote.run(task, onCost) }
    const parts = splitting(there, here)
    return {
      run: <W extends Write>(task: Task<W>): Effect.Effect<Written<W>, TaskFailed, unknown> =>
        Effect.suspend(() => {
          // A task of the driver may have begun to read the same buckets since the stage was planned.
          if (!isSpreadable(task, this.#here.gathered)) return here.run(task)
          return Effect.catch(counting((isPortable(task) ? there : parts).run(task)), (failure) => {
            if (!(failure.reason instanceof Refused)) return Effect.fail(failure)
            this.#keepHere(task, failure.reason)
            return here.run(task)
          })
        }),
    }
  }

  #keepHere(task: Task, { why }: Refused): void {
    if (why === undefined || !this.#spreading.keepHere(task)) return
    const rdd = rddOfTask(task)
    if (rdd !== undefined) this.#plan.onDriver(rdd, why)
  }
}

/**
 * Counts what a task has read and has added to accumulators once it has succeeded. Parts of it may have run on the driver
 * before a worker refuses the rest, and then it runs again as a whole.
 */
const counting = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CurrentJob, (job) => {
    let read = 0
    const countRead = job.countRead && ((records: number) => void (read += records))
    const updates = new TaskUpdates.TaskUpdates()
    return Effect.map(
      TaskUpdates.within(updates, Effect.provideService(self, CurrentJob, { ...job, countRead })),
      (written) => {
        TaskUpdates.current()?.include(updates)
        job.countRead?.(read)
        return written
      },
    )
  })

/** Encodes what workers need to make their copies. Fails with a text if the configuration of the graph is not portable. */
const encodeData = ({ freezeRecords, generateCode }: Here, { data }: CopyPlan): Effect.Effect<Uint8Array, string> =>
  Effect.try({
    try: () => Codec.encode([{ ...data as CopyData, freezeRecords, generateCode }]),
    catch: (cause) => `the data that the graph was made from cannot be sent to workers: ${describeCause(cause)}`,
  })

/** Runs tasks of the local engine on the driver and on workers, which start with each run. */
export const make = (options: Options) => (here: Here): Elsewhere => {
  let run: Run | undefined
  const start = (plan: CopyPlan | undefined): Effect.Effect<void, never, Scope.Scope> =>
    Effect.gen(function* () {
      if (plan === undefined) return
      const why = obstacle(plan.module)
      if (why !== undefined) return plan.onUnavailable(why)
      const data = yield* Effect.result(encodeData(here, plan))
      if (Result.isFailure(data)) return plan.onUnavailable(data.failure)
      const own = yield* Effect.acquireRelease(
        Effect.sync(() => run = new Run(here, plan, data.success, options)),
        (own) =>
          Effect.suspend(() => {
            if (run === own) run = undefined
            return own.close
          }),
      )
      if (options.waits === true) yield* own.begun
    })
  return {
    executor: { ...here.executor, plan: (tasks) => run?.plan(tasks) },
    addressing: (batch) => run?.isAvailable === true ? batch?.addressOf : undefined,
    openBatch: (notes) =>
      Effect.suspend(() => {
        if (run?.isAvailable !== true) return Effect.void
        run.begin(notes)
        return options.waits === true ? run.begun : Effect.void
      }),
    endBatch: (time) =>
      Effect.sync(() => {
        if (run?.isAvailable === true) run.end(time)
      }),
    methods: { useWorkers: start },
  }
}
