/**
 * Addresses: how an operation of a batch is found in a copy of the graph that another isolate has made.
 *
 * @module
 */
import type { Address } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/**
 * Numbers the RDDs of batches, stream by stream, parents first. The driver and every graph copy number in the same order, so
 * that the same address means the same operation. An RDD belongs to the first stream that is made of it.
 */
export class Addresses {
  readonly #addresses = new WeakMap<AnyRDD, Address>()
  /** What the streams of each batch are made of, in the order of their places. */
  readonly #batches = new Map<number, Map<number, ReadonlyArray<AnyRDD>>>()
  /** RDDs without an address: a copy has the records of these as an input. */
  readonly #unaddressed = new WeakSet<AnyRDD>()

  /** Numbers what a stream's RDD is made of, down to what has an address already and to inputs. */
  add(time: number, stream: number, root: AnyRDD): ReadonlyArray<AnyRDD> {
    const found: Array<AnyRDD> = []
    const open = [root]
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (this.#addresses.has(rdd) || this.#unaddressed.has(rdd)) continue
      this.#addresses.set(rdd, { time, stream, place: found.length })
      found.push(rdd)
      if (rdd.primitive.kind !== "input") open.push(...rdd.parents.toReversed())
    }
    const batch = this.#batches.get(time) ?? new Map<number, ReadonlyArray<AnyRDD>>()
    this.#batches.set(time, batch.set(stream, found))
    return found
  }

  /** Leaves an RDD, and what only it is made of, without an address. */
  exclude(root: AnyRDD): void {
    if (!this.#addresses.has(root)) this.#unaddressed.add(root)
  }

  /** The address of an RDD; undefined if it has none, or if its batch has been released. */
  of(rdd: AnyRDD): Address | undefined {
    const address = this.#addresses.get(rdd)
    return address !== undefined && this.#batches.has(address.time) ? address : undefined
  }

  /** The RDD at an address. */
  at({ place, stream, time }: Address): AnyRDD | undefined {
    return this.#batches.get(time)?.get(stream)?.[place]
  }

  /** Releases the batches up to a time: their RDDs are no longer found. */
  release(time: number): void {
    for (const each of this.#batches.keys()) if (each <= time) this.#batches.delete(each)
  }
}
