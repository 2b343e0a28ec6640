/** Fingerprints to compare, and comparing them. */
import assert from "node:assert/strict"
import { fingerprint } from "../../lib/dstream/graph/fingerprint.ts"
import { make } from "../../lib/dstream/graph/graph.ts"
import { GraphMismatch, mismatch } from "../../lib/dstream/graph/mismatch.ts"
import { print } from "../../lib/dstream/outputs/print.ts"
import type { Callable } from "../../lib/rdd/primitive.ts"
import { stub } from "./graph_arbitrary.ts"

/** The fingerprint of a graph of one operator with these functions. */
export const withFunctions = (...functions: ReadonlyArray<Callable>) =>
  fingerprint(make([print(stub("map", [stub("constant")], { functions }))]))

/** Two fingerprints differ, and the mismatch says where. */
export const differ = (a: Parameters<typeof mismatch>[0], b: typeof a, message: RegExp) => {
  assert.notEqual(a.hash, b.hash)
  const found = mismatch(a, b)
  assert(found instanceof GraphMismatch)
  assert.match(found.message, message)
  assert.notEqual(mismatch(b, a), undefined)
  return found
}
