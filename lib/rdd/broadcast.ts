/**
 * Broadcasts: values that tasks read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type CallSite, callSite } from "../core/call_site.ts"
import { EngineFault, InvalidOption } from "../core/errors.ts"
import { type AnyRDD, isRDD } from "./rdd.ts"

/** A broadcast was read after it had been destroyed. Spark: `Attempted to use Broadcast(0) after it was destroyed`. */
export class BroadcastDestroyed extends EngineFault<{
  /** The broadcast, such as `Broadcast(0)`. */
  readonly broadcast: string
  /** Where it was destroyed. */
  readonly site: CallSite
}> {
  readonly _tag = "BroadcastDestroyed" as const
  override get message(): string {
    return `Attempted to use ${this.broadcast} after it was destroyed (destroy at ${this.site.short})`
  }
}

/**
 * A value that the functions of RDDs read. It must not be changed. A broadcast is a handle to the value itself and does not
 * travel: workers make the broadcasts of a graph for themselves, once each. Make a broadcast in the function of `Graph.module`,
 * or at the top level of a module. Spark: `Broadcast`.
 */
export interface Broadcast<out A> {
  /** The number of the broadcast. Each isolate numbers its broadcasts as they are made. */
  readonly id: number
  /** The value. Reading it after {@link destroy} in the same isolate throws `BroadcastDestroyed`. */
  readonly value: A
  /** Shows the number: `Broadcast(0)`. */
  readonly toString: () => string
}

class Handle<out A> implements Broadcast<A> {
  readonly id: number
  #value: { readonly value: A } | CallSite
  constructor(id: number, value: A) {
    this.id = id
    this.#value = { value }
  }
  get value(): A {
    if ("value" in this.#value) return this.#value.value
    throw new BroadcastDestroyed({ broadcast: this.toString(), site: this.#value })
  }
  destroy(site: CallSite): void {
    if ("value" in this.#value) this.#value = site
  }
  toString(): string {
    return `Broadcast(${this.id})`
  }
}

let made = 0

/**
 * Makes a broadcast of a value. An RDD cannot be broadcast: that does not compile, and reading such a broadcast throws
 * `InvalidOption`.
 * Spark: `sc.broadcast`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Broadcast, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const stopWords = Broadcast.make(new Set(["to", "or"]))
 * const kept = RDD.parallelize(["to", "be", "or"]).pipe(RDD.filter((word) => !stopWords.value.has(word)), RDD.collect)
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(kept, sc)), ["be"])
 * ```
 */
export const make = <A>(value: A extends AnyRDD ? never : A): Broadcast<A> => {
  const id = made++
  if (!isRDD(value)) return new Handle<A>(id, value)
  return {
    id,
    get value(): A {
      throw new InvalidOption({
        where: "Broadcast.make",
        option: "value",
        value,
        expected: "a value: Can not directly broadcast RDDs; instead, call collect() and broadcast the result.",
      })
    },
  }
}

/**
 * Does nothing, because no copies of the value are sent anywhere. The value can still be read. Spark: `Broadcast.unpersist`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Broadcast } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const answer = Broadcast.make(42)
 * await Effect.runPromise(Broadcast.unpersist(answer))
 * assert.equal(answer.value, 42)
 * ```
 */
export const unpersist = (_: Broadcast<unknown>): Effect.Effect<void> => Effect.void

/**
 * Releases the value for good in the isolate that runs this. Workers keep the value that they have made. Spark:
 * `Broadcast.destroy`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Broadcast } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const answer = Broadcast.make(42)
 * await Effect.runPromise(Broadcast.destroy(answer))
 * assert.throws(() => answer.value, /Attempted to use Broadcast\(\d+\) after it was destroyed/)
 * ```
 */
export const destroy = (self: Broadcast<unknown>): Effect.Effect<void> => {
  const site = callSite()
  return Effect.sync(() => {
    if (self instanceof Handle) self.destroy(site)
  })
}
