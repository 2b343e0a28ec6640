/** Makes and compares fingerprints. */
import assert from "node:assert/strict"
import { type Fingerprint, fingerprint } from "../../lib/dstream/graph/fingerprint.ts"
import { make } from "../../lib/dstream/graph/graph.ts"
import { GraphMismatch, mismatch } from "../../lib/dstream/graph/mismatch.ts"
import { print } from "../../lib/dstream/outputs/print.ts"
import type { Callable } from "../../lib/rdd/primitive.ts"
import { stub } from "./graph_arbitrary.ts"

/** The fingerprint of a graph of one operator with these functions. */
export const withFunctions = (...functions: ReadonlyArray<Callable>) =>
  fingerprint(make([print(stub("map", [stub("constant")], { functions }))]))

const found = (a: Fingerprint, b: Fingerprint, message: RegExp): GraphMismatch => {
  const difference = mismatch(a, b)
  assert(difference instanceof GraphMismatch)
  assert.match(difference.message, message)
  assert.notEqual(mismatch(b, a), undefined)
  return difference
}

/** Checks that two fingerprints differ in structure, and that the mismatch says where. */
export const differ = (a: Fingerprint, b: Fingerprint, message: RegExp): GraphMismatch => {
  assert.notEqual(a.structure, b.structure)
  assert.notEqual(mismatch(a, b, { texts: false }), undefined)
  return found(a, b, message)
}

/** Checks that two fingerprints differ only in the texts of functions, and that the mismatch says where. */
export const differInTexts = (a: Fingerprint, b: Fingerprint, message: RegExp): GraphMismatch => {
  assert.equal(a.structure, b.structure)
  assert.notEqual(a.texts, b.texts)
  assert.equal(mismatch(a, b, { texts: false }), undefined)
  return found(a, b, message)
}
