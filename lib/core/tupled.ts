/**
 * Type hints that make TypeScript infer `(word) => [word, 1]` as a function that returns a pair.
 *
 * @module
 */

/** Any value. Unlike `unknown`, this form lets TypeScript widen `1` to `number`. */
// deno-lint-ignore ban-types
export type Leaf = {} | null | undefined

/** Any value, with a hint that array literals are tuples. */
export type Nested = readonly [Leaf, Leaf] | readonly [Leaf, Leaf, Leaf] | Leaf

/**
 * A constraint for the result type of functions that make records. It accepts every type. It makes TypeScript infer
 * array literals, and those directly inside them, as tuples without `as const`.
 *
 * The lengths 2 and 3 are named only because a hint needs a length: TypeScript then infers a tuple from an array literal
 * of any length, also from `[1]` and `[]`. Array literals in objects, and deeper ones, are inferred as arrays.
 */
export type Tupled = readonly [Nested, Nested] | readonly [Nested, Nested, Nested] | Leaf

/**
 * The type of an accumulator that starts with a value of type `C`. TypeScript infers `[1]` as a tuple of one element,
 * but as an initial value it means an array. All other types stay as they are.
 */
export type Grown<C> = C extends readonly [infer X] ? Array<X> : C
