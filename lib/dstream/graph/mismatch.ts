/**
 * Where two graphs differ, as far as their fingerprints tell.
 *
 * @module
 */
import { EngineFault } from "../../core/errors.ts"
import type { Fingerprint } from "./fingerprint.ts"

/** What {@link mismatch} found: the first stream or output that two graphs do not have in common. */
export class GraphMismatch extends EngineFault<{
  readonly kind: "operator" | "output"
  /** Its index among the streams or outputs. */
  readonly index: number
  /** The operation on this side; undefined if this side has no more. */
  readonly mine: string | undefined
  /** The operation on the other side; undefined if that has no more. */
  readonly theirs: string | undefined
  /** What differs, in words. */
  readonly difference: string
}> {
  readonly _tag = "GraphMismatch" as const
  override get message(): string {
    const operation = this.mine ?? this.theirs ?? "unknown"
    return `The graphs differ at ${this.kind} ${this.index} (${operation}): ${this.difference}. ` +
      "Declare the graph as a function of plain data, and make every value it depends on part of that data"
  }
}

type Fields = readonly [operation: string, parents?: unknown, functions?: unknown, name?: unknown]

/** A line may come from another version of the library: one that cannot be read is its own operation. */
const fieldsOf = (line: string): Fields => {
  try {
    const [operation, parents, functions, name]: ReadonlyArray<unknown> = JSON.parse(line)
    return [String(operation), parents, functions, name]
  } catch {
    return [line]
  }
}

const differenceOf = (mine: Fields | undefined, theirs: Fields | undefined): string => {
  if (mine === undefined) return `only the other side has this ${theirs?.[0]}`
  if (theirs === undefined) return "the other side does not have it"
  if (mine[0] !== theirs[0]) return `it is ${mine[0]} here and ${theirs[0]} there`
  const differs = (field: 1 | 2 | 3) => JSON.stringify(mine[field]) !== JSON.stringify(theirs[field])
  const sides = (field: 1 | 3) => `${JSON.stringify(mine[field])} here and ${JSON.stringify(theirs[field])} there`
  if (differs(1)) return `it is computed from ${sides(1)}`
  if (differs(2)) return "its functions have different texts"
  return `its name is ${sides(3)}`
}

const firstDifference = (
  kind: "operator" | "output",
  mine: ReadonlyArray<string>,
  theirs: ReadonlyArray<string>,
): GraphMismatch | undefined => {
  for (let index = 0; index < Math.max(mine.length, theirs.length); index++) {
    const [here, there] = [mine[index], theirs[index]]
    if (here === there) continue
    const [a, b] = [here, there].map((line) => line === undefined ? undefined : fieldsOf(line))
    return new GraphMismatch({ kind, index, mine: a?.[0], theirs: b?.[0], difference: differenceOf(a, b) })
  }
  return undefined
}

/**
 * Compares the fingerprint of this side with that of another. Gives the first difference as an error to fail with, or
 * `undefined` if they are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const ones = DStream.constant([1])
 * const doubled = Graph.fingerprint(Graph.make([DStream.print(DStream.map(ones, (n) => n * 2))]))
 * const small = Graph.fingerprint(Graph.make([DStream.print(DStream.filter(ones, (n) => n < 2))]))
 * assert.equal(Graph.mismatch(doubled, doubled), undefined)
 * assert.match(Graph.mismatch(doubled, small)?.message ?? "", /operator 1 \(map\): it is map here and filter there/)
 * ```
 */
export const mismatch = (mine: Fingerprint, theirs: Fingerprint): GraphMismatch | undefined =>
  firstDifference("operator", mine.nodes, theirs.nodes) ?? firstDifference("output", mine.outputs, theirs.outputs)
