/**
 * The first difference between two graphs, as far as their fingerprints show it.
 *
 * @module
 */
import { EngineFault } from "../../core/errors.ts"
import type { Fingerprint } from "./fingerprint.ts"

/** The result of {@link mismatch}: the first stream or output that differs between two graphs. */
export class GraphMismatch extends EngineFault<{
  readonly kind: "operator" | "output"
  /** Its index among the streams or outputs. */
  readonly index: number
  /** Its operation in the first graph; undefined if that graph has no more. */
  readonly mine: string | undefined
  /** Its operation in the second graph; undefined if that graph has no more. */
  readonly theirs: string | undefined
  /** What differs, in words: `here` is the first graph, `there` is the second. */
  readonly difference: string
}> {
  readonly _tag = "GraphMismatch" as const
  override get message(): string {
    const operation = this.mine ?? this.theirs ?? "unknown"
    return `The graphs differ at ${this.kind} ${this.index} (${operation}): ${this.difference}. ` +
      "Declare the graph as a function of plain data, and make every value it depends on part of that data"
  }
}

/** Options of {@link mismatch}. */
export interface MismatchOptions {
  /**
   * Whether the texts of functions must be equal, too. Default: true. Set it to false if one graph was made from the
   * program and the other from a bundle of it.
   */
  readonly texts?: boolean | undefined
}

/**
 * The fields of a line: the operation and, as JSON, parents, number of functions, parameters, name and texts. A line
 * that another version of the library wrote may have other fields.
 */
type Fields = readonly [operation: string, ...ReadonlyArray<string>]

const fieldsOf = (line: string): Fields => {
  try {
    const [operation, ...rest]: ReadonlyArray<unknown> = JSON.parse(line)
    return [String(operation), ...rest.map((field) => JSON.stringify(field))]
  } catch {
    return [line]
  }
}

/** What differs between two lines in words; undefined if nothing does. */
const differenceOf = (mine: Fields, theirs: Fields, compareTexts: boolean): string | undefined => {
  if (mine[0] !== theirs[0]) return `it is ${mine[0]} here and ${theirs[0]} there`
  const differs = (field: 1 | 2 | 3 | 4 | 5) => mine[field] !== theirs[field]
  const both = (field: 1 | 2 | 3 | 4) => `${mine[field]} here and ${theirs[field]} there`
  if (differs(1)) return `it is computed from ${both(1)}`
  if (differs(2)) return `its number of functions is ${both(2)}`
  if (differs(3)) return `its parameters are ${both(3)}`
  if (differs(4)) return `its name is ${both(4)}`
  return compareTexts && differs(5) ? "its functions have different texts" : undefined
}

const firstDifference = (
  kind: "operator" | "output",
  mine: ReadonlyArray<string>,
  theirs: ReadonlyArray<string>,
  compareTexts: boolean,
): GraphMismatch | undefined => {
  for (let index = 0; index < Math.max(mine.length, theirs.length); index++) {
    const [a, b] = [mine[index], theirs[index]].map((line) => line === undefined ? undefined : fieldsOf(line))
    const difference = a === undefined
      ? `only the other graph has this ${b?.[0]}`
      : b === undefined
      ? "the other graph does not have it"
      : differenceOf(a, b, compareTexts)
    if (difference !== undefined) return new GraphMismatch({ kind, index, mine: a?.[0], theirs: b?.[0], difference })
  }
  return undefined
}

/**
 * Compares the fingerprints of two graphs: their structures and, unless `texts` is false, the texts of their functions.
 * Returns the first difference as an error to fail with, or undefined if there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const ones = DStream.constant([1])
 * const doubled = Graph.fingerprint(Graph.make([DStream.print(DStream.map(ones, (n) => n * 2))]))
 * const tripled = Graph.fingerprint(Graph.make([DStream.print(DStream.map(ones, (n) => n * 3))]))
 * const small = Graph.fingerprint(Graph.make([DStream.print(DStream.filter(ones, (n) => n < 2))]))
 * assert.equal(Graph.mismatch(doubled, doubled), undefined)
 * assert.match(Graph.mismatch(doubled, small)?.message ?? "", /operator 1 \(map\): it is map here and filter there/)
 * assert.match(Graph.mismatch(doubled, tripled)?.message ?? "", /operator 1 \(map\): its functions have different texts/)
 * assert.equal(Graph.mismatch(doubled, tripled, { texts: false }), undefined)
 * ```
 */
export const mismatch = (
  mine: Fingerprint,
  theirs: Fingerprint,
  { texts = true }: MismatchOptions = {},
): GraphMismatch | undefined =>
  firstDifference("operator", mine.nodes, theirs.nodes, texts) ??
    firstDifference("output", mine.outputs, theirs.outputs, texts)
