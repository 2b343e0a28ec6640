/**
 * The metrics of a running context: Spark's gauges, and those of lag, receivers, outputs, states and storage. They are read when
 * an exporter or the program asks for them, and cost nothing until then.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Attributes, Series } from "../core/series.ts"
import { operationInfo } from "./batch/reports.ts"
import type { BatchInfo } from "./listeners/events.ts"
import { outcomes, type Progress } from "./listeners/progress.ts"
import type { Run } from "./run.ts"

/** Where the values come from. */
export interface Measured {
  readonly run: Run
  readonly progress: Progress
  /** How many events have been dropped because a listener was too slow. */
  readonly droppedEvents: () => number
}

const gauge = (name: string, description: string, read: () => number, attributes: Attributes = {}): Series => ({
  name: `streaming.${name}`,
  description,
  isCounter: false,
  attributes,
  read,
})

const counter = (...given: Parameters<typeof gauge>): Series => ({ ...gauge(...given), isCounter: true })

const times = ["submissionTime", "processingStartTime", "processingEndTime"] as const
const delays = ["processingDelay", "schedulingDelay", "totalDelay"] as const

/** Fields of a batch; -1 while there is none, as in Spark. */
const fieldsOf = (
  which: string,
  fields: ReadonlyArray<typeof times[number] | typeof delays[number]>,
  batch: () => BatchInfo | undefined,
): ReadonlyArray<Series> =>
  fields.map((field) =>
    gauge(`${which}_${field}`, `${field} of that batch in milliseconds, or -1`, () => batch()?.[field] ?? -1)
  )

const ofBatches = ({ droppedEvents, progress, run }: Measured): ReadonlyArray<Series> => {
  const started = () => {
    const [oldest] = progress.batches.pending.values()
    return oldest?.processingStartTime === undefined ? 0 : 1
  }
  const pending = () => progress.batches.pending.size
  return [
    gauge("receivers", "Receivers", () => run.inputs.filter(({ receiver }) => receiver !== undefined).length),
    gauge("activeReceivers", "Receivers that run", () => progress.activeReceivers),
    counter("totalCompletedBatches", "Batches that have ended", () => progress.batches.completedBatches),
    counter("failedBatches", "Batches that could not be evaluated", () => progress.batches.failedBatches),
    counter("totalReceivedRecords", "Records of allocated batches", () => progress.batches.receivedRecords),
    counter("totalProcessedRecords", "Records of batches that have ended", () => progress.batches.processedRecords),
    gauge("unprocessedBatches", "Batches that wait or run", pending),
    gauge("waitingBatches", "Batches that wait", () => pending() - started()),
    gauge("runningBatches", "Batches that run: 0 or 1", started),
    ...fieldsOf("lastCompletedBatch", [...times, ...delays], () => progress.batches.completed),
    ...fieldsOf("lastReceivedBatch", times, () => progress.batches.received),
    gauge("lastReceivedBatch_records", "Records of that batch", () => progress.batches.received?.numRecords ?? 0),
    gauge("lag", "How late results are, in milliseconds", () => progress.lagAt(run.clock.currentTimeMillisUnsafe())),
    counter("droppedEvents", "Events that a slow listener has missed", droppedEvents),
  ]
}

const ofReceivers = ({ progress, run }: Measured): ReadonlyArray<Series> =>
  run.inputs.flatMap(({ id, name, receiver }) => {
    if (receiver === undefined) return []
    const attributes = { receiver: name }
    return [
      gauge("receiver.records", "Stored records that no batch has taken", () => receiver.holds().records, attributes),
      gauge("receiver.bytes", "Bytes that count towards its capacity", () => receiver.holds().bytes, attributes),
      counter("receiver.errors", "Errors that were reported", () => progress.receiver(id).errors, attributes),
      counter("receiver.restarts", "Restarts", () => progress.receiver(id).restarts, attributes),
    ]
  })

const ofOutputs = ({ progress, run }: Measured): ReadonlyArray<Series> =>
  run.graph.outputs.flatMap((output, id) => {
    const attributes = { output: operationInfo(0, id, output).name, id: String(id) }
    return [
      counter("output.records", "Records that its jobs have read", () => progress.output(id).records, attributes),
      counter("output.millis", "Milliseconds that its jobs have taken", () => progress.output(id).millis, attributes),
      ...outcomes.map((outcome) =>
        counter("output.ended", "Batches in which it ended", () => progress.output(id).ended[outcome], {
          ...attributes,
          outcome,
        })
      ),
    ]
  })

const ofKeptStreams = ({ progress, run: { evaluation } }: Measured): ReadonlyArray<Series> =>
  evaluation.keptStreams.map(({ name }) =>
    counter("kept.millis", "Milliseconds that later batches have cost", () => progress.keptMillis(name), {
      operator: name,
    })
  )

const ofStates = ({ run: { engine, evaluation, history } }: Measured): ReadonlyArray<Series> => {
  const { address } = history.at(history.zeroTime)
  const isStateful = ({ stream }: typeof evaluation.keptStreams[number]) => stream.traits.keeps === "always"
  return evaluation.keptStreams.filter(isStateful).flatMap(({ name, stream }) => {
    const id = address(stream)
    const attributes = { operator: name, id }
    const measures = () => engine.stateMeasures(id)
    return [
      gauge("state.keys", "Keys of the state", () => measures()?.keys ?? 0, attributes),
      gauge("state.bytes", "Estimated bytes of the state", () => measures()?.bytes ?? 0, attributes),
      counter("state.records", "Records that it was given", () => measures()?.records ?? 0, attributes),
      counter("state.millis", "Milliseconds that it has taken", () => measures()?.millis ?? 0, attributes),
    ]
  })
}

const ofStorage = ({ run: { engine: { storage } } }: Measured): ReadonlyArray<Series> => [
  gauge("storage.memory", "Estimated bytes of stored blocks in memory", () => storage.measures().memory),
  gauge("storage.limit", "Bytes that stored blocks may take in memory", () => storage.measures().limit),
  gauge("storage.disk", "Bytes of stored blocks in files", () => storage.measures().disk),
]

/**
 * Registers the metrics of a context in the current registry. Gives an effect that leaves the last values there, for an
 * exporter that sends what it has at the end. The next context with such metrics replaces them.
 */
export const publish = (measured: Measured): Effect.Effect<Effect.Effect<void>> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<never>()
    // The part of Effect that reads values when they are asked for is not stable, so it is loaded apart.
    const { register } = yield* Effect.promise(() => import("../engine/platform/metrics.ts"))
    const all = [ofBatches, ofReceivers, ofOutputs, ofKeptStreams, ofStates, ofStorage].flatMap((seriesOf) =>
      seriesOf(measured)
    )
    all.forEach((series) => register(context, series))
    return Effect.sync(() => {
      measured.progress.stop()
      for (const series of all) {
        const value = series.read()
        register(context, { ...series, read: () => value })
      }
    })
  })
