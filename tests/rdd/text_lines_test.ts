import assert from "node:assert/strict"
import fc from "fast-check"
import type { Block } from "../../lib/rdd/block.ts"
import { unreadText } from "../../lib/rdd/text_block.ts"
import { LineSplitter, LineTooLong } from "../../lib/rdd/text_lines.ts"

const utf8 = new TextEncoder()

/** Splits chunks that share one buffer, which is overwritten after each chunk. */
const split = (chunks: ReadonlyArray<Uint8Array>, max?: number) => {
  const splitter = new LineSplitter(max)
  const buffer = new Uint8Array(Math.max(1, ...chunks.map((chunk) => chunk.length)))
  const pushed = chunks.map((chunk) => {
    buffer.set(chunk)
    const lines = splitter.push(buffer.subarray(0, chunk.length))
    buffer.fill(120)
    return lines
  })
  const all = [...pushed, splitter.finish()]
  return {
    lines: all.flatMap(({ block }) => block?.records ?? []),
    tooLong: all.reduce((sum, { tooLong }) => sum + tooLong, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

/** Splits all bytes, byte by byte. */
const naive = (bytes: Uint8Array, max = Infinity) => {
  const lines: Array<Array<number>> = [[]]
  bytes.forEach((byte, i) => {
    if (byte === 10 && bytes[i - 1] === 13) return
    if (byte === 10 || byte === 13) lines.push([])
    else lines.at(-1)?.push(byte)
  })
  if (lines.at(-1)?.length === 0) lines.pop()
  const kept = lines.filter((line) => line.length <= max)
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
  return {
    lines: kept.map((line) => decoder.decode(new Uint8Array(line))),
    tooLong: lines.length - kept.length,
  }
}

const chunked = (bytes: Uint8Array, cuts: ReadonlyArray<number>) => {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.constantFrom(10, 13, 97, 0xc3, 0xa9, 0xff), { maxLength: 60 }).map((all) => new Uint8Array(all)),
  fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => utf8.encode(text)),
)
const cuts = fc.array(fc.nat(60), { maxLength: 12 })

Deno.test("LineSplitter returns the same lines for any chunks of any bytes", () =>
  fc.assert(
    fc.property(bytes, cuts, (bytes, cuts) => {
      assert.deepEqual({ ...split(chunked(bytes, cuts)), bytes: 0 }, { ...naive(bytes), bytes: 0 })
    }),
    { numRuns: 1000 },
  ))

Deno.test("LineSplitter skips exactly the lines that are too long, and counts each once", () =>
  fc.assert(
    fc.property(bytes, cuts, fc.integer({ min: 1, max: 8 }), (bytes, cuts, max) => {
      assert.deepEqual({ ...split(chunked(bytes, cuts), max), bytes: 0 }, { ...naive(bytes, max), bytes: 0 })
    }),
    { numRuns: 1000, examples: [[new Uint8Array([13, 13, 195, 97, 10, 10]), [], 1]] },
  ))

Deno.test("LineSplitter keeps characters intact wherever chunks divide them", () => {
  const text = "é€😀\r\n漢字\nend"
  const bytes = utf8.encode(text)
  for (let i = 0; i <= bytes.length; i++) {
    for (let j = i; j <= bytes.length; j++) {
      assert.deepEqual(split([bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)]).lines, [
        "é€😀",
        "漢字",
        "end",
      ])
    }
  }
})

Deno.test("LineSplitter returns a line that ends with a carriage return at once, and no empty line for a following line feed", () => {
  const splitter = new LineSplitter()
  assert.deepEqual(splitter.push(utf8.encode("a\r")).block?.records, ["a"])
  assert.equal(splitter.push(utf8.encode("\n")).block, undefined)
  assert.deepEqual(splitter.push(utf8.encode("\nb\r")).block?.records, ["", "b"])
  assert.equal(splitter.push(new Uint8Array()).block, undefined)
  assert.deepEqual(splitter.push(utf8.encode("\nc")).block, undefined)
  assert.deepEqual(splitter.finish().block?.records, ["c"])
  assert.deepEqual(splitter.push(utf8.encode("\n")).block?.records, [""])
})

Deno.test("LineSplitter reports a line as soon as it is too long, and can be used again after finish()", () => {
  const splitter = new LineSplitter(3)
  assert.deepEqual(splitter.push(utf8.encode("abcd")), { block: undefined, bytes: 0, tooLong: 1 })
  assert.deepEqual(splitter.push(utf8.encode("efgh")), { block: undefined, bytes: 0, tooLong: 0 })
  assert.deepEqual(splitter.finish(), { block: undefined, bytes: 0, tooLong: 0 })
  assert.deepEqual(splitter.push(utf8.encode("ab\n")).block?.records, ["ab"])
  assert.equal(
    new LineTooLong({ maxLineBytes: 3 }).message,
    "A line longer than 3 bytes has been skipped (maxLineBytes)",
  )
})

Deno.test("LineSplitter weighs blocks by their bytes", () => {
  assert.equal(split([utf8.encode("é\r\nb\nc")]).bytes, 7)
})

Deno.test("LineSplitter gives blocks that are parts of the room that bytes were written to", () => {
  const splitter = new LineSplitter()
  const write = (text: string) => {
    const room = splitter.room()
    const { written } = utf8.encodeInto(text, room)
    return splitter.push(room.subarray(0, written))
  }
  const first = splitter.room()
  assert.deepEqual(write("a\nb").block?.records, ["a"])
  assert.equal(splitter.room().buffer, first.buffer)
  const { block } = write("c\nd\n")
  const bytes = unreadText(block!)
  assert.deepEqual([bytes?.buffer === first.buffer, bytes?.byteOffset], [true, 2])
  assert.deepEqual(block?.records, ["bc", "d"])
})

Deno.test("LineSplitter returns the same lines for bytes in its room, whatever the pages, and long lines", () => {
  const lines = Array.from({ length: 400 }, (_, i) => `${i}`.repeat(1 + (i * 7919) % 30_000))
  const all = utf8.encode(lines.join("\r\n"))
  const splitter = new LineSplitter()
  const blocks: Array<Block<string> | undefined> = []
  for (let at = 0; at < all.length;) {
    const room = splitter.room()
    assert(room.length >= 65_536 && room.length <= 4_000_000)
    const some = all.subarray(at, at + Math.min(room.length, 1 + (at * 31) % 90_000))
    room.set(some)
    blocks.push(splitter.push(room.subarray(0, some.length)).block)
    at += some.length
  }
  blocks.push(splitter.finish().block)
  assert.deepEqual(blocks.flatMap((block) => block?.records ?? []), lines)
})

Deno.test("LineSplitter does not keep the large page of a long line", () => {
  const splitter = new LineSplitter()
  assert.equal(splitter.push(new Uint8Array(5_000_000).fill(97)).block, undefined)
  assert(splitter.room().buffer.byteLength > 5_000_000)
  assert.deepEqual(splitter.push(utf8.encode("\nb")).block?.records.map((line) => line.length), [5_000_000])
  assert(splitter.room().buffer.byteLength < 2_000_000)
  assert.deepEqual(splitter.finish().block?.records, ["b"])
})

Deno.test("LineSplitter keeps little more in memory than the bytes that were pushed", () => {
  const { block } = new LineSplitter().push(utf8.encode("a\nb\n"))
  assert((block && unreadText(block)?.buffer.byteLength || Infinity) < 100)
})
