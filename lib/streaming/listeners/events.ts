/**
 * Events: what a streaming context tells its listeners.
 *
 * @module
 */

import type { CallSite } from "../../core/call_site.ts"

/** One input's share of a batch. */
export interface StreamInputInfo {
  /** The input's id: its place among the inputs of the graph. */
  readonly inputStreamId: number
  /** Its name, such as `Socket stream [0]`. */
  readonly name: string
  /** How many records it gave. */
  readonly numRecords: number
  /** What the source says of them; `Description` is for people. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One output's part of a batch. Times in epoch milliseconds, durations in milliseconds. */
export interface OutputOperationInfo {
  /** The time of its batch. */
  readonly batchTime: number
  /** Position of the output in the graph. */
  readonly id: number
  /** Short: `foreachRDD at app.ts:12:3`, or the name given to the output. */
  readonly name: string
  /** Long: the operation and the whole location. */
  readonly description: string
  /** When it began, undefined until it has. */
  readonly startTime: number | undefined
  /** When it ended, undefined until it has. */
  readonly endTime: number | undefined
  /** From start to end, undefined until it has ended. */
  readonly duration: number | undefined
  /** What went wrong, as text, with the places in the user's source; undefined while nothing has. */
  readonly failureReason: string | undefined
  /** How it ended: it may have failed and still have been dealt with by its policy. */
  readonly outcome: "done" | "failed" | "skipped" | "deadLettered" | undefined
}

/** A batch on its way. Times in epoch milliseconds, delays in milliseconds; undefined until they are known. */
export interface BatchInfo {
  /** The batch time: the end of its interval. */
  readonly batchTime: number
  /** What each input gave, by its id: those inputs that say so. */
  readonly streamIdToInputInfo: Readonly<Record<number, StreamInputInfo>>
  /** The records of all inputs together. */
  readonly numRecords: number
  /** When its jobs were handed over. */
  readonly submissionTime: number
  /** When its first job began. */
  readonly processingStartTime: number | undefined
  /** When its last job ended. */
  readonly processingEndTime: number | undefined
  /** How long it waited: from submission to the start of its first job. */
  readonly schedulingDelay: number | undefined
  /** How long its jobs took: from the start of the first to the end of the last. */
  readonly processingDelay: number | undefined
  /** Both together: from submission to the end of its last job. */
  readonly totalDelay: number | undefined
  /** Its outputs, by their place in the graph. */
  readonly outputOperationInfos: Readonly<Record<number, OutputOperationInfo>>
}

/** A receiver's state. */
export interface ReceiverInfo {
  /** The id of its input. */
  readonly streamId: number
  /** The receiver's name. */
  readonly name: string
  /** Whether it runs. */
  readonly active: boolean
  /** What it last said of a problem, empty for none. */
  readonly lastErrorMessage: string
  /** The error that came with it, as text, empty for none. */
  readonly lastError: string
  /** Epoch milliseconds, −1 for none. */
  readonly lastErrorTime: number
}

/** Everything that can be observed of a streaming context. Spark: the callbacks of `StreamingListener`. */
export type StreamingEvent =
  | { readonly _tag: "StreamingStarted"; readonly time: number }
  | { readonly _tag: "StreamingStopped"; readonly time: number }
  | { readonly _tag: "ReceiverStarted"; readonly receiver: ReceiverInfo }
  | { readonly _tag: "ReceiverError"; readonly receiver: ReceiverInfo }
  /** `restarts`: it will start again, after a delay. */
  | { readonly _tag: "ReceiverStopped"; readonly receiver: ReceiverInfo; readonly restarts: boolean }
  | { readonly _tag: "BatchSubmitted"; readonly batch: BatchInfo }
  | { readonly _tag: "BatchStarted"; readonly batch: BatchInfo }
  | { readonly _tag: "BatchCompleted"; readonly batch: BatchInfo }
  /** The batch failed before any of its outputs could run. */
  | { readonly _tag: "BatchGenerationFailed"; readonly batchTime: number; readonly failureReason: string }
  | { readonly _tag: "OutputOperationStarted"; readonly operation: OutputOperationInfo }
  | { readonly _tag: "OutputOperationCompleted"; readonly operation: OutputOperationInfo }
  /** Said once, at start: the graph is a plain list of outputs and runs on the calling isolate. */
  | { readonly _tag: "GraphNotPortable" }
  /**
   * Said once for a stream, on engines that run tasks in other isolates: its function runs an action or gives an Effect, so
   * that its RDDs are made on the driver only.
   */
  | { readonly _tag: "StreamRunsOnDriver"; readonly operation: string; readonly callSite: CallSite }
