/**
 * Graphs: the outputs of a program as one value, which can be walked, checked, printed and compared before it runs.
 *
 * @module
 */
import type { AnyOutput, ErrorOf, Output, ServicesOf, UntypedOutput } from "../outputs/output.ts"

const TypeId = "~dstream/Graph"

/** At least one output. */
export type Outputs = readonly [AnyOutput, ...ReadonlyArray<AnyOutput>]

/** At least one output, as functions take them: an output that is written in a list must not take its types from there. */
export type Listed = readonly [UntypedOutput, ...ReadonlyArray<UntypedOutput>]

/** How another isolate can make the same graph: the module that declares it, and the data it was called with. */
export interface Origin {
  /** URL of the declaring module. */
  readonly module: string
  /** Plain data: what the declaring function was called with. */
  readonly config: unknown
  /** Calls the declaring function again. */
  readonly build: (config: unknown) => Outputs
}

/** The outputs of a program. `E` and `R` are the errors and services of all of them. */
export interface Graph<out E = never, out R = never> {
  readonly [TypeId]: { readonly _E: (_: never) => E; readonly _R: (_: never) => R }
  /** Its outputs, at least one. Their order is the order of the jobs of a batch. */
  readonly outputs: readonly [Output<E, R>, ...ReadonlyArray<Output<E, R>>]
  /** Undefined for a plain list of outputs, which can run on the calling isolate only. */
  readonly origin: Origin | undefined
}

/** A graph of whatever type. */
export type AnyGraph = Graph<unknown, unknown>

const construct = <O extends Listed>(outputs: O, origin: Origin | undefined): GraphOf<O> => ({
  [TypeId]: { _E: (_: never) => _, _R: (_: never) => _ },
  outputs: outputs as Listed as GraphOf<O>["outputs"],
  origin,
})

/** The graph of a list of outputs. */
export type GraphOf<O extends Listed> = Graph<ErrorOf<O[number]>, ServicesOf<O[number]>>

/** The errors that a graph, or the outputs of a list, can end a context with. */
export type ErrorsOf<O extends Listed | AnyGraph> = O extends Graph<infer E, infer _R> ? E
  : O extends Listed ? ErrorOf<O[number]>
  : never

/** The services that a graph, or the outputs of a list, need. */
export type RequirementsOf<O extends Listed | AnyGraph> = O extends Graph<infer _E, infer R> ? R
  : O extends Listed ? ServicesOf<O[number]>
  : never

/**
 * The graph of some outputs. It runs on the calling isolate; declare it with {@link module} to run it elsewhere as well.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const graph = Graph.make([DStream.print(DStream.constant([1]))])
 * assert.equal(Graph.nodes(graph).length, 1)
 * ```
 */
export const make = <const O extends Listed>(outputs: O): GraphOf<O> => construct(outputs, undefined)

/**
 * Declares a graph at the top level of a module, as a pure function of plain data. Calling the result gives the graph;
 * any isolate that imports the module and calls it with the same data has the same one. Values set elsewhere in the
 * program do not travel: make them part of the data.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const above = Graph.module(import.meta, (config: { readonly limit: number }) => [
 *   DStream.constant([1, 5]).pipe(DStream.filter((n) => n > config.limit), DStream.print()),
 * ])
 * assert.equal(Graph.nodes(above({ limit: 3 })).length, 2)
 * ```
 */
export const module =
  <C, const O extends Listed>(meta: { readonly url: string }, build: (config: C) => O): (config: C) => GraphOf<O> =>
  (config) =>
    construct(build(config), { module: meta.url, config, build: (data) => build(data as C) as Listed as Outputs })

/**
 * Whether a value is a graph; a plain list of outputs is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * const outputs = [DStream.print(DStream.constant([1]))] as const
 * assert.deepEqual([Graph.make(outputs), outputs].map(Graph.isGraph), [true, false])
 * ```
 */
export const isGraph = (u: unknown): u is AnyGraph => typeof u === "object" && u !== null && TypeId in u
