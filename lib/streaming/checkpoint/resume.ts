/**
 * Where inputs go on after what batches have been allocated.
 *
 * @module
 */
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"
import type { Resume } from "./entries.ts"

/** Where an input goes on after a share. Undefined: the share tells nothing about it. */
export const after = (resume: Resume | undefined, share: InputAllocation): Resume | undefined => {
  if (share._tag === "Position") {
    const positions = resume?._tag === "Positions" ? resume.positions : []
    positions.push(share.position)
    return resume?._tag === "Positions" ? resume : { _tag: "Positions", positions }
  }
  if (share._tag === "Nothing" && share.position !== undefined) {
    return { _tag: "Positions", positions: [share.position] }
  }
  const last = share._tag === "Blocks" ? share.blocks.at(-1) : undefined
  if (last?.logged === undefined) return undefined
  const { from, number } = last.logged
  const blocks = share._tag === "Blocks" ? share.blocks : []
  const positions = blocks.flatMap(({ logged }) => logged?.position === undefined ? [] : [logged.position])
  const position = positions.at(-1) ?? (resume?._tag === "Blocks" ? resume.position : undefined)
  return { _tag: "Blocks", number, to: from + last.records, ...(position === undefined ? {} : { position }) }
}
