/**
 * Laws of the operators that process record by record.
 *
 * @module
 */
import type * as fc from "fast-check"
import type { Tupled } from "../core/tupled.ts"
import type { DStream } from "../dstream/dstream.ts"
import * as Element from "../dstream/operators/element.ts"
import type { Batches } from "./arbitraries.ts"
import type { Law } from "./law.ts"
import { sameStreams, withoutErrorType } from "./law_streams.ts"

/** Options of the laws about one stream. */
export interface ElementOptions<A> {
  /** Generates the batches of the stream. */
  readonly input: fc.Arbitrary<Batches<A>>
}

/** An operator with the meaning of `map`. */
export type MapOperator = <A, B extends Tupled>(f: (a: A) => B) => (stream: DStream<A>) => DStream<B, unknown>

/** An operator with the meaning of `filter`. */
export type FilterOperator = <A>(f: (a: A) => boolean) => (stream: DStream<A>) => DStream<A, unknown>

/** An operator with the meaning of `flatMap`. */
export type FlatMapOperator = <A, B extends Tupled>(
  f: (a: A) => Iterable<B>,
) => (stream: DStream<A>) => DStream<B, unknown>

const mapOf: MapOperator = Element.map
const filterOf: FilterOperator = (f) => (stream) => Element.filter(stream, f)
const flatMapOf: FlatMapOperator = Element.flatMap

/**
 * States that two `map`s in a row equal one `map` of both functions.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.arrivals(fc.string())
 * const fusion = Testing.laws.mapFusion((word: string) => word.length, (length) => length % 2 === 0, { input })
 * await Effect.runPromise(Testing.check(fusion, { runs: 20 }))
 * ```
 */
export const mapFusion = <A, B extends Tupled, C extends Tupled>(
  f: (a: A) => B,
  g: (b: B) => C,
  options: ElementOptions<A> & { readonly map?: MapOperator | undefined },
): Law => {
  const { input, map = mapOf } = options
  return sameStreams("map fusion", [input], {
    left: (stream) => map(g)(withoutErrorType(map(f)(stream))),
    right: (stream) => map((a: A) => g(f(a)))(stream),
    order: "list",
  })
}

/**
 * States that two `filter`s in a row equal one `filter` by both predicates.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.arrivals(fc.integer())
 * const fusion = Testing.laws.filterFusion((n: number) => n % 2 === 0, (n) => n > 0, { input })
 * await Effect.runPromise(Testing.check(fusion, { runs: 20 }))
 * ```
 */
export const filterFusion = <A>(
  f: (a: A) => boolean,
  g: (a: A) => boolean,
  options: ElementOptions<A> & { readonly filter?: FilterOperator | undefined },
): Law => {
  const { filter = filterOf, input } = options
  return sameStreams("filter fusion", [input], {
    left: (stream) => filter(g)(withoutErrorType(filter(f)(stream))),
    right: (stream) => filter((a: A) => f(a) && g(a))(stream),
    order: "list",
  })
}

/**
 * States that two `flatMap`s in a row equal one `flatMap` that applies the second function to each result of the first.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(fc.lorem())
 * const law = Testing.laws.flatMapAssociates((text: string) => text.split(" "), (word) => [...word], { input })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const flatMapAssociates = <A, B extends Tupled, C extends Tupled>(
  f: (a: A) => Iterable<B>,
  g: (b: B) => Iterable<C>,
  options: ElementOptions<A> & { readonly flatMap?: FlatMapOperator | undefined },
): Law => {
  const { flatMap = flatMapOf, input } = options
  return sameStreams("flatMap associates", [input], {
    left: (stream) => flatMap(g)(withoutErrorType(flatMap(f)(stream))),
    right: (stream) => flatMap((a: A) => Array.from(f(a)).flatMap((b) => Array.from(g(b))))(stream),
    order: "list",
  })
}
