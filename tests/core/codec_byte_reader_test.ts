import assert from "node:assert/strict"
import fc from "fast-check"
import { ByteReader } from "../../lib/core/codec_byte_reader.ts"
import { ByteWriter } from "../../lib/core/codec_byte_writer.ts"
import { CorruptBlock } from "../../lib/core/codec_errors.ts"

const reader = (write: (writer: ByteWriter) => void): ByteReader => {
  const writer = new ByteWriter()
  write(writer)
  return new ByteReader(writer.finish(), 0)
}

Deno.test("varint() restores every non-negative safe integer", () => {
  const edges = [0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER]
  fc.assert(fc.property(fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constantFrom(...edges)), (n) => {
    const from = reader((writer) => writer.varint(n))
    assert.equal(from.varint(), n)
    from.end()
  }))
})

Deno.test("varint() refuses numbers that are not safe integers or do not end", () => {
  for (const bytes of [Array(7).fill(0xff).concat(0x1f), Array(9).fill(0x80).concat(0), Array(2000).fill(0x80)]) {
    const from = reader((writer) => bytes.forEach((byte) => writer.byte(byte)))
    assert.throws(() => from.varint(), CorruptBlock)
  }
})

Deno.test("string() keeps the halves of a surrogate pair in their two strings", () => {
  const from = reader((writer) => ["a\ud83d", "\ude00b", "\ufeff"].forEach((text) => writer.string(text)))
  assert.deepEqual([from.string(), from.string(), from.string()], ["a\ud83d", "\ude00b", "\ufeff"])
})

Deno.test("end() refuses unread bytes and unread text", () => {
  const bytes = reader((writer) => writer.byte(1))
  assert.throws(() => bytes.end(), CorruptBlock)
  const text = reader((writer) => writer.text("abc"))
  text.text(2)
  assert.throws(() => text.end(), CorruptBlock)
  text.text(1)
  text.end()
})

Deno.test("text() refuses lengths beyond the end and negative lengths", () => {
  const from = reader((writer) => writer.text("abc"))
  assert.throws(() => from.text(4), CorruptBlock)
  assert.throws(() => from.text(-1), CorruptBlock)
})
