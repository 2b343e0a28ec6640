/**
 * The contract of executors, which run tasks.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Task, Write, Written } from "./task.ts"

/** The failure of a task: the number of a place in `placesOf(task)`, and the reason. */
export class TaskFailed {
  readonly at: number
  readonly reason: unknown
  constructor(at: number, reason: unknown) {
    this.at = at
    this.reason = reason
  }
}

/** The failure of a task in this stage, or in one that it reads. */
export class StageFailed {
  readonly task: Task
  readonly failure: TaskFailed
  constructor(task: Task, failure: TaskFailed) {
    this.task = task
    this.failure = failure
  }
}

/** Runs tasks, where the program runs or elsewhere. */
export interface Executor {
  /** Runs a task. */
  readonly run: <W extends Write>(task: Task<W>) => Effect.Effect<Written<W>, TaskFailed, unknown>
  /**
   * Runs a task at once in the calling fiber. Gives what it has written, or an Effect of that if it has to wait. Throws what
   * `run` fails with. Undefined for executors that are elsewhere.
   */
  readonly now?: <W extends Write>(task: Task<W>) => Written<W> | Effect.Effect<Written<W>, TaskFailed, unknown>
  /**
   * Runs all tasks of a stage. What they write may stay where they run, as `RemoteBlock` and `RemoteBucket`, and a stage
   * that writes buckets may not run before another one reads them. Undefined for executors that run one task at a time.
   */
  readonly stage?:
    | (<W extends Write>(
      tasks: ReadonlyArray<Task<W>>,
    ) => Effect.Effect<ReadonlyArray<Written<W>>, StageFailed, unknown>)
    | undefined
  /** Says how to run the tasks of a stage. Undefined, or without a result: one after another, and side by side where they wait. */
  readonly plan?: (tasks: ReadonlyArray<Task>) => StagePlan | undefined
}

/** How to run the tasks of a stage. */
export interface StagePlan {
  /** Executors that run the tasks side by side, each one task at a time. Undefined: as if there were no plan. */
  readonly lanes: ReadonlyArray<Executor> | undefined
  /** The lane of each task. Undefined: a lane takes the next task as soon as it has ended one. */
  readonly laneAt?: ((index: number) => Executor) | undefined
  /** Is told what the tasks have written. Without lanes, it is told how many milliseconds they took as well. */
  readonly ended: (written: ReadonlyArray<Written>, millis?: number) => void
}
