import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { MessageReader } from "../../lib/source/messages.ts"

const framed = (messages: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bytes = messages.flatMap((message) => {
    const header = new Uint8Array(4)
    new DataView(header.buffer).setUint32(0, message.length)
    return [...header, ...message]
  })
  return new Uint8Array(bytes)
}

Deno.test("MessageReader returns the same messages for any chunks, and detects an end in the middle of a message", () =>
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 6 }),
    fc.array(fc.nat(80), { maxLength: 8 }),
    fc.nat(20),
    (messages, cuts, lost) => {
      const all = framed(messages)
      const bytes = all.subarray(0, Math.max(0, all.length - lost))
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
      const reader = new MessageReader()
      const found = at.slice(1).flatMap((end, i) => Effect.runSync(reader.push(bytes.slice(at[i], end))))
      assert.deepEqual(found, messages.slice(0, found.length))
      const rest = bytes.length - framed(found).length
      assert.equal(Effect.runSyncExit(reader.finish())._tag, rest === 0 ? "Success" : "Failure")
      if (lost === 0) assert.equal(found.length, messages.length)
    },
  )))

Deno.test("push() fails for a message that announces too many bytes, before it allocates memory for them", () => {
  const error = Effect.runSync(Effect.flip(new MessageReader(10).push(new Uint8Array([255, 255, 255, 255]))))
  assert.equal(
    error.message,
    "A message announces 4294967295 bytes, but no more than 10 are allowed (maxMessageBytes)",
  )
})
