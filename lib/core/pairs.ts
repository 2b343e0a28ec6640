/**
 * Checks of the records that operators of pairs take. Types cannot prevent other records of callers without types.
 *
 * @module
 */
import { describeValue } from "./describe_value.ts"
import { Mismatch } from "./errors.ts"

/** Throws `Mismatch`, which the engine completes with the operator, for a record that is no pair. */
export const refuseNonPair = (record: unknown): never => {
  const found = Array.isArray(record) ? `an array of length ${record.length}` : describeValue(record)
  throw new Mismatch({ problem: `its records must be pairs, [key, value], but one is: ${found}` })
}

/** Whether a record is a pair. */
export const isPair = (record: unknown): record is readonly [key: unknown, value: unknown] =>
  Array.isArray(record) && record.length === 2

/** Returns a record that is a pair. Throws `Mismatch` for all others. */
export const pairOf = <A>(record: A): A => isPair(record) ? record : refuseNonPair(record)
