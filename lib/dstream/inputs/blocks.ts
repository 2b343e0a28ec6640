/**
 * Blocks that receivers append: records that arrive together and are not looked at one by one.
 *
 * @module
 */
import * as Block from "../../rdd/block.ts"
import { fromText } from "../../rdd/text_block.ts"

/**
 * Makes a block of records for `store.append` of a receiver. The array is copied, so the caller may change it
 * afterwards; the records themselves are not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const numbers = Receiver.make({
 *   name: "Numbers",
 *   onStart: (store: Receiver.Store<number>) => store.append(Receiver.block([1, 2, 3])),
 * })
 * const batches = await Effect.runPromise(Testing.run(DStream.receiverStream(numbers), { batches: 2 }))
 * assert.deepEqual(batches.flat(), [1, 2, 3])
 * ```
 */
export const block = <A>(records: ReadonlyArray<A>): Block.Block<A> => Block.fromArray(records.slice())

/**
 * Makes a block of the lines of a UTF-8 text for `store.append` of a receiver. The text stays bytes until a batch reads
 * its lines, which is faster and smaller than lines that the receiver makes itself. Pass the number of bytes to
 * `append`, so that the receiver's capacity counts them.
 *
 * Lines end with `\n`, `\r\n` or `\r`; the last line needs no end. Invalid bytes become U+FFFD. The bytes are not
 * copied: do not change them afterwards.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const bytes = new TextEncoder().encode("to be\nor not\n")
 * const lines = Receiver.make({
 *   name: "Lines",
 *   onStart: (store: Receiver.Store<string>) => store.append(Receiver.textBlock(bytes), bytes.length),
 * })
 * const batches = await Effect.runPromise(Testing.run(DStream.receiverStream(lines), { batches: 2 }))
 * assert.deepEqual(batches.flat(), ["to be", "or not"])
 * ```
 */
export const textBlock = (bytes: Uint8Array): Block.Block<string> => fromText(bytes)
