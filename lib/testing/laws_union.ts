/**
 * Laws of union, and of what commutes with it.
 *
 * @module
 */
import type * as fc from "fast-check"
import type { DStream } from "../dstream/dstream.ts"
import * as Element from "../dstream/operators/element.ts"
import * as Unions from "../dstream/operators/unions.ts"
import type { Reading } from "./compare.ts"
import type { Law } from "./law.ts"
import { certain, sameStreams } from "./law_streams.ts"
import type { Pipeline } from "./laws_pipeline.ts"
import type { Slices } from "./slices.ts"

/** An operator that works as `union` does. */
export type UnionOperator = <A>(a: DStream<A>, b: DStream<A>) => DStream<A, unknown>

/** What a law about unions is tried with. */
export interface UnionOptions<A> {
  /** The batches of each stream; a union needs an RDD of every stream in every batch. */
  readonly input: fc.Arbitrary<Slices<A>>
  /** The operator that is meant: `DStream.union`. */
  readonly union?: UnionOperator | undefined
}

const unionOf: UnionOperator = (a, b) => Unions.union(a, b)

/**
 * `a ∪ b` has the same records as `b ∪ a`.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * await Effect.runPromise(Testing.check(Testing.laws.unionCommutes({ input: Testing.batches(fc.nat()) }), { runs: 20 }))
 * ```
 */
export const unionCommutes = <A>({ input, union = unionOf }: UnionOptions<A>): Law =>
  sameStreams("union commutes", [input, input], {
    left: (a, b) => union(a, b),
    right: (a, b) => union(b, a),
  })

/**
 * `(a ∪ b) ∪ c` is `a ∪ (b ∪ c)`, in the same order.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * await Effect.runPromise(Testing.check(Testing.laws.unionAssociates({ input: Testing.batches(fc.nat()) }), { runs: 20 }))
 * ```
 */
export const unionAssociates = <A>({ input, union = unionOf }: UnionOptions<A>): Law =>
  sameStreams("union associates", [input, input, input], {
    left: (a, b, c) => union(certain(union(a, b)), c),
    right: (a, b, c) => union(a, certain(union(b, c))),
    order: "list",
  })

/**
 * A pipeline of a union is the union of the pipelines: true of all that takes records one by one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(fc.string())
 * const lengths = Testing.laws.commutesWithUnion(DStream.map((word: string) => word.length), { input })
 * await Effect.runPromise(Testing.check(lengths, { runs: 20 }))
 * const counts = Testing.laws.commutesWithUnion((words: DStream.DStream<string>) => DStream.count(words), { input })
 * assert.equal((await Effect.runPromise(Effect.flip(Testing.check(counts))))._tag, "LawBroken")
 * ```
 */
export const commutesWithUnion = <A, B>(
  pipeline: Pipeline<A, B>,
  options: UnionOptions<A> & Reading & { readonly name?: string | undefined },
): Law => {
  const { by, input, name = "commutes with union", order, union = unionOf } = options
  return sameStreams(name, [input, input], {
    left: (a, b) => pipeline(certain(union(a, b))),
    right: (a, b) => union(certain(pipeline(a)), certain(pipeline(b))),
    by,
    order,
  })
}

/**
 * Filtering a union is the union of what was filtered.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const even = Testing.laws.filterCommutesWithUnion((n: number) => n % 2 === 0, { input: Testing.batches(fc.nat()) })
 * await Effect.runPromise(Testing.check(even, { runs: 20 }))
 * ```
 */
export const filterCommutesWithUnion = <A>(f: (a: A) => boolean, options: UnionOptions<A>): Law =>
  commutesWithUnion((stream: DStream<A>) => Element.filter(stream, f), {
    ...options,
    name: "filter commutes with union",
    order: "list",
  })
