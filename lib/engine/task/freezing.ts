/**
 * The development check that finds functions which change the records they are given: the records become read-only.
 *
 * @module
 */
import type { Block } from "../../rdd/block.ts"

/** What has been frozen already: blocks are read by several tasks, and records are in several blocks. */
const frozen = new WeakSet<object>()

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

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

/** Makes the records of a block read-only. A function that changes one then throws where it does so. */
export const freeze = <A>(block: Block<A>): Block<A> => {
  if (frozen.has(block)) return block
  frozen.add(block)
  freezeDeeply(block.records)
  return block
}
