/**
 * The events of a streaming context, which its listeners get.
 *
 * @module
 */
import type { Match } from "../checkpoint/matching.ts"
import type { CallSite } from "../../core/call_site.ts"

/** The records that one input contributed to a batch. */
export interface StreamInputInfo {
  /** The id of the input: its position among the inputs of the graph. */
  readonly inputStreamId: number
  /** The name of the input, such as `Socket stream [0]`. */
  readonly name: string
  /** How many records the input contributed; 0 if it gives details but no number, as files of text do. */
  readonly numRecords: number
  /** Details from the source. `Description`, if present, is a text for people. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/**
 * One output's job in a batch. Times are epoch milliseconds, durations milliseconds. Both come from the monotonic clock, which is set
 * on the wall clock when the context starts.
 */
export interface OutputOperationInfo {
  /** The time of the batch. */
  readonly batchTime: number
  /** The id of the output: its position in the graph. */
  readonly id: number
  /** The name given to the output, or a short description: `foreachRDD at app.ts:12:3`. */
  readonly name: string
  /** The operation with its whole location. */
  readonly description: string
  /** When the output started; undefined before. */
  readonly startTime: number | undefined
  /** When the output ended; undefined before. */
  readonly endTime: number | undefined
  /** The time from start to end; undefined before the end. */
  readonly duration: number | undefined
  /**
   * The records that the tasks of the output's jobs have read of inputs, states and kept RDDs, retries included; undefined
   * before the end. A task that fails counts none. Spark: `recordsRead` of tasks.
   */
  readonly recordsRead: number | undefined
  /** The failure as text, with the places in the user's source; undefined if the output has not failed. */
  readonly failureReason: string | undefined
  /** How the output ended, after its failure policy was applied; undefined before. */
  readonly outcome: "done" | "failed" | "skipped" | "deadLettered" | undefined
}

/** A stream whose records a batch has computed for later batches, apart from the jobs of its outputs. */
export interface KeptStreamInfo {
  /** The operation and its place: `map at app.ts:12:3`. */
  readonly name: string
  /** How long it took, in milliseconds. */
  readonly duration: number
}

/**
 * The progress of a batch. Times are epoch milliseconds, delays milliseconds; both are undefined until they are known. Both come
 * from the monotonic clock, which is set on the wall clock when the context starts: no step of the wall clock shows in them.
 */
export interface BatchInfo {
  /** The batch time: the end of its interval. */
  readonly batchTime: number
  /** What each input contributed, by the input's id. Inputs that report neither a number of records nor details are left out. */
  readonly streamIdToInputInfo: Readonly<Record<number, StreamInputInfo>>
  /** The number of records of all inputs. */
  readonly numRecords: number
  /**
   * When the batch was allocated. It then waits until the batch before it has ended. It is later than the batch time if the tick
   * came late, for example while `maxPendingBatches` batches waited.
   */
  readonly submissionTime: number
  /** When the first job started. */
  readonly processingStartTime: number | undefined
  /** When the last job ended. */
  readonly processingEndTime: number | undefined
  /** The time from when the batch was due, its batch time, to the start of the first job. Spark counts from submission. */
  readonly schedulingDelay: number | undefined
  /** The time from the start of the first job to the end of the last. */
  readonly processingDelay: number | undefined
  /** The sum of both; without jobs, the same as `lag`. */
  readonly totalDelay: number | undefined
  /**
   * How late its results are: the time from when the batch was due to its end. `totalDelay` is the same under Spark's
   * name.
   */
  readonly lag: number | undefined
  /** The outputs of the batch, by their ids. */
  readonly outputOperationInfos: Readonly<Record<number, OutputOperationInfo>>
  /** What has been computed for later batches, such as the input of a window that slides by more than the interval. */
  readonly keptStreams: ReadonlyArray<KeptStreamInfo>
}

/** The state of a receiver. */
export interface ReceiverInfo {
  /** The id of the receiver's input. */
  readonly streamId: number
  /** The name of the receiver. */
  readonly name: string
  /** Whether the receiver is running. */
  readonly active: boolean
  /** The message of the last error; empty if there was none. */
  readonly lastErrorMessage: string
  /** The last error as text; empty if there was none. */
  readonly lastError: string
  /** When the last error happened, in epoch milliseconds; −1 if there was none. */
  readonly lastErrorTime: number
}

/** How far a context is behind. Times are epoch milliseconds of the context's clock. */
export interface Behind {
  /** Since when. */
  readonly since: number
  /** How far: the lag of the batch that ended last, or of the oldest batch that has not ended, whichever is more. */
  readonly lag: number
  /** The batch interval in milliseconds. */
  readonly interval: number
  /** The received records that the last batch has left for later batches, because of its bound. */
  readonly recordsLeft: number
  /**
   * The output or kept stream that takes longest in the batch that runs or ended last, and how long it has taken; undefined if
   * there was none.
   */
  readonly slowest: { readonly name: string; readonly millis: number } | undefined
}

/** What a context has found in its checkpoint. */
export interface Recovery {
  /** The directory of the checkpoint. */
  readonly directory: string
  /** The time of the last batch that the earlier process has begun, in epoch milliseconds. */
  readonly lastTime: number
  /** The batches that it did not end, which run again on the same input. */
  readonly pending: ReadonlyArray<number>
  /** How the operators of the program match those of the checkpoint. */
  readonly matches: ReadonlyArray<Match>
}

/** Everything that listeners can observe of a streaming context. Spark: the callbacks of `StreamingListener`. */
export type StreamingEvent =
  | { readonly _tag: "StreamingStarted"; readonly time: number }
  | { readonly _tag: "StreamingStopped"; readonly time: number }
  | { readonly _tag: "ReceiverStarted"; readonly receiver: ReceiverInfo }
  | { readonly _tag: "ReceiverError"; readonly receiver: ReceiverInfo }
  /** `restarts`: whether the receiver will start again, after a delay. */
  | { readonly _tag: "ReceiverStopped"; readonly receiver: ReceiverInfo; readonly restarts: boolean }
  | { readonly _tag: "BatchSubmitted"; readonly batch: BatchInfo }
  | { readonly _tag: "BatchStarted"; readonly batch: BatchInfo }
  | { readonly _tag: "BatchCompleted"; readonly batch: BatchInfo }
  /** The evaluation of a batch failed, so none of its outputs ran. */
  | { readonly _tag: "BatchGenerationFailed"; readonly batchTime: number; readonly failureReason: string }
  | { readonly _tag: "OutputOperationStarted"; readonly operation: OutputOperationInfo }
  | { readonly _tag: "OutputOperationCompleted"; readonly operation: OutputOperationInfo }
  /**
   * The context is behind: for at least three intervals and three seconds, its lag has been two intervals or more, or batches have
   * left more records than they took. Published at most once a minute.
   */
  | { readonly _tag: "FallingBehind"; readonly behind: Behind }
  /** The context has caught up. Published only after `FallingBehind`. */
  | { readonly _tag: "CaughtUp"; readonly since: number; readonly time: number }
  /** Published once, at start: the context goes on from the checkpoint of an earlier process. */
  | { readonly _tag: "CheckpointRecovered"; readonly recovery: Recovery }
  /** Published once, at start: the graph is a plain list of outputs, so all of it runs on the driver. */
  | { readonly _tag: "GraphNotPortable" }
  /**
   * Published once for a stream, on engines that run tasks in other isolates: its function runs an action or returns an Effect,
   * so its RDDs are made on the driver.
   */
  | { readonly _tag: "StreamRunsOnDriver"; readonly operation: string; readonly callSite: CallSite }
  /**
   * Published once for an operation, on engines that run tasks in other isolates: its tasks run on the driver, because a worker could
   * not run one of them.
   */
  | {
    readonly _tag: "OperationRunsOnDriver"
    readonly operation: string
    readonly callSite: CallSite
    readonly reason: string
  }
  /** Published once: the engine has workers, but all tasks run on the driver, on one thread. */
  | { readonly _tag: "WorkersUnavailable"; readonly reason: string }
