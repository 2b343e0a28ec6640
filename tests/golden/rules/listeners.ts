/** Batches without jobs: Spark has no events for them, and DStream has those that show their input records. */
import type { Case } from "../case.ts"
import { expecting, pure, type Rule } from "./rule.ts"

type Event = Readonly<Record<string, unknown>>

const timeOf = ({ time }: Event): number => typeof time === "number" ? time : 0

/** The records of each input in each batch. */
const recordsOf = ({ inputs = [] }: Case): ReadonlyArray<ReadonlyArray<number>> =>
  inputs.map(({ batches }) =>
    Array.isArray(batches) ? batches.map((each) => Array.isArray(each) ? each.length : 0) : []
  )

/** The events of a batch that has no job. */
const idle = (time: number, records: ReadonlyArray<number>): ReadonlyArray<Event> => {
  const batch = {
    time,
    numRecords: records.reduce((sum, count) => sum + count, 0),
    inputs: Object.fromEntries(records.map((count, id) => [String(id), count])),
    schedulingDelay: false,
    outputOps: [],
  }
  return [
    { event: "batchSubmitted", ...batch, processingDelay: false, totalDelay: false },
    { event: "batchCompleted", ...batch, processingDelay: true, totalDelay: true },
  ]
}

/** Adds the events of batches between those of Spark whose inputs have records. */
export const idleBatches: Rule = pure("idleBatches", (golden) => {
  const { batchMs = 1000, expected: { events, outputs } } = golden
  if (events === undefined || outputs === undefined) return undefined
  const known = new Set(events.map(timeOf))
  const last = Math.max(...known)
  const counts = recordsOf(golden)
  const added: Array<Event> = []
  for (let time = batchMs; time < last; time += batchMs) {
    const records = counts.map((each) => each[time / batchMs - 1] ?? 0)
    if (!known.has(time) && records.some((count) => count > 0)) added.push(...idle(time, records))
  }
  return expecting(golden, { events: [...events, ...added].toSorted((a, b) => timeOf(a) - timeOf(b)) })
})
