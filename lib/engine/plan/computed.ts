/**
 * What has been computed, for as long as somebody may use it again.
 *
 * @module
 */
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Lowered } from "./task.ts"

/**
 * RDDs that have been computed, or brought to the partitions where a shuffle wants them, with one lifetime: that of an
 * action, of a job, of a batch, or until they are released. Each lies within the next one, and a look-up goes through all
 * that are around it.
 */
export class Computed {
  /** Made when it is needed: most actions keep nothing, and weak maps cost the garbage collector a lot. */
  #known: WeakMap<AnyRDD, Lowered> | undefined
  readonly #around: Computed | undefined

  constructor(around?: Computed) {
    this.#around = around
  }

  /** What is known of an RDD here or around. */
  find(rdd: AnyRDD): Lowered | undefined {
    return this.#known?.get(rdd) ?? this.#around?.find(rdd)
  }

  /** Whether an RDD is known here. */
  has(rdd: AnyRDD): boolean {
    return this.#known?.has(rdd) === true
  }

  /** Keeps what an RDD was computed to. */
  keep(rdd: AnyRDD, lowered: Lowered): void {
    this.#known ??= new WeakMap()
    this.#known.set(rdd, lowered)
  }

  /** Releases what is known of an RDD here. */
  release(rdd: AnyRDD): void {
    this.#known?.delete(rdd)
  }
}
