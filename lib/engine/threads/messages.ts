/**
 * The messages between the driver and the workers that run its tasks.
 *
 * @module
 */
import type { Encoded } from "../plan/codec.ts"

/** What a worker needs to know of the job that a task belongs to. */
export interface JobData {
  readonly batchTime: number | undefined
  readonly name: string | undefined
  readonly outputId: number
  readonly attempt: number
}

/** A message to a worker. */
export type ToWorker =
  /** The first message: makes the copy of the graph that a module declares. `data` is an encoded {@link CopyData}. */
  | { readonly kind: "begin"; readonly module: string; readonly data: Uint8Array }
  /** `batches`: encoded `Batches`, the notes of batches. */
  | { readonly kind: "batches"; readonly batches: Uint8Array }
  /** `state`: the version of a state that the task builds on, encoded, if the worker does not have it. */
  | {
    readonly kind: "task"
    readonly id: number
    readonly task: Encoded
    readonly job: JobData
    readonly state: Uint8Array | undefined
  }
  /** Ends a task that runs or waits. It is answered as well. */
  | { readonly kind: "cancel"; readonly id: number }
  /** The last message: finalizes the layers that tasks have built. */
  | { readonly kind: "end" }

/** The message of a task. */
export type TaskMessage = Extract<ToWorker, { readonly kind: "task" }>

/** What a task has changed in its state: a `StateDelta`, encoded, and what was counted for the state. */
export interface StateChanges {
  readonly deleted: Uint8Array
  readonly keys: Uint8Array
  readonly values: Uint8Array
  readonly isTimed: boolean
  readonly records: number
  readonly millis: number
}

/** The answer to a task. */
export type Answer =
  /**
   * `millis`: how long the task took. `transfer`: how long decoding it and encoding its results took. `read`: how many records
   * it has read. `updates`: what it has added to accumulators, encoded.
   */
  | {
    readonly kind: "done"
    readonly written: Encoded
    readonly millis: number
    readonly transfer: number
    readonly read: number
    readonly updates: Uint8Array | undefined
    readonly changes: StateChanges | undefined
    /** Whether the worker keeps the written block until the next batch. Later tasks name the block by the id of this task. */
    readonly isKept: boolean
  }
  /** The task failed at a place, with an encoded reason. */
  | { readonly kind: "failed"; readonly at: number; readonly reason: Uint8Array }
  /** The library failed, with an encoded reason. */
  | { readonly kind: "died"; readonly reason: Uint8Array }
  /** The task has to run on the driver. Without `why`, there is no worker now. */
  | { readonly kind: "refused"; readonly why: string | undefined }
  | { readonly kind: "cancelled" }
  /** The worker has ended before the task. Workers do not send this. */
  | { readonly kind: "lost"; readonly why: string }

/** A message of a worker. */
export type FromWorker =
  /** The copy of the graph has been made. */
  | { readonly kind: "ready" }
  /** The copy cannot be made, or cannot evaluate a batch. */
  | { readonly kind: "unavailable"; readonly why: string }
  /** `spare`: arrays that came with the task, and that the driver can use again. */
  | { readonly kind: "answer"; readonly id: number; readonly answer: Answer; readonly spare: ReadonlyArray<Uint8Array> }
  /** A function ends the worker. */
  | { readonly kind: "closing" }
  /** The worker can be terminated. */
  | { readonly kind: "ended" }

/** The arrays of an encoded task, whose buffers move to the other isolate. */
export const buffersOf = ({ head, records }: Encoded): Array<ArrayBufferLike> =>
  [head, ...records].map(({ buffer }) => buffer)

/** The buffers of an answer, which move to the driver. */
export const buffersOfAnswer = (
  { changes, written }: Extract<Answer, { readonly kind: "done" }>,
): Array<ArrayBufferLike> => [
  ...buffersOf(written),
  ...changes === undefined ? [] : [changes.deleted, changes.keys, changes.values].map(({ buffer }) => buffer),
]

/** The arrays of a task that has ended which nothing refers to any more. */
export const spareOf = ({ records, texts }: Encoded): ReadonlyArray<Uint8Array> =>
  texts.flatMap((at) => records[at] ?? [])
