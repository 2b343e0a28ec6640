/**
 * Laws of `union`, and of pipelines that commute with it.
 *
 * @module
 */
import type * as fc from "fast-check"
import type { DStream } from "../dstream/dstream.ts"
import * as Element from "../dstream/operators/element.ts"
import * as Unions from "../dstream/operators/unions.ts"
import type { Reading } from "./compare.ts"
import type { Law } from "./law.ts"
import { sameStreams, withoutErrorType } from "./law_streams.ts"
import type { Pipeline } from "./laws_pipeline.ts"
import type { Slices } from "./slices.ts"

/** An operator with the meaning of `union`. */
export type UnionOperator = <A>(a: DStream<A>, b: DStream<A>) => DStream<A, unknown>

/** Options of the laws about unions. */
export interface UnionOptions<A> {
  /** Generates the batches of each stream. All have an RDD, because a union requires one of every stream. */
  readonly input: fc.Arbitrary<Slices<A>>
  /** The operator to check. Default `DStream.union`. */
  readonly union?: UnionOperator | undefined
}

const unionOf: UnionOperator = (a, b) => Unions.union(a, b)

/**
 * States that `a ∪ b` has the same records as `b ∪ a`.
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
 * States that `(a ∪ b) ∪ c` has the same records as `a ∪ (b ∪ c)`, in the same order.
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
    left: (a, b, c) => union(withoutErrorType(union(a, b)), c),
    right: (a, b, c) => union(a, withoutErrorType(union(b, c))),
    order: "list",
  })

/**
 * States that a pipeline of a union equals the union of the pipelines. It holds for pipelines that process record by
 * record.
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
    left: (a, b) => pipeline(withoutErrorType(union(a, b))),
    right: (a, b) => union(withoutErrorType(pipeline(a)), withoutErrorType(pipeline(b))),
    by,
    order,
  })
}

/**
 * States that filtering a union equals the union of the filtered streams.
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
