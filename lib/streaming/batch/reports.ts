/**
 * What is reported of a batch: its information, growing as it goes along.
 *
 * @module
 */
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import { type Allocation, recordsOf } from "../inputs/allocation.ts"
import type { BatchInfo, OutputOperationInfo, StreamInputInfo } from "../listeners/events.ts"
import type { RunningInput } from "../inputs/running_input.ts"
import type { Job } from "./evaluation.ts"

/** What is known of an output's job before it runs. */
export const operationInfo = (batchTime: number, outputId: number, output: AnyOutput): OutputOperationInfo => ({
  batchTime,
  id: outputId,
  name: output.name ?? `${output.operation} at ${output.site.short}`,
  description: `${output.operation} at ${output.site.long}`,
  startTime: undefined,
  endTime: undefined,
  duration: undefined,
  failureReason: undefined,
  outcome: undefined,
})

/** What is known of an input's share: nothing where the source says nothing of it, as Spark's queues do. */
const inputInfo = (input: RunningInput, allocation: Allocation): ReadonlyArray<StreamInputInfo> => {
  const share = allocation.inputs[input.name] ?? { _tag: "Nothing" }
  const numRecords = recordsOf(share)
  if (numRecords === undefined) return []
  const metadata = share._tag === "Position" ? share.metadata ?? {} : {}
  return [{ inputStreamId: input.id, name: input.name, numRecords, metadata }]
}

/** What is known of a batch when it is submitted. */
export const batchInfo = (
  allocation: Allocation,
  inputs: ReadonlyArray<RunningInput>,
  jobs: ReadonlyArray<Job>,
  left: ReadonlyArray<OutputOperationInfo>,
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
    outputOperationInfos: Object.fromEntries([
      ...jobs.map(({ outputId, output }) => [outputId, operationInfo(allocation.time, outputId, output)] as const),
      ...left.map((operation) => [operation.id, operation] as const),
    ]),
  }
}

/** The batch with what has become known. */
export const started = (info: BatchInfo, now: number): BatchInfo => ({
  ...info,
  processingStartTime: now,
  schedulingDelay: now - info.submissionTime,
})

/** The batch with one of its outputs changed. */
export const withOperation = (info: BatchInfo, operation: OutputOperationInfo): BatchInfo => ({
  ...info,
  outputOperationInfos: { ...info.outputOperationInfos, [operation.id]: operation },
})

/** The batch at its end. */
export const completed = (info: BatchInfo, now: number): BatchInfo => ({
  ...info,
  processingEndTime: now,
  processingDelay: now - (info.processingStartTime ?? now),
  totalDelay: now - info.submissionTime,
})
