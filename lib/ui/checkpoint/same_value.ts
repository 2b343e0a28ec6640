/**
 * Compares values as a checkpoint holds them.
 *
 * @module
 */
import { encode } from "../../core/codec.ts"

/** Whether two portable values have the same bytes in a checkpoint: the same items in the same order. */
export const isSameValue = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  const isNested = typeof a === "object" && a !== null && typeof b === "object" && b !== null
  if (!isNested) return false
  const [first, second] = [encode([a]), encode([b])]
  return first.length === second.length && first.every((byte, i) => byte === second[i])
}
