/**
 * Accumulators: totals that tasks add to and the driver reads.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { InvalidOption } from "../core/errors.ts"
import { valueOf } from "../core/results.ts"
import { type Addressed, enter } from "./accumulator_addresses.ts"
import { current, noteRead, type Updated } from "./task_updates.ts"

/**
 * A total that tasks add to.
 *
 * Additions made by the functions of an RDD take effect when their job succeeds, exactly once. Additions of a failed
 * attempt are dropped. A function that runs in several jobs adds in each of them. Outside of tasks, an addition takes
 * effect immediately.
 *
 * A task is everything that the engine runs for a partition, including effectful functions. Code that a function leaves
 * running in a promise or timer of its own is not part of the task.
 *
 * Workers make the accumulators of a graph for themselves, and send to the driver what their tasks add. The driver finds its
 * own accumulator if it was made in the function of `Graph.module`, or at the top level of a module with a name that no other
 * accumulator has. Tasks that add to another accumulator run on the driver. So do tasks that read or reset an accumulator, and
 * those whose totals are not plain data. Spark: `AccumulatorV2`.
 */
export interface Accumulator<in In, out Out> {
  /** The name of the accumulator, for messages and for workers. */
  readonly name: string | undefined
  /** Adds a value. */
  readonly add: (value: In) => void
  /** The current total. Inside a task: the total as it was before the task's job. */
  readonly value: Out
  /** Sets the total back to zero. */
  readonly reset: Effect.Effect<void>
}

/** An accumulator of numbers whose `value` is their sum. Spark: `LongAccumulator`, `DoubleAccumulator`. */
export interface NumberAccumulator extends Accumulator<number, number> {
  /** The sum of the numbers that were added: the same as `value`. */
  readonly sum: number
  /** How many numbers were added. */
  readonly count: number
  /** The mean of the numbers that were added; `NaN` if there are none. */
  readonly avg: number
}

/** How a custom accumulator computes its total. */
export interface Accumulating<in In, in out Out> {
  /** The name of the accumulator, for messages and for workers. */
  readonly name?: string | undefined
  /** Returns the initial total. If `add` or `merge` change a total in place, each call must return a new one. */
  readonly zero: () => Out
  /** Adds a value to a total. May change the total in place. */
  readonly add: (sum: Out, value: In) => Out
  /** Adds the total of one task to another total, in any order of tasks. May change `a` in place. */
  readonly merge: (a: Out, b: Out) => Out
}

class Total<in In, in out S> implements Updated<S> {
  readonly name: string | undefined
  readonly address: string | undefined
  /** The accumulator of the driver, if this one is that of a copy in the same isolate. */
  readonly #counterpart: Addressed | undefined
  readonly #options: Accumulating<In, S>
  state: S
  constructor(options: Accumulating<In, S>) {
    this.#options = options
    this.name = options.name
    this.state = options.zero()
    const { address, counterpart } = enter(this)
    this.address = address
    this.#counterpart = counterpart
  }
  zero(): S {
    return this.#options.zero()
  }
  /** The accumulator that tasks read and reset: that of the driver. */
  #ofTasks(): Total<In, S> {
    // The counterpart was made by the same code, so it has the same type.
    return noteRead() && this.#counterpart instanceof Total ? this.#counterpart as Total<In, S> : this
  }
  /** The current total. */
  get value(): S {
    return this.#ofTasks().state
  }
  reset(): void {
    this.#ofTasks().state = this.zero()
  }
  absorb(partial: S): void {
    if (this.#counterpart !== undefined) return this.#counterpart.absorb(partial as never)
    this.state = valueOf(this.#options.merge(this.state, partial))
  }
  add(value: In): void {
    const target = current()?.partial(this) ?? this
    target.state = valueOf(this.#options.add(target.state, value))
  }
}

/**
 * Creates an accumulator with a custom total. Spark: a subclass of `AccumulatorV2`.
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
export const make = <In, Out>(options: Accumulating<In, Out>): Accumulator<In, Out> => {
  const total = new Total(options)
  return {
    name: total.name,
    add: (value) => total.add(value),
    get value() {
      return total.value
    },
    reset: Effect.sync(() => total.reset()),
  }
}

type SumAndCount = readonly [sum: number, count: number]

const numbers = (name: string | undefined, check: (value: number) => void): NumberAccumulator => {
  const total = new Total<number, SumAndCount>({
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
      return total.value[0]
    },
    get sum() {
      return total.value[0]
    },
    get count() {
      return total.value[1]
    },
    get avg() {
      return total.value[0] / total.value[1]
    },
    reset: Effect.sync(() => total.reset()),
  }
}

/**
 * Creates an accumulator of whole numbers.
 *
 * Adding any other number throws `InvalidOption`, which fails the job if a task does it. Spark: `sc.longAccumulator`.
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
    const where = name === undefined ? "Accumulator.long" : `Accumulator.long("${name}")`
    throw new InvalidOption({ where, option: "add", value, expected: "a whole number" })
  })

/**
 * Creates an accumulator of any numbers. Spark: `sc.doubleAccumulator`.
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
 * Creates an accumulator that keeps every added value.
 *
 * The values of a job are in the order of its partitions. Spark: `sc.collectionAccumulator`.
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
