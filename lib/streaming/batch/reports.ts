/**
 * Reports: what listeners are told of a batch, from its allocation to its end.
 *
 * @module
 */
import { isTimeValid } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import { type Allocation, recordsOf } from "../../dstream/inputs/allocation.ts"
import type { RunningInput } from "../inputs/running_input.ts"
import type { BatchInfo, OutputOperationInfo, StreamingEvent, StreamInputInfo } from "../listeners/events.ts"
import type { History } from "../../dstream/graph/history.ts"
import { isSilent, type Work } from "./work.ts"

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

/** What is known of an input's share; nothing where the source does not say how many records it has, as Spark's queues. */
const inputInfo = (input: RunningInput, allocation: Allocation): ReadonlyArray<StreamInputInfo> => {
  const share = allocation.inputs[input.name] ?? { _tag: "Nothing" }
  const numRecords = recordsOf(share)
  if (numRecords === undefined) return []
  const metadata = share._tag === "Position" ? share.metadata ?? {} : {}
  return [{ inputStreamId: input.id, name: input.name, numRecords, metadata }]
}

/** What is known of a batch when it is allocated. */
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
    outputOperationInfos: {},
  }
}

/**
 * Finds the outputs that may have a job in a batch, by what is known when it is allocated: their slide is due, and something
 * below them has an RDD, or may have one by itself.
 */
export const outputsDue = (
  graph: AnyGraph,
  inputs: ReadonlyArray<RunningInput>,
  history: History,
): (allocation: Allocation) => ReadonlyArray<readonly [outputId: number, output: AnyOutput]> => {
  const nameOf = new Map(inputs.map(({ name, stream }) => [stream.traits.source, name]))
  const below = graph.outputs.map((output) => {
    const streams = nodes({ ...graph, outputs: [output] })
    const names = streams.flatMap(({ traits }) => traits.source === undefined ? [] : nameOf.get(traits.source) ?? [])
    // States and windows have RDDs in batches in which their inputs have none.
    const needsInput = streams.every(({ parents, traits }) =>
      traits.keeps === undefined && traits.lookBack === undefined && (parents.length > 0 || traits.source !== undefined)
    )
    return { names, needsInput }
  })
  return ({ inputs: shares, time }) =>
    Array.from(graph.outputs.entries()).filter(([outputId, { stream }]) => {
      const { names, needsInput } = below[outputId] ?? { names: [], needsInput: false }
      return isTimeValid(history.at(time), stream.slideDuration) &&
        (!needsInput || names.some((name) => (shares[name]?._tag ?? "Nothing") !== "Nothing"))
    })
}

/** Tells listeners of one batch. A batch in which no output can have a job is not told of. */
export class BatchReport {
  readonly #publish: (event: StreamingEvent) => void
  #info: BatchInfo
  #isSubmitted = false

  constructor(publish: (event: StreamingEvent) => void, info: BatchInfo) {
    this.#publish = publish
    this.#info = info
  }

  /** The batch is allocated and waits for its turn. */
  submitted(due: ReadonlyArray<readonly [outputId: number, output: AnyOutput]>): void {
    if (due.length === 0) return
    const operations = due.map(([id, output]) => [id, operationInfo(this.#info.batchTime, id, output)] as const)
    this.#submit({ ...this.#info, outputOperationInfos: Object.fromEntries(operations) })
  }

  #submit(info: BatchInfo): void {
    this.#info = info
    this.#isSubmitted = true
    this.#publish({ _tag: "BatchSubmitted", batch: info })
  }

  /** Its jobs are about to run. */
  started(work: Work, now: number): void {
    const { batchTime, submissionTime } = this.#info
    const jobs = work.jobs.map(({ output, outputId }) => operationInfo(batchTime, outputId, output))
    const operations = [...jobs, ...work.ended].map((operation) => [operation.id, operation] as const)
    const info = { ...this.#info, outputOperationInfos: Object.fromEntries(operations) }
    if (isSilent(work)) return void (this.#info = info)
    if (!this.#isSubmitted) this.#submit(info)
    this.#info = { ...info, processingStartTime: now, schedulingDelay: now - submissionTime }
    this.#publish({ _tag: "BatchStarted", batch: this.#info })
    for (const operation of work.ended) this.#publish({ _tag: "OutputOperationCompleted", operation })
  }

  /** The job of an output is about to run. */
  operationStarted(operation: OutputOperationInfo): void {
    this.#publish({ _tag: "OutputOperationStarted", operation })
  }

  /** The job of an output has ended. */
  operationCompleted(operation: OutputOperationInfo): void {
    const outputOperationInfos = { ...this.#info.outputOperationInfos, [operation.id]: operation }
    this.#info = { ...this.#info, outputOperationInfos }
    this.#publish({ _tag: "OutputOperationCompleted", operation })
  }

  /** The batch could not be allocated or evaluated. */
  generationFailed(failureReason: string): void {
    this.#publish({ _tag: "BatchGenerationFailed", batchTime: this.#info.batchTime, failureReason })
  }

  /** The batch has ended, well or with its context. */
  completed(now: number): void {
    if (!this.#isSubmitted) return
    const { processingStartTime = now, submissionTime } = this.#info
    this.#publish({
      _tag: "BatchCompleted",
      batch: {
        ...this.#info,
        processingEndTime: now,
        processingDelay: now - processingStartTime,
        totalDelay: now - submissionTime,
      },
    })
  }
}
