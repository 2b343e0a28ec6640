import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import * as Receiver from "../../../lib/receiver.ts"
import { Testing } from "../../../lib/testing.ts"

/** Returns the records that a stream has of a receiver's appended block. */
const appended = async <A>(block: Receiver.Block<A>, bytes?: number): Promise<ReadonlyArray<A | undefined>> => {
  const receiver = Receiver.make({
    name: "Blocks",
    onStart: (store: Receiver.Store<A>) => store.append(block, bytes),
  })
  return (await Effect.runPromise(Testing.run(DStream.receiverStream(receiver), { batches: 2 }))).flat()
}

Deno.test("block() copies the array, so that the caller may change it afterwards", async () => {
  const records = [1, 2]
  const block = Receiver.block(records)
  records.push(3)
  assert.deepEqual(await appended(block), [1, 2])
})

Deno.test("textBlock() makes a record of each line, and counts lines without reading them", async () => {
  const bytes = new TextEncoder().encode("to be\r\nor not\n\nlast")
  assert.equal(Receiver.textBlock(bytes).length, 4)
  assert.deepEqual(await appended(Receiver.textBlock(bytes), bytes.length), ["to be", "or not", "", "last"])
})
