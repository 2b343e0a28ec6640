/**
 * Reports: publishes the events of a batch, from its allocation to its end.
 *
 * @module
 */
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import { type Allocation, recordsOf } from "../../dstream/inputs/allocation.ts"
import type { RunningInput } from "../inputs/running_input.ts"
import type {
  BatchInfo,
  KeptStreamInfo,
  OutputOperationInfo,
  StreamingEvent,
  StreamInputInfo,
} from "../listeners/events.ts"
import { isSilent, type Work } from "./work.ts"

/** Describes an output's job before it runs. */
export const operationInfo = (batchTime: number, outputId: number, output: AnyOutput): OutputOperationInfo => ({
  batchTime,
  id: outputId,
  name: output.name ?? `${output.operation} at ${output.site.short}`,
  description: `${output.operation} at ${output.site.long}`,
  startTime: undefined,
  endTime: undefined,
  duration: undefined,
  recordsRead: undefined,
  failureReason: undefined,
  outcome: undefined,
})

/**
 * Describes an input's share. Returns an empty list if the source reports neither a number of records nor details; queues do
 * not, as in Spark.
 */
const inputInfo = (input: RunningInput, allocation: Allocation): ReadonlyArray<StreamInputInfo> => {
  const share = allocation.inputs[input.name] ?? { _tag: "Nothing" }
  const numRecords = recordsOf(share)
  const metadata = share._tag === "Position" ? share.metadata ?? input.describe?.(share.position) : undefined
  if (numRecords === undefined && metadata === undefined) return []
  return [{ inputStreamId: input.id, name: input.name, numRecords: numRecords ?? 0, metadata: metadata ?? {} }]
}

/** Describes a batch when it is allocated. */
export const batchInfo = (
  allocation: Allocation,
  inputs: ReadonlyArray<RunningInput>,
  submissionTime: number,
): BatchInfo => {
  const infos = inputs.flatMap((input) => inputInfo(input, allocation))
  return {
    batchTime: allocation.time,
    streamIdToInputInfo: Object.fromEntries(infos.map((info) => [info.inputStreamId, info])),
    numRecords: infos.reduce((sum, info) => sum + info.numRecords, 0),
    submissionTime,
    processingStartTime: undefined,
    processingEndTime: undefined,
    schedulingDelay: undefined,
    processingDelay: undefined,
    totalDelay: undefined,
    lag: undefined,
    outputOperationInfos: {},
    keptStreams: [],
  }
}

/** Publishes the events of one batch. There are none if no output can have a job in the batch and no input has records. */
export class BatchReport {
  readonly #publish: (event: StreamingEvent) => void
  #info: BatchInfo
  #isSubmitted = false

  constructor(publish: (event: StreamingEvent) => void, info: BatchInfo) {
    this.#publish = publish
    this.#info = info
  }

  /** Publishes `BatchSubmitted` when the batch is allocated. */
  submitted(due: ReadonlyArray<readonly [outputId: number, output: AnyOutput]>): void {
    if (due.length === 0 && this.#info.numRecords === 0) return
    const operations = due.map(([id, output]) => [id, operationInfo(this.#info.batchTime, id, output)] as const)
    this.#submit({ ...this.#info, outputOperationInfos: Object.fromEntries(operations) })
  }

  #submit(info: BatchInfo): void {
    this.#info = info
    this.#isSubmitted = true
    this.#publish({ _tag: "BatchSubmitted", batch: info })
  }

  /** Publishes `BatchStarted` before the jobs run. */
  started(work: Work, now: number): void {
    const { batchTime } = this.#info
    const jobs = work.jobs.map(({ output, outputId }) => operationInfo(batchTime, outputId, output))
    const operations = [...jobs, ...work.ended].map((operation) => [operation.id, operation] as const)
    const info = { ...this.#info, outputOperationInfos: Object.fromEntries(operations) }
    if (isSilent(work)) return void (this.#info = info)
    if (!this.#isSubmitted) this.#submit(info)
    this.#info = { ...info, processingStartTime: now, schedulingDelay: now - batchTime }
    this.#publish({ _tag: "BatchStarted", batch: this.#info })
    for (const operation of work.ended) this.#publish({ _tag: "OutputOperationCompleted", operation })
  }

  /** Publishes `OutputOperationStarted` before the job of an output runs. */
  operationStarted(operation: OutputOperationInfo): void {
    this.#publish({ _tag: "OutputOperationStarted", operation })
  }

  /** Publishes `OutputOperationCompleted` when the job of an output has ended. */
  operationCompleted(operation: OutputOperationInfo): void {
    const outputOperationInfos = { ...this.#info.outputOperationInfos, [operation.id]: operation }
    this.#info = { ...this.#info, outputOperationInfos }
    this.#publish({ _tag: "OutputOperationCompleted", operation })
  }

  /** Notes how long a kept stream took. */
  kept(info: KeptStreamInfo): void {
    this.#info = { ...this.#info, keptStreams: [...this.#info.keptStreams, info] }
  }

  /** Publishes `BatchGenerationFailed` when the batch could not be allocated, evaluated or opened. */
  generationFailed(failureReason: string): void {
    this.#publish({ _tag: "BatchGenerationFailed", batchTime: this.#info.batchTime, failureReason })
  }

  /** Publishes `BatchCompleted` when the batch has ended, whether committed or failed in its jobs. */
  completed(now: number): void {
    if (!this.#isSubmitted) return
    const { batchTime, processingStartTime = now } = this.#info
    const lag = now - batchTime
    this.#publish({
      _tag: "BatchCompleted",
      batch: {
        ...this.#info,
        processingEndTime: now,
        processingDelay: now - processingStartTime,
        totalDelay: lag,
        lag,
      },
    })
  }
}
