/**
 * Receivers: scoped resources that push records into a stream. `make` makes a receiver, and `DStream.receiverStream` makes
 * a stream of what it stores. Spark: `Receiver`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 *
 * const greeting = Receiver.make({ name: "Greeting", onStart: (store: Receiver.Store<string>) => store.one("hello") })
 * assert.equal(DStream.receiverStream(greeting).operation, "receiverStream")
 * ```
 *
 * @module
 */
export { make, type Receiver, type Store } from "./dstream/inputs/receiver.ts"
export { ReceiverStopped } from "./dstream/inputs/receiver_stopped.ts"
export { block, textBlock } from "./dstream/inputs/blocks.ts"
export type { Block } from "./rdd/block.ts"
