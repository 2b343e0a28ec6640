/**
 * Captures of states on their way to the cluster and back: workers have the captures of single partitions, checkpoints those
 * of whole states.
 *
 * @module
 */
import { joined } from "../../core/bytes.ts"
import type { CapturedPart, Placing } from "../capture_format.ts"
import { fromBytes, toPieces } from "../capture_format.ts"
import { tagOf } from "./command.ts"
import { StageOutput } from "./outputs.ts"
import { Packer, type Parcels } from "./parcels.ts"

/** Makes an output of the capture of a whole state: a row for each partition. */
export const toOutput = (number: number, bytes: Uint8Array): { readonly at: number; readonly output: StageOutput } => {
  const { at, parts, placing } = fromBytes(bytes)
  const packer = new Packer()
  for (const part of parts) {
    const { partition } = part
    const own = joined(toPieces({ at, placing, parts: [part] }))
    packer.add({ tag: tagOf(number, "capture"), partition, source: partition, parts: [own] })
  }
  const partitions = parts.reduce((most, { partition }) => Math.max(most, partition + 1), 0)
  const relation = { kind: "rows", rows: packer.rows() } as const
  return {
    at,
    output: new StageOutput({ number, partitions, tasks: [], reads: [], batchTime: undefined, stage: () => relation }),
  }
}

/** Joins the captures of the partitions of an output; undefined if nothing has changed in any. */
export const fromParcels = (
  parcels: Parcels,
  { number }: StageOutput,
  at: number,
  placing: Placing | undefined,
): ReadonlyArray<Uint8Array> | undefined => {
  const parts: Array<CapturedPart> = []
  for (const each of parcels.all(tagOf(number, "capture"))) {
    for (const bytes of each.parts) parts.push(...fromBytes(bytes).parts)
  }
  return parts.length === 0 ? undefined : toPieces({ at, placing, parts })
}
