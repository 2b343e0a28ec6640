/**
 * The type hint that makes `(word) => [word, 1]` a pair instead of an array of both types.
 *
 * @module
 */

/** Anything at all, written so that TypeScript still widens `1` to `number`. */
// deno-lint-ignore ban-types
export type Leaf = {} | null | undefined

/** A value that may itself be a pair or a triple. */
export type Nested = readonly [Leaf, Leaf] | readonly [Leaf, Leaf, Leaf] | Leaf

/**
 * Constraint on the result type of functions that make records: it accepts every type, and tells TypeScript to infer
 * array literals of two or three elements (and those nested in them) as tuples, without `as const`.
 */
export type Tupled = readonly [Nested, Nested] | readonly [Nested, Nested, Nested] | Leaf

/** What grows from a value: `[1]`, taken for a tuple of one, is the beginning of a list; everything else is as it is. */
export type Grown<C> = C extends readonly [infer X] ? Array<X> : C
