/**
 * Zero values of aggregations: each aggregate starts from a copy of its own, because functions may change it in place.
 *
 * @module
 */
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { describeValue } from "./describe_value.ts"
import { InvalidOption } from "./errors.ts"

type Copies = Map<object, unknown>

/** Values that never change: Effect's own data, and the dates and durations of `Temporal`. */
const isImmutable = (u: object): boolean =>
  (Hash.isHash(u) && Equal.isEqual(u)) || Object.prototype.toString.call(u).startsWith("[object Temporal.")

/** Whether all that an object is stands in its own properties, so that a copy of these is a copy of it. */
const isOpen = (u: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(u)
  return prototype === null || prototype === Object.prototype || Object.getOwnPropertyNames(u).length > 0
}

/** Copies an object and remembers the copy before its parts are copied, because it may contain itself. */
const copyObject = (u: object, copies: Copies): unknown => {
  const remember = <A extends object>(copy: A): A => {
    copies.set(u, copy)
    return copy
  }
  if (u instanceof Date) return remember(new Date(u))
  if (ArrayBuffer.isView(u) || u instanceof ArrayBuffer) return remember(structuredClone(u))
  if (Array.isArray(u)) {
    const copy = remember(Array<unknown>(u.length))
    for (let i = 0; i < u.length; i++) copy[i] = copyOf(u[i], copies)
    return copy
  }
  if (u instanceof Map) {
    const copy = remember(new Map<unknown, unknown>())
    for (const [key, value] of u) copy.set(copyOf(key, copies), copyOf(value, copies))
    return copy
  }
  if (u instanceof Set) {
    const copy = remember(new Set<unknown>())
    for (const value of u) copy.add(copyOf(value, copies))
    return copy
  }
  const copy = remember(Object.create(Object.getPrototypeOf(u)))
  for (const key of Reflect.ownKeys(u)) {
    const property = Object.getOwnPropertyDescriptor(u, key)
    if (property === undefined) continue
    Object.defineProperty(
      copy,
      key,
      "value" in property ? { ...property, value: copyOf(property.value, copies) } : property,
    )
  }
  return copy
}

const copyOf = (u: unknown, copies: Copies): unknown =>
  typeof u !== "object" || u === null || isImmutable(u) ? u : copies.get(u) ?? copyObject(u, copies)

const isCollection = (u: object): boolean =>
  u instanceof Date || u instanceof Map || u instanceof Set || u instanceof ArrayBuffer || Array.isArray(u)

/** Whether a collection has properties of its own. They are not copied. */
const hasExtra = (u: object): boolean => {
  const isElement = (key: string | symbol): boolean =>
    Array.isArray(u) && typeof key === "string" && (key === "length" || String(Number(key)) === key)
  return Reflect.ownKeys(u).some((key) => !isElement(key))
}

/** The properties of an object, and its getters and setters, which are functions. */
const propertiesOf = (u: object): ReadonlyArray<unknown> =>
  Reflect.ownKeys(u).map((key) => {
    const property = Object.getOwnPropertyDescriptor(u, key)
    return property?.get ?? property?.set ?? property?.value
  })

/**
 * Finds a value that cannot be copied, because its state is hidden: in private fields, or in variables that a function
 * uses.
 */
const findHidden = (u: unknown, seen: Set<object>): object | undefined => {
  if (typeof u === "function") return u
  if (typeof u !== "object" || u === null || isImmutable(u) || ArrayBuffer.isView(u) || seen.has(u)) return undefined
  seen.add(u)
  if (isCollection(u) ? hasExtra(u) : !isOpen(u)) return u
  const parts: Iterable<unknown> = u instanceof Map
    ? [...u.keys(), ...u.values()]
    : u instanceof Set || Array.isArray(u)
    ? u
    : propertiesOf(u)
  for (const part of parts) {
    const hidden = findHidden(part, seen)
    if (hidden !== undefined) return hidden
  }
  return undefined
}

/**
 * Checks that a zero value can be copied. That is impossible for a function, for an object that has one as a property, for
 * an object that shows no properties, such as one whose state is in private fields, and for an array with properties
 * besides its elements.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { checkZero } from "./zero.ts"
 *
 * assert.equal(checkZero("RDD.fold", { sum: 0, seen: new Set() }), undefined)
 * assert.equal(checkZero("RDD.fold", new URL("https://deno.com"))?.option, "zero")
 * ```
 */
export const checkZero = (where: string, zero: unknown): InvalidOption | undefined => {
  const hidden = findHidden(zero, new Set())
  return hidden === undefined ? undefined : new InvalidOption({
    where,
    option: "zero",
    value: describeValue(hidden),
    expected: "a value that can be copied, because each aggregate starts from a copy of it: " +
      "a primitive value, an array, a Map, a Set, an object whose properties are its whole state and no functions, or " +
      "an immutable value of Effect; combineByKey takes a function that makes the first value",
  })
}

/**
 * Returns a function that gives a new copy of a zero value at each call. Primitive values and immutable ones are
 * returned as they are. {@link checkZero} tells which values cannot be copied.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { zeros } from "./zero.ts"
 *
 * const next = zeros<Array<number>>([])
 * next().push(1)
 * assert.deepEqual(next(), [])
 * ```
 */
export const zeros = <Z>(zero: Z): () => Z => {
  if (typeof zero !== "object" || zero === null || isImmutable(zero)) return () => zero
  return () => copyOf(zero, new Map()) as Z
}
