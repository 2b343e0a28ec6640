/**
 * Graphs: the outputs of a program as one value that can be walked, checked, printed and compared before it runs.
 *
 * @module
 */
import * as AccumulatorAddresses from "../../rdd/accumulator_addresses.ts"
import type { ErrorClass } from "../../rdd/engine.ts"
import type { ErrorOf, Output, ServicesOf, UntypedOutput } from "../outputs/output.ts"
import { type Build, declare, marked, type Origin, type Outputs } from "./origin.ts"

const TypeId = "~dstream/Graph"

/**
 * At least one output, without type parameters. Functions take lists of outputs with this type so that TypeScript
 * infers each output on its own, not from the list.
 */
export type Listed = readonly [UntypedOutput, ...ReadonlyArray<UntypedOutput>]

/** The outputs of a program. `E` and `R` are the errors and services of all of them. */
export interface Graph<out E = never, out R = never> {
  readonly [TypeId]: { readonly _E: (_: never) => E; readonly _R: (_: never) => R }
  /** The outputs, in the order of the jobs of a batch. */
  readonly outputs: readonly [Output<E, R>, ...ReadonlyArray<Output<E, R>>]
  /**
   * Where other isolates find the graph. Undefined for a plain list of outputs, which runs in the calling isolate only.
   */
  readonly origin: Origin | undefined
  /** Errors that come back from other isolates as instances of their classes. */
  readonly errors: ReadonlyArray<ErrorClass>
}

/** A graph of any type. */
export type AnyGraph = Graph<unknown, unknown>

/** Options of {@link module}. */
export interface ModuleOptions {
  /**
   * Classes of errors that functions of the graph fail with or throw. In threads and on clusters, errors come back as data:
   * these ones are made again by `new` with their fields, so that they are instances of their classes, as those of
   * `Data.TaggedError` and `Schema.TaggedError` can be. The fields must be plain data.
   */
  readonly errors?: ReadonlyArray<ErrorClass> | undefined
}

const construct = <O extends Listed>(
  outputs: O,
  origin: Origin | undefined,
  errors: ReadonlyArray<ErrorClass>,
): GraphOf<O> => ({
  [TypeId]: { _E: (_: never) => _, _R: (_: never) => _ },
  outputs: outputs as Listed as GraphOf<O>["outputs"],
  origin,
  errors,
})

/** The graph of a list of outputs. */
export type GraphOf<O extends Listed> = Graph<ErrorOf<O[number]>, ServicesOf<O[number]>>

/** The errors that a graph or a list of outputs can end a context with. */
export type ErrorsOf<O extends Listed | AnyGraph> = O extends Graph<infer E, infer _R> ? E
  : O extends Listed ? ErrorOf<O[number]>
  : never

/** The services that a graph or a list of outputs needs. */
export type RequirementsOf<O extends Listed | AnyGraph> = O extends Graph<infer _E, infer R> ? R
  : O extends Listed ? ServicesOf<O[number]>
  : never

/**
 * Makes a graph of outputs. It runs in the calling isolate only; declare it with {@link module} to run it in others as
 * well.
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
export const make = <const O extends Listed>(outputs: O): GraphOf<O> => construct(outputs, undefined, [])

/** Calls a declared function again, to make a copy of its graph. Throws what the function throws. */
export const makeAgain = (build: Build, { call, config }: Pick<Origin, "call" | "config">): AnyGraph =>
  construct(AccumulatorAddresses.copy(call, () => build(config)), undefined, build.errors)

/**
 * Declares a graph as a pure function of plain data. Call the result with the data to get the graph.
 *
 * Every isolate that imports the module and calls the function with the same data makes the same graph. Values that are
 * set elsewhere in the program do not travel with it: make them part of the data. Declare graphs at the top level of a
 * module, because other isolates find a declaration by the URL of the module and its number there. A declaration inside
 * a function gets a new number with each call. Export the result as well, so that a bundle of the program can find it
 * by name. With the option `errors`, errors of these classes come back from other isolates as their instances.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Graph } from "@dstream/dstream"
 *
 * export const above = Graph.module(import.meta, (config: { readonly limit: number }) => [
 *   DStream.constant([1, 5]).pipe(DStream.filter((n) => n > config.limit), DStream.print()),
 * ])
 * assert.equal(Graph.nodes(above({ limit: 3 })).length, 2)
 * ```
 */
export const module = <C, const O extends Listed>(
  meta: { readonly url: string },
  build: (config: C) => O,
  { errors = [] }: ModuleOptions = {},
): (config: C) => GraphOf<O> => {
  const outputsOf = (config: unknown) => build(config as C) as Listed as Outputs
  const declaration = declare(meta.url, Object.assign(outputsOf, { errors }))
  return marked((config: C) => {
    const { call, made } = AccumulatorAddresses.original(() => build(config))
    return construct(made, { ...declaration, config, ...(call !== undefined && { call }) }, errors)
  }, declaration)
}

/**
 * Tells whether a value is a graph. A plain list of outputs is not.
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
