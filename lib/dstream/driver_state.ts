/**
 * Named values of the driver that batches read and write: a model, a counter, a cursor.
 *
 * A batch sees the values that the batches before it have committed, and its own changes. They are committed with the batch,
 * together with the states of its stateful operators, and dropped if it fails. A retry starts from the values that its first
 * attempt has seen. So values are frozen, but not what is inside them: set a new one instead of changing it. With a checkpoint
 * they survive a restart, and must be plain data.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { dual } from "../core/dual.ts"
import { frozen } from "../core/frozen.ts"

/** A value of the driver. Two with the same name are the same value. */
export interface DriverState<in out A> {
  /** Its name, by which it is found after a restart. */
  readonly name: string
  /** The value before any batch has set it. */
  readonly initial: A
}

/** A value of the driver was used outside of a batch. */
export class OutsideBatch extends Data.Error<{ readonly name: string }> {
  readonly _tag = "OutsideBatch" as const
  override get message(): string {
    return `DriverState ${JSON.stringify(this.name)} can be used only while a batch runs: ` +
      "in the function of transform or foreachRDD that gives an Effect"
  }
}

/** The values of a run, as one batch sees them. */
export interface Values {
  readonly get: (name: string) => Option.Option<unknown>
  readonly set: (name: string, value: unknown) => void
}

/** The values that the fiber's batch sees; undefined outside of batches. */
export const CurrentValues: Context.Reference<Values | undefined> = Context.Reference<Values | undefined>(
  "@dstream/dstream/CurrentValues",
  { defaultValue: () => undefined },
)

const using = <A, B>(self: DriverState<A>, use: (values: Values) => B): Effect.Effect<B> =>
  Effect.flatMap(
    CurrentValues,
    (values) =>
      values === undefined ? Effect.die(new OutsideBatch({ name: self.name })) : Effect.sync(() => use(values)),
  )

const currentOf = <A>({ initial, name }: DriverState<A>, values: Values): A =>
  // Only `set` writes it, with a value of this type.
  Option.getOrElse(values.get(name), () => initial) as A

/**
 * Makes a value of the driver. Nothing is stored before a batch sets it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DriverState, DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const total = DriverState.make("total", 0)
 * const totals: Array<number> = []
 * const output = Testing.input([[1, 2], [3]]).pipe(
 *   DStream.foreachRDD(Effect.fnUntraced(function* (rdd) {
 *     const n = yield* RDD.count(rdd)
 *     totals.push(yield* DriverState.update(total, (before) => before + n))
 *   })),
 * )
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(totals, [2, 3])
 * ```
 */
export const make = <A>(name: string, initial: A): DriverState<A> => ({ name, initial })

/**
 * Returns the value as the current batch sees it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DriverState, DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const factor = DriverState.make("factor", 10)
 * const scaled = Testing.input([[1, 2]]).pipe(
 *   DStream.transform((rdd) => Effect.map(DriverState.get(factor), (by) => RDD.map(rdd, (n) => n * by))),
 * )
 * assert.deepEqual(await Effect.runPromise(Testing.run(scaled)), [[10, 20]])
 * ```
 */
export const get = <A>(self: DriverState<A>): Effect.Effect<A> => using(self, (values) => currentOf(self, values))

/**
 * Sets the value for the rest of the batch, and for later batches once this one is committed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DriverState, DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const last = DriverState.make("last", 0)
 * const seen: Array<number> = []
 * const output = DStream.foreachRDD(Testing.input([[1], [2], [3]]), Effect.fnUntraced(function* (_, { time }) {
 *   seen.push(yield* DriverState.get(last))
 *   yield* DriverState.set(last, time)
 * }))
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(seen, [0, 1000, 2000])
 * ```
 */
export const set: {
  <A>(value: A): (self: DriverState<A>) => Effect.Effect<void>
  <A>(self: DriverState<A>, value: A): Effect.Effect<void>
} = dual(
  2,
  <A>(self: DriverState<A>, value: A): Effect.Effect<void> =>
    using(self, (values) => values.set(self.name, frozen(value))),
)

/**
 * Sets the value to the result of `f` for the present one, and returns it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DriverState, DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const batches = DriverState.make("batches", 0)
 * const counted: Array<number> = []
 * const output = DStream.foreachRDD(Testing.input([[1], [2]]), () =>
 *   Effect.map(DriverState.update(batches, (n) => n + 1), (n) => void counted.push(n)))
 * await Effect.runPromise(Testing.runOutputs([output]))
 * assert.deepEqual(counted, [1, 2])
 * ```
 */
export const update: {
  <A>(f: (value: A) => A): (self: DriverState<A>) => Effect.Effect<A>
  <A>(self: DriverState<A>, f: (value: A) => A): Effect.Effect<A>
} = dual(
  2,
  <A>(self: DriverState<A>, f: (value: A) => A): Effect.Effect<A> =>
    using(self, (values) => {
      const value = f(currentOf(self, values))
      values.set(self.name, frozen(value))
      return value
    }),
)
