/** Generators of keys. Their ranges are small, so that equal keys are frequent. */
import fc from "fast-check"
import * as Option from "effect/Option"

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom("", "Aa", "BB", "AaAa", "BBBB", "AaBB", "a", "1"),
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom(0, -0, 1, -1, NaN, Infinity, -Infinity, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300),
  fc.double(),
  fc.integer(),
  fc.constantFrom(true, false, null, undefined, 0n, 1n, -1n, 2n ** 64n, 2n ** 64n + 1n),
  fc.date({ noInvalidDate: false }),
)

/** Generates keys of all kinds, with some nesting. */
export const key: fc.Arbitrary<unknown> = fc.letrec<{ key: unknown }>((tie) => ({
  key: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc.array(tie("key"), { maxLength: 3 }),
    tie("key").map((k) => Option.some(k)),
    fc.constant(Option.none()),
  ),
})).key

/** Returns an equal key that shares no objects with the given one. */
export const rebuilt = (k: unknown): unknown => {
  if (typeof k === "string") return k.split("").join("")
  if (Array.isArray(k)) return k.map(rebuilt)
  if (k instanceof Date) return new Date(k.getTime())
  if (Option.isOption(k)) return Option.map(k, rebuilt)
  return k
}
