/**
 * What has been computed, for as long as it may be used again.
 *
 * @module
 */
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Lowered, Partition } from "./task.ts"

/** A partition of an RDD of which some partitions are kept: an input that is a block. */
export interface KeptPartition {
  readonly partition: Partition
}

/**
 * The blocks and shuffled pairs of RDDs, with one lifetime: that of an action, of a job, of a batch, or until they are
 * released. An action lies within a job, a job within a batch, and so on: a look-up also goes through what lies around.
 */
export class Computed {
  /** Made on first use: most actions keep nothing, and weak maps are expensive for the garbage collector. */
  #known: WeakMap<AnyRDD, Lowered> | undefined
  /** Blocks of RDDs that are not computed whole, by partition. */
  #some: WeakMap<AnyRDD, Array<KeptPartition | undefined>> | undefined
  readonly #around: Computed | undefined

  constructor(around?: Computed) {
    this.#around = around
  }

  /** What an RDD was computed to, here or around. */
  find(rdd: AnyRDD): Lowered | undefined {
    return this.#known?.get(rdd) ?? this.#around?.find(rdd)
  }

  /** The blocks of an RDD that are kept here, by partition. The caller may add to them. */
  some(rdd: AnyRDD, partitions: number): Array<KeptPartition | undefined> {
    this.#some ??= new WeakMap()
    const known = this.#some.get(rdd)
    if (known?.length === partitions) return known
    const fresh = new Array<KeptPartition | undefined>(partitions).fill(undefined)
    this.#some.set(rdd, fresh)
    return fresh
  }

  /** Whether an RDD is kept here whole. */
  has(rdd: AnyRDD): boolean {
    return this.#known?.has(rdd) === true
  }

  /** Keeps what an RDD was computed to. */
  keep(rdd: AnyRDD, lowered: Lowered): void {
    this.#known ??= new WeakMap()
    this.#known.set(rdd, lowered)
    this.#some?.delete(rdd)
  }

  /** Releases what an RDD was computed to here, and gives its partitions. */
  release(rdd: AnyRDD): ReadonlyArray<Partition> {
    const whole = this.#known?.get(rdd)?.partitions
    const some = this.#some?.get(rdd)?.flatMap((one) => one?.partition ?? [])
    this.#known?.delete(rdd)
    this.#some?.delete(rdd)
    return whole ?? some ?? []
  }
}
