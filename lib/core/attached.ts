/**
 * Values that belong to objects and are freed with them.
 *
 * @module
 */

/** Its constructor returns the given object in place of a new one. So a class that extends it adds its private fields to that object. */
class Host {
  constructor(key: object) {
    return key
  }
}

/**
 * A map with objects as keys, as a `WeakMap`, in which each key itself holds its value.
 *
 * Use it for what is large and belongs to objects that are made and dropped all the time, such as what the RDDs of a batch were
 * computed to. V8 often collects new objects only, and rarely all objects. While it collects new ones, it treats every value of
 * a `WeakMap` as used, even if nothing uses the key any more. Such values take memory, and time to be copied, until the next
 * collection of all objects.
 *
 * A key that lives longer than the map keeps its value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Attached } from "./attached.ts"
 *
 * const sizes = new Attached<object, number>()
 * const key = Object.freeze({ name: "a" })
 * sizes.set(key, 1)
 * assert.equal(sizes.get(key), 1)
 * assert.deepEqual(key, { name: "a" })
 * ```
 */
export class Attached<K extends object, V> {
  /** A class for each map, so that each has a private field of its own. */
  readonly #field = class Field extends Host {
    #value: V | undefined
    static get(key: object): V | undefined {
      return #value in key ? key.#value : undefined
    }
    static set(key: object, value: V | undefined): void {
      if (!(#value in key)) new Field(key)
      if (#value in key) key.#value = value
    }
  }

  /** The value of a key. */
  get(key: K): V | undefined {
    return this.#field.get(key)
  }

  /** Whether a key has a value. */
  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  /** Gives a key a value. */
  set(key: K, value: V): this {
    this.#field.set(key, value)
    return this
  }

  /** Removes the value of a key. False if it had none. */
  delete(key: K): boolean {
    const had = this.has(key)
    if (had) this.#field.set(key, undefined)
    return had
  }
}
