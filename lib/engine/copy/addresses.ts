/**
 * Addresses: how an isolate finds an operation of a batch in its own copy of the graph.
 *
 * @module
 */
import type { Address } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/**
 * Numbers the RDDs of each batch, stream by stream. The driver and every graph copy number them in the same order, so an address
 * means the same operation everywhere. An RDD that several streams are made of belongs to the first of them.
 */
export class Addresses {
  readonly #addresses = new WeakMap<AnyRDD, Address>()
  /** By batch time and index of the stream: the RDDs that were numbered for the stream, in the order of their places. */
  readonly #batches = new Map<number, Map<number, ReadonlyArray<AnyRDD>>>()
  /** RDDs without an address. In a copy they are inputs: the driver sends their records. */
  readonly #unaddressed = new WeakSet<AnyRDD>()

  /**
   * Numbers a stream's RDD and its ancestors. Stops at RDDs that have an address already, at excluded RDDs, and at inputs that
   * the driver reads.
   */
  add(time: number, stream: number, root: AnyRDD): ReadonlyArray<AnyRDD> {
    const found: Array<AnyRDD> = []
    const open = [root]
    for (let rdd = open.pop(); rdd !== undefined; rdd = open.pop()) {
      if (this.#addresses.has(rdd) || this.#unaddressed.has(rdd)) continue
      this.#addresses.set(rdd, { time, stream, place: found.length })
      found.push(rdd)
      if (rdd.primitive.kind !== "input" || rdd.primitive.planned !== undefined) open.push(...rdd.parents.toReversed())
    }
    const batch = this.#batches.get(time) ?? new Map<number, ReadonlyArray<AnyRDD>>()
    this.#batches.set(time, batch.set(stream, found))
    return found
  }

  /** Leaves an RDD without an address, and so also the ancestors that only it has. */
  exclude(root: AnyRDD): void {
    if (!this.#addresses.has(root)) this.#unaddressed.add(root)
  }

  /** Returns the address of an RDD; undefined if it has none, or if its batch has been released. */
  of(rdd: AnyRDD): Address | undefined {
    const address = this.#addresses.get(rdd)
    return address !== undefined && this.#batches.has(address.time) ? address : undefined
  }

  /** Returns the RDD at an address; undefined if there is none, or if its batch has been released. */
  at({ place, stream, time }: Address): AnyRDD | undefined {
    return this.#batches.get(time)?.get(stream)?.[place]
  }

  /** Releases the batches up to and including a time. Their RDDs can no longer be found. */
  release(time: number): void {
    for (const each of this.#batches.keys()) if (each <= time) this.#batches.delete(each)
  }
}
