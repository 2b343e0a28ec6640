/**
 * Text functions: ordinary functions on strings that carry what they do as data, so that the engine can do the same on
 * bytes.
 *
 * @module
 */
import { describeValue } from "../describe_value.ts"
import { Mismatch } from "../errors.ts"
import { PARAMETERS } from "../parameters.ts"

/** What a text function does. `kernel` names it. */
export type TextOperation =
  /** Divides at every separator. */
  | { readonly kernel: "split"; readonly parameters: readonly [separator: string] }
  /** Divides at white space of ASCII, and drops what is empty. */
  | { readonly kernel: "words"; readonly parameters: readonly [] }
  /** Divides at line ends. */
  | { readonly kernel: "lines"; readonly parameters: readonly [] }
  | SearchOperation
  /** Gives another text. */
  | { readonly kernel: "toLowerCase" | "toUpperCase" | "trim"; readonly parameters: readonly [] }

/** Looks for a text anywhere, at the start, or at the end. `isNegated`: gives true where it is not found. */
export interface SearchOperation {
  /** Where the text is searched. */
  readonly kernel: "includes" | "startsWith" | "endsWith"
  /** What is searched, and whether the result is the opposite. */
  readonly parameters: readonly [wanted: string, isNegated: boolean]
}

/** The property with the operation of a text function. */
export const OPERATION: unique symbol = Symbol.for("@dstream/dstream/TextOperation")

/** A function of text whose operation the engine knows. */
export interface TextFunction<out A> {
  (text: string): A
  /** What it does, as data. */
  readonly [OPERATION]: TextOperation
  /** The operation as text: part of the fingerprint of a graph. */
  readonly [PARAMETERS]: string
}

/** A text function that tells whether a text is found. */
export interface TextPredicate extends TextFunction<boolean> {
  /** What it does, as data. */
  readonly [OPERATION]: SearchOperation
}

/** Returns the operation of a text function; undefined for all other functions. */
export const operationOf = (f: unknown): TextOperation | undefined =>
  // Only this module sets the property.
  typeof f === "function" && OPERATION in f ? (f as TextFunction<unknown>)[OPERATION] : undefined

/** Returns the separator of a function that divides text at a separator that is not empty; undefined for all others. */
export const separatorOf = (f: unknown): string | undefined => {
  const operation = operationOf(f)
  return operation?.kernel === "split" && operation.parameters[0] !== "" ? operation.parameters[0] : undefined
}

/** Throws `Mismatch` for what is not text. */
const refuseNonText = (given: unknown, { kernel }: TextOperation): never => {
  throw new Mismatch({ problem: `Text.${kernel} works on text, but was given: ${describeValue(given)}` })
}

/** Makes a text function of an operation and of what it does to a string. */
export const textFunction = <A>(operation: TextOperation, f: (text: string) => A): TextFunction<A> => {
  const own = (text: string): A => typeof text === "string" ? f(text) : refuseNonText(text, operation)
  return Object.assign(own, {
    [OPERATION]: operation,
    [PARAMETERS]: JSON.stringify([operation.kernel, ...operation.parameters]),
  })
}
