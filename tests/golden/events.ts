/** Compares the listener events of cases. */
import type { StreamingContext } from "../../mod.ts"
import type { Differences, ErrorSpec } from "./case.ts"
import { compareValues } from "./compare.ts"
import { compareErrors, matchesText } from "./errors.ts"
import { chainOf, messageOf } from "./java_classes.ts"
import type { Failure } from "./recorder.ts"
import { show } from "./values.ts"

type Fields = Readonly<Record<string, unknown>>

/** Turns an input id of the library into Spark's. */
type InputIds = (id: number) => number

const operation = (info: StreamingContext.OutputOperationInfo): Fields => ({
  id: info.id,
  name: info.name,
  started: info.startTime !== undefined,
  ended: info.endTime !== undefined,
  ...(info.failureReason === undefined ? {} : { failure: info.failureReason }),
})

const batch = (event: string, info: StreamingContext.BatchInfo, inputIds: InputIds): Fields => ({
  event,
  time: info.batchTime,
  numRecords: info.numRecords,
  inputs: Object.fromEntries(
    Object.values(info.streamIdToInputInfo).map((input) => [inputIds(input.inputStreamId), input.numRecords]),
  ),
  schedulingDelay: info.schedulingDelay !== undefined,
  processingDelay: info.processingDelay !== undefined,
  totalDelay: info.totalDelay !== undefined,
  outputOps: Object.values(info.outputOperationInfos).map(operation),
})

const fieldsOf = (event: StreamingContext.StreamingEvent, ids: InputIds): ReadonlyArray<Fields> => {
  switch (event._tag) {
    case "StreamingStarted":
      return [{ event: "streamingStarted" }]
    case "BatchSubmitted":
      return [batch("batchSubmitted", event.batch, ids)]
    case "BatchStarted":
      return [batch("batchStarted", event.batch, ids)]
    case "BatchCompleted":
      return [batch("batchCompleted", event.batch, ids)]
    case "OutputOperationStarted":
      return [{ event: "outputOperationStarted", time: event.operation.batchTime, ...operation(event.operation) }]
    case "OutputOperationCompleted":
      return [{ event: "outputOperationCompleted", time: event.operation.batchTime, ...operation(event.operation) }]
    default:
      return []
  }
}

/** Turns events into the form of recordings, each with the input ids of its context. */
export const toFields = (
  events: ReadonlyArray<readonly [StreamingContext.StreamingEvent, InputIds]>,
): ReadonlyArray<Fields> => events.flatMap(([event, ids]) => fieldsOf(event, ids))

const isError = (value: unknown): value is ErrorSpec =>
  typeof value === "object" && value !== null && "class" in value && typeof value.class === "string"

/** Finds the error of an output that failed. */
type ErrorAt = (time: unknown, id: unknown) => unknown

/** Compares the failure that an event tells. Events have only the text of an error, so the error itself is compared too. */
const compareFailure = (what: string, expected: unknown, got: unknown, error: unknown): string | undefined => {
  if (!isError(expected)) return `${what}: ${show(expected)} is not an error`
  const text = messageOf(chainOf(error).at(-1))
  if (typeof got !== "string") return `${what}: expected ${show(expected)}, got no failure`
  return compareErrors(what, expected, error) ??
    (matchesText(text, got.split("\n")[0] ?? "") ? undefined : `${what}: expected the text ${show(text)}, got ${got}`)
}

const compareFields = (what: string, expected: Fields, got: Fields, error: unknown): string | undefined => {
  if ("failure" in got && !("failure" in expected)) return `${what}: unexpected failure ${got.failure}`
  for (const [field, value] of Object.entries(expected)) {
    const own = `${what} ${field}`
    const [operator] = String(value).split(" at ")
    const found = field === "outputOps"
      ? undefined
      : field === "failure"
      ? compareFailure(own, value, got[field], error)
      : field === "name" && String(got[field]).startsWith(`${operator} at `)
      ? undefined
      : compareValues(own, value, got[field])
    if (found !== undefined) return found
  }
  return undefined
}

const outputsOf = (event: Fields): ReadonlyArray<Fields> =>
  Array.isArray(event.outputOps) ? event.outputOps as ReadonlyArray<Fields> : []

const compareEvent = (what: string, expected: Fields, got: Fields, errorAt: ErrorAt): string | undefined => {
  const own = compareFields(what, expected, got, errorAt(got.time, got.id))
  if (own !== undefined || expected.outputOps === undefined) return own
  const [some, others] = [outputsOf(expected), outputsOf(got)]
  if (some.length !== others.length) return `${what}: expected ${some.length} outputs, got ${others.length}`
  return some.map((each, i) =>
    compareFields(`${what} output ${i}`, each, others[i] ?? {}, errorAt(got.time, others[i]?.id))
  ).find((found) => found !== undefined)
}

/** Compares events in order. Fields that a recording leaves out are not compared. */
export const compareEvents = (
  expected: ReadonlyArray<Fields>,
  got: ReadonlyArray<Fields>,
  failures: ReadonlyArray<Failure>,
): Differences => {
  const names = compareValues("events", expected.map(({ event }) => event), got.map(({ event }) => event))
  if (names !== undefined) return [names]
  const errorAt: ErrorAt = (time, id) => failures.find((each) => each.time === time && each.outputOpId === id)?.error
  return expected.flatMap((each, i) => compareEvent(`event ${i} ${each.event}`, each, got[i] ?? {}, errorAt) ?? [])
}
