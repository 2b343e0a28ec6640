/**
 * Describes what a checkpoint holds.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { toJson } from "../../core/json_writer.ts"
import { recordsOf } from "../../dstream/inputs/allocation.ts"
import type { Allocation, InputAllocation } from "../../dstream/inputs/allocation.ts"
import { FRAME } from "../../durable/log/format.ts"
import { segmentFile } from "../../durable/log/names.ts"
import type { Summary } from "../../streaming/checkpoint/entries.ts"
import { checkBlocks } from "./blocks.ts"
import type { LogName } from "../../streaming/checkpoint/marks.ts"
import type { Contents } from "./contents.ts"
import type { Finding } from "./findings.ts"
import type * as Report from "./inspection.ts"
import { restore } from "./states.ts"

/** A checkpoint and its description. */
export interface Inspected {
  readonly contents: Contents
  readonly inspection: Report.Inspection
}

/** A value of a user as JSON. */
export const shown = (value: unknown): unknown => toJson(value, 0)

const programOf = ({ journal, received, recovered: { lastTime, summary } }: Contents): Report.ProgramLife => ({
  format: summary?.format,
  identity: journal.identity,
  lives: journal.life,
  // A program that runs has an empty file as well, for the moment in which it goes on in a new one.
  isClosed: journal.isClosed && received.isClosed,
  zeroTime: summary?.zeroTime,
  batchDuration: summary?.batchDuration,
  lastTime: summary === undefined ? undefined : lastTime,
})

const namesOf = (operators: Summary["operators"] | undefined): ReadonlyArray<string> =>
  Object.keys(operators ?? {}).sort()

/** The file with the oldest entry that an operator needs. */
const oldestFile = ({ retention }: Contents, name: string): string | undefined => {
  const need = retention.needs.find(({ by }) => by._tag === "Operator" && by.name === name)
  return need === undefined || need.segments.length === 0
    ? undefined
    : segmentFile(need.log, Math.min(...need.segments))
}

/** Restores each state to count its keys. */
const operatorsOf = Effect.fnUntraced(function* (contents: Contents, findings: Array<Finding>) {
  const { bytes, recovered: { states, summary } } = contents
  const operators: Array<Report.OperatorInspection> = []
  for (const name of namesOf(summary?.operators)) {
    const captures = states.get(name) ?? []
    const common = { name, ...summary!.operators[name]!, bytes: bytes.get(name) ?? 0 }
    const file = oldestFile(contents, name)
    if (captures.length === 0) {
      operators.push({ ...common, oldestFile: file })
      continue
    }
    const restored = yield* Effect.result(restore(captures))
    if (Result.isFailure(restored)) {
      const problem = `it cannot be restored: ${restored.failure.problem}`
      findings.push({ kind: "state", where: `the state ${JSON.stringify(name)}`, problem })
    }
    operators.push({
      ...common,
      lastCapture: captures.at(-1)?.at,
      captures: captures.length,
      version: captures.at(-1)?.version,
      keys: Result.isSuccess(restored) ? restored.success.keys : undefined,
      oldestFile: file,
    })
  }
  return operators
})

const inputsOf = ({ recovered: { positions, resume, summary, waiting } }: Contents) => {
  const operators = summary?.operators ?? {}
  const inputs = namesOf(operators).filter((name) => operators[name]?.kind === "input")
  return inputs.map((name): Report.InputInspection => {
    const known = resume.get(name)
    const blocks = waiting.get(name) ?? []
    const last = positions.get(name) ?? (known?._tag === "Blocks" ? known.position : undefined)
    return {
      name,
      ...(known?._tag === "Blocks" && { block: { number: known.number, to: known.to } }),
      ...(known?._tag === "Positions" && { positions: known.positions.map(shown) }),
      ...(last !== undefined && { lastPosition: shown(last) }),
      waiting: { blocks: blocks.length, records: blocks.reduce((sum, { records }) => sum + records, 0) },
    }
  })
}

const shareOf = (share: InputAllocation): Report.PendingShare => {
  switch (share._tag) {
    case "Blocks": {
      const blocks = share.blocks.flatMap(({ logged }) => logged === undefined ? [] : [logged.number])
      return { kind: "blocks", records: recordsOf(share), blocks }
    }
    case "Position":
      return { kind: "position", records: share.records, position: shown(share.position) }
    case "Nothing":
      return { kind: "nothing", ...(share.position !== undefined && { position: shown(share.position) }) }
  }
}

const pendingOf = ({ recovered: { done, open } }: Contents): ReadonlyArray<Report.PendingBatch> =>
  Array.from(open.values())
    .sort((a, b) => a.time - b.time)
    .map(({ inputs, time }: Allocation) => ({
      time,
      inputs: Object.fromEntries(Object.entries(inputs).map(([name, share]) => [name, shareOf(share)])),
      done: Array.from(done.get(time)?.keys() ?? []),
    }))

const keptOf = ({ counts, recovered: { kept, summary } }: Contents, findings: Array<Finding>) =>
  namesOf(summary?.operators).flatMap((name) =>
    Array.from(kept.get(name) ?? []).sort(([a], [b]) => a - b).map(
      ([time, { layout, place }]): Report.KeptInspection => {
        const count = counts.journal.at(place)
        if (count !== undefined && "problem" in count) {
          const where = `the RDD of ${JSON.stringify(name)} in the batch of ${time} ms`
          findings.push({ kind: "kept", where, problem: `it cannot be decoded: ${count.problem}` })
        }
        return {
          name,
          time,
          partitions: layout.partitions.length,
          records: count !== undefined && "records" in count ? count.records : undefined,
          bytes: place.length + FRAME,
          file: segmentFile("journal", place.segment),
        }
      },
    )
  )

const segmentsOf = (contents: Contents, log: LogName): ReadonlyArray<Report.SegmentInspection> => {
  const { entries, retention: { needs } } = contents
  const { segments } = contents[log]
  const needed = (segment: number) =>
    needs.filter((need) => need.log === log && need.segments.includes(segment)).map(({ by }) =>
      by._tag === "Summary" ? "summary" : by._tag === "Batch" ? `batch ${by.time} ms` : by.name
    )
  return segments.map(({ end, head: { life, segment } }, i) => {
    const file = segmentFile(log, segment)
    const neededBy = [...needed(segment), ...(i === segments.length - 1 ? ["end of the log"] : [])]
    return { log, file, bytes: end, entries: entries.get(file) ?? 0, life, neededBy }
  })
}

/** Describes what a checkpoint holds, and reads all of it. */
export const inspectContents: (contents: Contents) => Effect.Effect<Report.Inspection> = Effect.fnUntraced(
  function* (contents: Contents) {
    const findings: Array<Finding> = [...contents.findings]
    const operators = yield* operatorsOf(contents, findings)
    const kept = keptOf(contents, findings)
    findings.push(...checkBlocks(contents))
    return {
      directory: contents.directory.store.location,
      program: programOf(contents),
      operators,
      inputs: inputsOf(contents),
      pending: pendingOf(contents),
      kept,
      values: Object.fromEntries(Array.from(contents.recovered.values, ([name, value]) => [name, shown(value)])),
      segments: [...segmentsOf(contents, "journal"), ...segmentsOf(contents, "received")],
      leftovers: (["journal", "received"] as const).flatMap((log) =>
        contents[log].leftovers.map((segment) => segmentFile(log, segment))
      ),
      findings,
    }
  },
)
