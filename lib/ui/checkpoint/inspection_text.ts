/**
 * What a checkpoint holds, as text for people.
 *
 * @module
 */
import { type Cell, section, showCount, showTime, showValue, table, tableSection } from "../table.ts"
import { describeFinding, type Finding } from "./findings.ts"
import type * as Report from "./inspection.ts"

/** The lines of findings. */
export const findingLines = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  section("Findings", findings.map(describeFinding))

const programLines = (
  { batchDuration, format, identity, isClosed, lastTime, lives, zeroTime }: Report.ProgramLife,
): ReadonlyArray<string> => {
  const rows: ReadonlyArray<readonly [string, Cell]> = [
    ["identity", identity],
    ["format", format],
    ["lives", `${lives}; the last program ${isClosed ? "has closed it" : "is running or was killed"}`],
    ["zero time", showTime(zeroTime)],
    ["batch interval", batchDuration === undefined ? undefined : `${batchDuration} ms`],
    ["last batch", lastTime === zeroTime ? "none" : showTime(lastTime)],
  ]
  return rows.flatMap(([name, value]) => value === undefined ? [] : [`  ${name.padEnd(14)}  ${value}`])
}

/** How many positions of an input are listed. */
const MOST_POSITIONS = 3

/** Where an input goes on. */
export const goesOnBehind = ({ block, positions }: Report.InputInspection): string | undefined => {
  if (block !== undefined) return `record ${block.to} of block ${block.number}`
  if (positions === undefined || positions.length <= MOST_POSITIONS) return positions?.map(showValue).join(", ")
  return `${showValue(positions[0])}, …, ${showValue(positions.at(-1))} (${positions.length} positions)`
}

const shareText = ([name, share]: readonly [string, Report.PendingShare]): string => {
  const records = share.records === undefined ? "" : ` (${showCount(share.records, "record")})`
  switch (share.kind) {
    case "blocks":
      return share.records === 0 ? `${name}: no blocks` : `${name}: blocks ${share.blocks?.join(", ") ?? ""}${records}`
    case "position":
      return `${name}: position ${showValue(share.position)}${records}`
    case "nothing":
      return `${name}: nothing`
  }
}

/** One row for all kept RDDs of a stream. */
const keptRows = (kept: ReadonlyArray<Report.KeptInspection>): ReadonlyArray<ReadonlyArray<Cell>> =>
  Array.from(Map.groupBy(kept, ({ name }) => name), ([name, rdds]) => {
    const records = rdds.some((each) => each.records === undefined)
      ? undefined
      : rdds.reduce((sum, each) => sum + (each.records ?? 0), 0)
    const bytes = rdds.reduce((sum, each) => sum + each.bytes, 0)
    return [name, rdds.length, rdds[0]?.time, rdds.at(-1)?.time, records, bytes]
  })

const entryLines = ({ name, records, state }: Report.NamedEntries): ReadonlyArray<string> => {
  if (state !== undefined) {
    const rows = state.map(({ key, value, writtenAt }) => [showValue(key), showValue(value), writtenAt])
    return tableSection(`Entries of ${name}`, ["KEY", "VALUE", "WRITTEN AT"], rows)
  }
  const rows = (records ?? []).flatMap((rdd) => rdd.records.map((record) => [rdd.time, showValue(record)]))
  return tableSection(`Records of ${name}`, ["TIME", "RECORD"], rows)
}

/** The lines that describe a checkpoint. */
export const inspectionLines = (
  { directory, entries, findings, inputs, kept, leftovers, operators, pending, program, segments, values }:
    Report.Inspection,
): ReadonlyArray<string> => [
  `Checkpoint in ${directory}`,
  ...programLines(program),
  ...tableSection(
    "Operators",
    ["NAME", "KIND", "OPERATION", "SHAPE", "LAST CAPTURE", "KEYS", "BYTES", "OLDEST FILE"],
    operators.map((each) => [
      each.name,
      each.kind,
      each.operation,
      each.shape,
      each.lastCapture,
      each.keys,
      each.bytes,
      each.oldestFile,
    ]),
  ),
  ...tableSection(
    "Inputs",
    ["NAME", "GOES ON BEHIND", "LAST POSITION", "WAITING BLOCKS", "WAITING RECORDS"],
    inputs.map((input) => [
      input.name,
      goesOnBehind(input),
      input.lastPosition === undefined ? undefined : showValue(input.lastPosition),
      input.waiting.blocks,
      input.waiting.records,
    ]),
  ),
  ...tableSection(
    "Batches that have not ended",
    ["TIME", "READS", "OUTPUTS DONE"],
    pending.map(({ done, inputs, time }) => [
      time,
      Object.entries(inputs).map(shareText).join("; "),
      done.join(", "),
    ]),
  ),
  ...tableSection("Kept RDDs", ["STREAM", "RDDS", "FROM", "TO", "RECORDS", "BYTES"], keptRows(kept)),
  ...tableSection(
    "Values of the driver",
    ["NAME", "VALUE"],
    Object.entries(values).map(([name, value]) => [name, showValue(value)]),
  ),
  ...section(
    "Files",
    table(
      ["FILE", "LIFE", "ENTRIES", "BYTES", "NEEDED BY"],
      segments.map((each) => [each.file, each.life, each.entries, each.bytes, each.neededBy.join(", ")]),
    ),
  ),
  ...section("Files that are not part of it", leftovers),
  ...(entries === undefined ? [] : entryLines(entries)),
  ...findingLines(findings),
]
