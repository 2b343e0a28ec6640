/** Listener events of cases. */
import type { BatchInfo, OutputOperationInfo, StreamingEvent } from "../../lib/streaming/listeners/events.ts"
import type { ErrorSpec } from "./case.ts"
import { compareValues } from "./compare.ts"
import { matchesText } from "./errors.ts"
import { show } from "./values.ts"

type Fields = Readonly<Record<string, unknown>>

/** The ids that Spark gives to inputs and outputs, where ours are others. */
export interface Ids {
  readonly input: (id: number) => number
  /** `jobs`: outputs are numbered among those that have something to do in the batch. */
  readonly numbering?: "jobs" | undefined
}

const operation = (info: OutputOperationInfo, id = info.id): Fields => ({
  id,
  name: info.name,
  started: info.startTime !== undefined,
  ended: info.endTime !== undefined,
  ...(info.failureReason === undefined ? {} : { failure: info.failureReason }),
})

const batch = (event: string, info: BatchInfo, { input: idOf, numbering }: Ids): Fields => ({
  event,
  time: info.batchTime,
  numRecords: info.numRecords,
  inputs: Object.fromEntries(
    Object.values(info.streamIdToInputInfo).map((input) => [idOf(input.inputStreamId), input.numRecords]),
  ),
  schedulingDelay: info.schedulingDelay !== undefined,
  processingDelay: info.processingDelay !== undefined,
  totalDelay: info.totalDelay !== undefined,
  outputOps: Object.values(info.outputOperationInfos).map((each, i) =>
    operation(each, numbering === "jobs" ? i : each.id)
  ),
})

/** Our events in the form of the cases, each with the ids of its context. */
export const toFields = (events: ReadonlyArray<readonly [StreamingEvent, Ids]>): ReadonlyArray<Fields> => {
  const submitted = new Map<number, ReadonlyArray<number>>()
  const placeOf = ({ id, batchTime }: OutputOperationInfo, { numbering }: Ids) =>
    numbering === "jobs" ? submitted.get(batchTime)?.indexOf(id) ?? id : id
  return events.flatMap(([event, ids]): ReadonlyArray<Fields> => {
    switch (event._tag) {
      case "StreamingStarted":
        return [{ event: "streamingStarted" }]
      case "BatchSubmitted":
        submitted.set(event.batch.batchTime, Object.values(event.batch.outputOperationInfos).map(({ id }) => id))
        return [batch("batchSubmitted", event.batch, ids)]
      case "BatchStarted":
        return [batch("batchStarted", event.batch, ids)]
      case "BatchCompleted":
        return [batch("batchCompleted", event.batch, ids)]
      case "OutputOperationStarted":
      case "OutputOperationCompleted": {
        const name = event._tag === "OutputOperationStarted" ? "outputOperationStarted" : "outputOperationCompleted"
        return [{
          event: name,
          time: event.operation.batchTime,
          ...operation(event.operation, placeOf(event.operation, ids)),
        }]
      }
      default:
        return []
    }
  })
}

const compareField = (what: string, field: string, expected: unknown, got: unknown): string | undefined => {
  if (field === "name") {
    const [operator] = String(expected).split(" at ")
    return String(got).startsWith(`${operator} at `) ? undefined : `${what}: expected ${expected}, got ${got}`
  }
  if (field === "failure") {
    return matchesText(expected as ErrorSpec, String(got))
      ? undefined
      : `${what}: expected ${show(expected)}, got ${got}`
  }
  if (field !== "outputOps") return compareValues(what, expected, got)
  const [some, others] = [expected as ReadonlyArray<Fields>, (got ?? []) as ReadonlyArray<Fields>]
  if (some.length !== others.length) return `${what}: expected ${some.length} outputs, got ${others.length}`
  return some.map((each, i) => compareFields(`${what} ${i}`, each, others[i] ?? {})).find((found) =>
    found !== undefined
  )
}

const compareFields = (what: string, expected: Fields, got: Fields): string | undefined => {
  const failed = "failure" in got && !("failure" in expected) ? `${what}: unexpected failure ${got.failure}` : undefined
  return failed ?? Object.entries(expected)
    .map(([field, value]) => compareField(`${what} ${field}`, field, value, got[field]))
    .find((found) => found !== undefined)
}

/** Compares events in order, as far as a case says what is in them. */
export const compareEvents = (expected: ReadonlyArray<Fields>, got: ReadonlyArray<Fields>): ReadonlyArray<string> => {
  const names = compareValues("events", expected.map(({ event }) => event), got.map(({ event }) => event))
  if (names !== undefined) return [names]
  return expected.flatMap((each, i) => compareFields(`event ${i} ${each.event}`, each, got[i] ?? {}) ?? [])
}
