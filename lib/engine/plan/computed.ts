/**
 * What has been computed, for as long as it may be used again.
 *
 * @module
 */
import { Attached } from "../../core/attached.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { Lowered, Partition } from "./task.ts"

type Table<V> = Attached<AnyRDD, V> | WeakMap<AnyRDD, V>

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
  #known: Table<Lowered> | undefined
  /** Blocks of RDDs that are not computed whole, by partition. */
  #some: Table<Array<KeptPartition | undefined>> | undefined
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
    this.#some ??= this.#table()
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
    this.#known ??= this.#table()
    this.#known.set(rdd, lowered)
    this.#some?.delete(rdd)
  }

  /** What is kept until it is released has the lifetime of the engine, and the RDDs of many batches. */
  #table<V>(): Table<V> {
    return this.#around === undefined ? new Attached() : new WeakMap()
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
