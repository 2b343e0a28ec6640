import assert from "node:assert/strict"
import fc from "fast-check"
import { atOnce } from "../../lib/core/pace.ts"
import { type Block, concat, empty, fromArray, gather } from "../../lib/rdd/block.ts"
import { fromText } from "../../lib/rdd/text_block.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Runs `body` and returns how often it decoded text. */
const decodings = (body: () => void): number => {
  const { prototype } = TextDecoder
  const { decode } = prototype
  let count = 0
  prototype.decode = function (...args) {
    count++
    return decode.apply(this, args)
  }
  try {
    body()
  } finally {
    prototype.decode = decode
  }
  return count
}

Deno.test("fromText() counts lines without decoding them", () => {
  const block = fromText(bytesOf("a\nb\r\nc\rd"))
  assert.equal(decodings(() => assert.equal(block.length, 4)), 0)
  assert.equal(decodings(() => assert.deepEqual(block.records, ["a", "b", "c", "d"])), 1)
  assert.equal(decodings(() => assert.deepEqual([block.length, block.records.length], [4, 4])), 0)
})

Deno.test("fromText() decodes once for all that want the lines as an array", () => {
  const block = fromText(bytesOf("a\nb"))
  assert.equal(decodings(() => assert.deepEqual(atOnce(gather(block)), ["a", "b"])), 1)
  assert.equal(decodings(() => assert.deepEqual([atOnce(gather(block)), block.records], [["a", "b"], ["a", "b"]])), 0)
})

Deno.test("fromText() counts as many lines as it decodes, whatever the line ends and bytes", () => {
  const part = fc.constantFrom("\n", "\r", "\r\n", "a", "", "é")
  fc.assert(fc.property(fc.array(part), fc.uint8Array({ maxLength: 4 }), (parts, noise) => {
    const bytes = new Uint8Array([...bytesOf(parts.join("")), ...noise, ...bytesOf(parts.toReversed().join(""))])
    const block = fromText(bytes)
    assert.equal(block.length, fromText(bytes).records.length)
  }))
})

Deno.test("concat() reads its parts only when records are asked for, and each only once", () => {
  let reads = 0
  const counted = (text: string): Block<string> => {
    const block = fromText(bytesOf(text))
    return {
      length: block.length,
      get records() {
        reads++
        return block.records
      },
    }
  }
  const joined = concat([counted("a\nb\n"), fromArray(["c"]), empty, counted("d")])
  assert.deepEqual([joined.length, reads], [4, 0])
  assert.deepEqual(joined.records, ["a", "b", "c", "d"])
  assert.deepEqual([joined.records.length, joined.length, reads], [4, 4, 2])
})
