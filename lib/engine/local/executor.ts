/**
 * Executors: who runs a task's steps, and what its records pass through on the way there and back.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import * as Block from "../../rdd/block.ts"
import type { Address } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"

/** How tasks reach the place where they run. */
export interface Executor {
  /** Whether loops may be generated code. */
  readonly generateCode: boolean
  /** The operation as the executor knows it: the driver's own, or the one in the executor's copy of the graph. */
  readonly resolve: (rdd: AnyRDD, addressOf: (rdd: AnyRDD) => Address | undefined) => AnyRDD
  /** Brings a block to the executor, or from it. Throws `NotPortable` for records that cannot travel. */
  readonly ship: <A>(block: Block.Block<A>) => Block.Block<A>
}

/** Runs tasks where they are: no look-up, no codec. */
export const inline = (options: { readonly generateCode: boolean }): Executor => ({
  generateCode: options.generateCode,
  resolve: (rdd) => rdd,
  ship: (block) => block,
})

/**
 * Runs tasks in this isolate as if it were another one: operations are found by their address in the executor's own
 * copy of the graph, and records pass through the codec on the way in and out. What works here works on threads.
 */
export const loopback = (
  options: { readonly generateCode: boolean },
  operationAt: (address: Address) => AnyRDD | undefined,
): Executor => ({
  generateCode: options.generateCode,
  resolve: (rdd, addressOf) => {
    const address = addressOf(rdd)
    return (address && operationAt(address)) ?? rdd
  },
  ship: <A>(block: Block.Block<A>) => Block.fromArray(Codec.decode(Codec.encode(block.records)) as ReadonlyArray<A>),
})
