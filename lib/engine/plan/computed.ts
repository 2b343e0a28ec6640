/**
 * What has been computed, for as long as it may be used again.
 *
 * @module
 */
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Lowered } from "./task.ts"

/**
 * The blocks and shuffled pairs of RDDs, with one lifetime: that of an action, of a job, of a batch, or until they are
 * released. An action lies within a job, a job within a batch, and so on: a look-up also goes through what lies around.
 */
export class Computed {
  /** Made on first use: most actions keep nothing, and weak maps are expensive for the garbage collector. */
  #known: WeakMap<AnyRDD, Lowered> | undefined
  readonly #around: Computed | undefined

  constructor(around?: Computed) {
    this.#around = around
  }

  /** What an RDD was computed to, here or around. */
  find(rdd: AnyRDD): Lowered | undefined {
    return this.#known?.get(rdd) ?? this.#around?.find(rdd)
  }

  /** Whether an RDD is kept here. */
  has(rdd: AnyRDD): boolean {
    return this.#known?.has(rdd) === true
  }

  /** Keeps what an RDD was computed to. */
  keep(rdd: AnyRDD, lowered: Lowered): void {
    this.#known ??= new WeakMap()
    this.#known.set(rdd, lowered)
  }

  /** Releases what an RDD was computed to. */
  release(rdd: AnyRDD): void {
    this.#known?.delete(rdd)
  }
}
