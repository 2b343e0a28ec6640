/**
 * Where graphs come from: modules declare functions that make graphs, and another isolate finds these functions by
 * address.
 *
 * A function cannot be sent to another isolate, but every isolate can import the module that declares it. Declarations
 * are registered by the URL of the module and numbered in the order in which the module makes them. The numbers are the
 * same in every isolate if the module makes its declarations at its top level. A bundle has another URL and may number
 * declarations differently, but it keeps the names of exports.
 *
 * @module
 */
import * as Data from "effect/Data"
import type { ErrorClass } from "../../rdd/engine.ts"
import type { AnyOutput } from "../outputs/output.ts"

/** At least one output. */
export type Outputs = readonly [AnyOutput, ...ReadonlyArray<AnyOutput>]

/** The address of a declaration. */
export interface Declaration {
  /** The URL of the declaring module. */
  readonly module: string
  /** The index among the declarations of the module, in the order of their evaluation. */
  readonly index: number
}

/**
 * How another isolate can make the same graph: the declaration to find there, and the data to call it with. Plain data.
 */
export interface Origin {
  /** The URL of the declaring module. */
  readonly module: string
  /** The index among the declarations of the module, in the order of their evaluation. */
  readonly index: number
  /** The data that the declared function was called with. */
  readonly config: unknown
  /** The number of that call, by which the accumulators that it has made are found. Undefined if it has made none. */
  readonly call?: number | undefined
}

/** A declared function. Its config is as unknown here as to the isolate that received it. */
export interface Build {
  (config: unknown): Outputs
  /** Errors of the program that come back from other isolates as instances of their classes. */
  readonly errors: ReadonlyArray<ErrorClass>
}

/** The error of {@link buildOf} for an origin that nothing in this isolate has declared. */
export class UndeclaredGraph extends Data.Error<Declaration & { readonly declared: number }> {
  readonly _tag = "UndeclaredGraph" as const
  override get message(): string {
    return `${this.module} has declared ${this.declared} graphs in this isolate, and none with the index ${this.index}. ` +
      "Import the module first, and call Graph.module at its top level only"
  }
}

const builds = new Map<string, Array<Build>>()

/** Registers a function as the next declaration of a module. */
export const declare = (module: string, build: Build): Declaration => {
  const declared = builds.get(module) ?? []
  builds.set(module, declared)
  return { module, index: declared.push(build) - 1 }
}

/**
 * Finds the declared function of an origin. The declaring module must have been imported in this isolate. Throws
 * {@link UndeclaredGraph} otherwise.
 */
export const buildOf = ({ index, module }: Origin): Build => {
  const declared = builds.get(module) ?? []
  const build = declared[index]
  if (build === undefined) throw new UndeclaredGraph({ module, index, declared: declared.length })
  return build
}

/** How many functions a module has declared in this isolate so far. */
export const declaredBy = (module: string): number => builds.get(module)?.length ?? 0

const DECLARATION = "~dstream/Graph/declaration"

/** Marks the function that a user exports with its declaration, so that {@link declaredIn} recognizes it. */
export const marked = <F extends object>(factory: F, declaration: Declaration): F =>
  Object.assign(factory, { [DECLARATION]: declaration })

const declarationOf = (u: unknown): Declaration | undefined =>
  typeof u === "function" && DECLARATION in u ? u[DECLARATION] as Declaration : undefined

/** The declared functions that a module exports, in the order of their declaration. `namespace` is the imported module. */
export const declaredIn = (namespace: object): ReadonlyArray<Build> =>
  Object.values(namespace)
    .flatMap((value) => declarationOf(value) ?? [])
    .sort((a, b) => a.index - b.index)
    .map(({ index, module }) => buildOf({ index, module, config: undefined }))
