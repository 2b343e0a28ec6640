/**
 * The development check that finds functions which change the records they are given: the records become read-only.
 *
 * @module
 */
import { inPieces, type Piecewise } from "../../core/pace.ts"
import { isPlain } from "../../core/plain.ts"
import { type Block, fromArray, gather } from "../../rdd/block.ts"

/** Objects that are frozen already. A record may be in several blocks, so it is often met again. */
const frozen = new WeakSet<object>()

/** The frozen block that was made of each block. Several tasks may read one block. */
const kept = new WeakMap<Block<unknown>, Block<unknown>>()

/** Freezes arrays and plain objects, and those inside them. Other objects may rely on changing themselves. */
const freezeDeeply = (record: unknown): void => {
  const open = [record]
  for (let next = open.pop(); next !== undefined || open.length > 0; next = open.pop()) {
    if (typeof next !== "object" || next === null || frozen.has(next)) continue
    const inside: ReadonlyArray<unknown> | undefined = Array.isArray(next)
      ? next
      : isPlain(next)
      ? Object.values(next)
      : undefined
    if (inside === undefined) continue
    frozen.add(next)
    Object.freeze(next)
    for (const inner of inside) open.push(inner)
  }
}

/**
 * Makes the records of a block read-only. A function that changes one then throws where it does so. Records that a block would
 * make again whenever they are read are kept.
 */
export function* freeze<A>(block: Block<A>): Piecewise<Block<A>> {
  const known = kept.get(block)
  // A block has records of one type, which the compiler does not see in a map of all blocks.
  if (known !== undefined) return known as Block<A>
  const records = yield* gather(block)
  yield* inPieces(records.length, (from, to) => {
    for (let i = from; i < to; i++) freezeDeeply(records[i])
  })
  Object.freeze(records)
  const made = block.pieces === undefined ? block : fromArray(records)
  kept.set(block, made)
  kept.set(made, made)
  return made
}
