/**
 * Events: what a streaming context tells its listeners.
 *
 * @module
 */

/** One input's share of a batch. */
export interface StreamInputInfo {
  readonly inputStreamId: number
  /** Its name, such as `Socket stream [0]`. */
  readonly name: string
  readonly numRecords: number
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One output's part of a batch. Times in epoch milliseconds, durations in milliseconds. */
export interface OutputOperationInfo {
  readonly batchTime: number
  /** Position of the output in the graph. */
  readonly id: number
  /** Short: `foreachRDD at app.ts:12:3`, or the name given to the output. */
  readonly name: string
  /** Long: the operation and the whole location. */
  readonly description: string
  readonly startTime: number | undefined
  readonly endTime: number | undefined
  readonly duration: number | undefined
  readonly failureReason: string | undefined
  /** How it ended: it may have failed and still have been dealt with by its policy. */
  readonly outcome: "done" | "failed" | "skipped" | "deadLettered" | undefined
}

/** A batch on its way. Delays in milliseconds, undefined until they are known. */
export interface BatchInfo {
  readonly batchTime: number
  readonly streamIdToInputInfo: Readonly<Record<number, StreamInputInfo>>
  readonly numRecords: number
  readonly submissionTime: number
  readonly processingStartTime: number | undefined
  readonly processingEndTime: number | undefined
  readonly schedulingDelay: number | undefined
  readonly processingDelay: number | undefined
  readonly totalDelay: number | undefined
  readonly outputOperationInfos: Readonly<Record<number, OutputOperationInfo>>
}

/** A receiver's state. */
export interface ReceiverInfo {
  readonly streamId: number
  readonly name: string
  readonly active: boolean
  readonly lastErrorMessage: string
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
  | { readonly _tag: "ReceiverStopped"; readonly receiver: ReceiverInfo }
  | { readonly _tag: "BatchSubmitted"; readonly batch: BatchInfo }
  | { readonly _tag: "BatchStarted"; readonly batch: BatchInfo }
  | { readonly _tag: "BatchCompleted"; readonly batch: BatchInfo }
  /** The batch failed before any of its outputs could run. */
  | { readonly _tag: "BatchGenerationFailed"; readonly batchTime: number; readonly failureReason: string }
  | { readonly _tag: "OutputOperationStarted"; readonly operation: OutputOperationInfo }
  | { readonly _tag: "OutputOperationCompleted"; readonly operation: OutputOperationInfo }
  /** Said once, at start: the graph is a plain list of outputs and runs on the calling isolate. */
  | { readonly _tag: "GraphNotPortable" }
