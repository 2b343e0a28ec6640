import * as fc from "fast-check"
import type * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { holds } from "../testing/laws.ts"

/** A key, and a small number. */
export const pair = Testing.pairs(fc.integer({ min: -9, max: 9 }))

/** The records of a batch. */
export type Pairs = ReadonlyArray<readonly [string, number]>

/** Collects the values of each key with a Map. */
export const groups = (pairs: Pairs): Array<[string, Array<number>]> => {
  const out = new Map<string, Array<number>>()
  for (const [key, n] of pairs) out.set(key, [...(out.get(key) ?? []), n])
  return Array.from(out)
}

/** Checks on every engine that an operator has the same result as a naive function, batch by batch. */
export const agrees = <B>(
  operator: (self: DStream.DStream<readonly [string, number]>) => DStream.DStream<B>,
  oracle: (records: Pairs) => ReadonlyArray<B>,
): Promise<void> => holds(Testing.oracle(operator, Testing.perBatch(oracle), { inputs: [Testing.arrivals(pair)] }))
