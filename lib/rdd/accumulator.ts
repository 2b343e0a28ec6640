/**
 * Accumulators: counters that tasks add to and the driver reads.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { InvalidOption } from "../core/errors.ts"
import { current, type Updated } from "./task_updates.ts"

/**
 * Something that tasks add to. What the functions of an RDD add counts when the job that runs them succeeds, exactly
 * once: additions of a failed attempt are dropped. A function that runs in several jobs counts in each of them, as
 * often as it runs. Outside of tasks an addition counts at once. Spark: `AccumulatorV2`.
 *
 * A task is what the engine runs of an RDD, effectful functions included; code that a function leaves behind in a
 * promise or a timer of its own is no task any more.
 */
export interface Accumulator<in In, out Out> {
  /** Its name, for messages. */
  readonly name: string | undefined
  /** Adds a value. */
  readonly add: (value: In) => void
  /** What all that counts comes to. A task sees what counted before its job. */
  readonly value: Out
  /** Forgets everything added so far. */
  readonly reset: Effect.Effect<void>
}

/** An accumulator of numbers; `value` is their sum. Spark: `LongAccumulator`, `DoubleAccumulator`. */
export interface NumberAccumulator extends Accumulator<number, number> {
  /** Their sum. */
  readonly sum: number
  /** How many numbers were added. */
  readonly count: number
  /** Their mean; `NaN` if there are none. */
  readonly avg: number
}

/** How an accumulator of your own adds up. */
export interface Accumulating<in In, in out Out> {
  /** A name, for messages. */
  readonly name?: string | undefined
  /** The value to begin with: a new one at each call, if `add` or `merge` change it. */
  readonly zero: () => Out
  /** One value more. May change what it is given. */
  readonly add: (sum: Out, value: In) => Out
  /** Two sums together, in any order of tasks. May change the first. */
  readonly merge: (a: Out, b: Out) => Out
}

class Sum<in In, in out S> implements Updated<S> {
  readonly name: string | undefined
  readonly #how: Accumulating<In, S>
  state: S
  constructor(how: Accumulating<In, S>) {
    this.#how = how
    this.name = how.name
    this.state = how.zero()
  }
  zero(): S {
    return this.#how.zero()
  }
  absorb(partial: S): void {
    this.state = this.#how.merge(this.state, partial)
  }
  add(value: In): void {
    const target = current()?.partial(this) ?? this
    target.state = this.#how.add(target.state, value)
  }
}

const reset = <In, S>(sum: Sum<In, S>): Effect.Effect<void> =>
  Effect.sync(() => {
    sum.state = sum.zero()
  })

/**
 * An accumulator of your own. Spark: a subclass of `AccumulatorV2`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Accumulator, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const longest = Accumulator.make({
 *   zero: () => "",
 *   add: (a, word: string) => word.length > a.length ? word : a,
 *   merge: (a, b) => b.length > a.length ? b : a,
 * })
 * const run = RDD.parallelize(["a", "ccc", "bb"]).pipe(RDD.foreach(longest.add))
 * await Effect.runPromise(Effect.provide(run, SparkContext.layer({ master: "local[2]", appName: "doc" })))
 * assert.equal(longest.value, "ccc")
 * ```
 */
export const make = <In, Out>(how: Accumulating<In, Out>): Accumulator<In, Out> => {
  const sum = new Sum(how)
  return {
    name: sum.name,
    add: (value) => sum.add(value),
    get value() {
      return sum.state
    },
    reset: reset(sum),
  }
}

type Total = readonly [sum: number, count: number]

const numbers = (name: string | undefined, check: (value: number) => void): NumberAccumulator => {
  const total = new Sum<number, Total>({
    name,
    zero: () => [0, 0],
    add: ([sum, count], value) => {
      check(value)
      return [sum + value, count + 1]
    },
    merge: (a, b) => [a[0] + b[0], a[1] + b[1]],
  })
  return {
    name,
    add: (value) => total.add(value),
    get value() {
      return total.state[0]
    },
    get sum() {
      return total.state[0]
    },
    get count() {
      return total.state[1]
    },
    get avg() {
      return total.state[0] / total.state[1]
    },
    reset: reset(total),
  }
}

/**
 * An accumulator of whole numbers; adding another one fails with `InvalidOption`. Spark: `sc.longAccumulator`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Accumulator, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const blank = Accumulator.long("blank lines")
 * const words = RDD.parallelize(["to be", "", "or not"]).pipe(RDD.flatMap((line) => {
 *   if (line === "") blank.add(1)
 *   return line === "" ? [] : line.split(" ")
 * }))
 * const sc = SparkContext.layer({ master: "local[2]", appName: "doc" })
 * assert.equal(await Effect.runPromise(Effect.provide(RDD.count(words), sc)), 4)
 * assert.equal(blank.value, 1)
 * ```
 */
export const long = (name?: string): NumberAccumulator =>
  numbers(name, (value) => {
    if (Number.isInteger(value)) return
    throw new InvalidOption({ where: "Accumulator.long", option: "add", value, expected: "a whole number" })
  })

/**
 * An accumulator of numbers. Spark: `sc.doubleAccumulator`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Accumulator, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const weights = Accumulator.double()
 * const run = RDD.parallelize([0.5, 1.5]).pipe(RDD.foreach(weights.add))
 * await Effect.runPromise(Effect.provide(run, SparkContext.layer({ master: "local[2]", appName: "doc" })))
 * assert.deepEqual([weights.sum, weights.count, weights.avg], [2, 2, 1])
 * ```
 */
export const double = (name?: string): NumberAccumulator => numbers(name, () => {})

/**
 * An accumulator that keeps everything added, in the order of the tasks. Spark: `sc.collectionAccumulator`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Accumulator, RDD, SparkContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const odd = Accumulator.collection<number>("odd")
 * const run = RDD.range(0, 6).pipe(RDD.foreach((n) => n % 2 === 1 && odd.add(n)))
 * await Effect.runPromise(Effect.provide(run, SparkContext.layer({ master: "local[2]", appName: "doc" })))
 * assert.deepEqual(odd.value, [1, 3, 5])
 * ```
 */
export const collection = <A>(name?: string): Accumulator<A, ReadonlyArray<A>> => {
  const push = (all: Array<A>, a: A): Array<A> => {
    all.push(a)
    return all
  }
  return make<A, Array<A>>({ name, zero: () => [], add: push, merge: (all, more) => more.reduce(push, all) })
}
