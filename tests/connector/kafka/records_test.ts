/** Batches of records, marks and shares of a limit, without a broker. */
import assert from "node:assert/strict"
import * as fc from "fast-check"
import { crc32c } from "../../../lib/connector/kafka/crc32c.ts"
import { BatchBuilder, type Compression, type EncodableRecord, murmur2 } from "../../../lib/connector/kafka/encoding.ts"
import { addMark, isMarked, readMarks, writeMarks } from "../../../lib/connector/kafka/marks.ts"
import { shareByLag } from "../../../lib/connector/share_by_lag.ts"
import {
  batchesOf,
  checked,
  decompressed,
  type RecordBatch,
  visible,
} from "../../../lib/connector/kafka/record_batch.ts"
import { type TextValues, textValues, wholeRecords } from "../../../lib/connector/kafka/record_blocks.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text)

const encode = (records: ReadonlyArray<EncodableRecord>, compression: Compression = "none", producerId = 7n) => {
  const builder = new BatchBuilder()
  for (const record of records) builder.add(record)
  return builder.encode({ producerId, producerEpoch: 3, sequence: 0, compression })
}

/** The batches of an answer, with their checksums compared. */
const read = (bytes: Uint8Array) => Array.from(checked(bytes, batchesOf(bytes)))

/** Puts a batch at an offset, as a broker does. The checksum does not cover the offset. */
const at = (bytes: Uint8Array, offset: number) => {
  new DataView(bytes.buffer).setBigInt64(0, BigInt(offset))
  return bytes
}

const joined = (...parts: ReadonlyArray<Uint8Array>) => new Uint8Array(parts.flatMap((part) => Array.from(part)))

const bodyOf = (batch: RecordBatch, from = 0, until = Infinity) => ({
  ...batch,
  topic: "t",
  partition: 0,
  bytes: decompressed(batch),
  from,
  until,
})

/** The pieces that a loop over text gets. */
function* piecesOf(values: TextValues): Generator<Uint8Array | ReadonlyArray<string>> {
  const next = values.text()
  for (let piece = next(); piece !== undefined; piece = next()) yield piece
}

const linesOf = (values: TextValues): ReadonlyArray<string> =>
  Array.from(piecesOf(values)).flatMap((piece) => {
    if (!(piece instanceof Uint8Array)) return piece
    assert.equal(piece.at(-1), 10)
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(piece.subarray(0, -1)).split(/\r\n|\n|\r/)
  })

const plain = (value: string): EncodableRecord => ({ key: null, value: bytesOf(value), headers: [], timestamp: 0 })

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }))
const anyRecord = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(fc.string().map(bytesOf), bytes), { maxLength: 3 }),
  timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
})

for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
  Deno.test(`records come back as they were encoded, with compression ${compression}`, () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 50 }), fc.nat(), fc.nat(), (records, a, b) => {
        const encoded = joined(at(encode(records, compression), 100), new Uint8Array(20))
        const [batch] = read(encoded)
        assert.ok(batch !== undefined)
        const [from, until] = [100 + a % records.length, 100 + b % (records.length + 1)].toSorted((a, b) => a - b)
        const block = wholeRecords(bodyOf(batch, from, until))
        const wanted = records.map((record, i) => ({
          ...record,
          topic: "t",
          partition: 0,
          offset: 100 + i,
          headers: record.headers.map(([name, value]) => [new TextDecoder().decode(name), value]),
        })).slice(from! - 100, until! - 100)
        assert.equal(block.length, wanted.length)
        assert.deepEqual(block.records, wanted)
        const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
        const texts = wanted.map(({ value }) => decoder.decode(value ?? undefined))
        assert.deepEqual(textValues(bodyOf(batch, from, until)).records, texts)
        assert.deepEqual(linesOf(textValues(bodyOf(batch, from, until))), texts)
      }),
      { numRuns: 50 },
    )
  })
}

Deno.test("text of any characters is cut where the values end", () => {
  const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "\n", "a\r", "\r\n"))
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), (values) => {
    const [batch] = read(encode(values.map(plain)))
    assert.deepEqual(textValues(bodyOf(batch!)).records, values)
    assert.deepEqual(linesOf(textValues(bodyOf(batch!))), values)
  }))
})

Deno.test("values without line ends are given as lines of text, others as records", () => {
  const kinds = (...values: ReadonlyArray<string>) => {
    const [batch] = read(encode(values.map(plain)))
    return Array.from(piecesOf(textValues(bodyOf(batch!))), (piece) => piece instanceof Uint8Array ? "text" : "records")
  }
  assert.deepEqual(kinds("a", "", "ü"), ["text"])
  assert.deepEqual(kinds("a", "b\nc"), ["records"])
  assert.deepEqual(kinds("a\r", "b"), ["records"])
  // In pieces of 64 kB, of which the last record may be larger.
  const long = "x".repeat(40_000)
  assert.deepEqual(kinds(long, long, "\n", "y".repeat(300_000), "z"), ["text", "records", "text"])
})

Deno.test("a batch that is cut off is left for the next request, and a damaged one is refused", () => {
  const [first, second] = [at(encode([plain("a")]), 0), at(encode([plain("b")]), 1)]
  const both = joined(first, second)
  for (let length = 0; length < both.length; length++) {
    const whole = read(both.slice(0, length)).length
    assert.equal(whole, length < first.length ? 0 : 1)
  }
  for (let i = first.length + 16; i < both.length; i++) {
    const damaged = both.slice()
    damaged[i]! ^= 0x10
    assert.throws(() => read(damaged), /offset 1 (is damaged|has format)/)
  }
})

Deno.test("visible() leaves out aborted transactions only, up to their end", () => {
  const batch = (baseOffset: number, producerId: bigint, kind: "data" | "commit" | "abort" = "data"): RecordBatch => ({
    baseOffset,
    lastOffset: baseOffset,
    baseTimestamp: 0,
    appendTime: undefined,
    producerId,
    isTransactional: true,
    isControl: kind !== "data",
    count: 1,
    codec: 0,
    at: 0,
    body: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, kind === "commit" ? 1 : 0]),
  })
  const batches = [
    batch(0, 1n),
    batch(1, 2n),
    batch(2, 1n, "abort"),
    batch(3, 1n),
    batch(4, 2n, "commit"),
    batch(5, 1n, "commit"),
    batch(6, 3n),
    batch(7, 3n, "abort"),
    { ...batch(8, 3n), isTransactional: false },
  ]
  const aborted = [{ producerId: 3n, firstOffset: 6n }, { producerId: 1n, firstOffset: 0n }]
  assert.deepEqual(Array.from(visible(batches, aborted), ({ baseOffset }) => baseOffset), [1, 3, 8])
})

Deno.test("crc32c() and murmur2() give the values of Kafka", () => {
  assert.equal(crc32c(bytesOf("123456789")), 0xe3069283)
  assert.equal(crc32c(bytesOf("xx123456789x"), 2, 11), 0xe3069283)
  // The checksum of a piece with its own checksum behind it is always the same. Both functions, at any place in the array.
  for (const length of [1000, 1023, 1024, 1025, 100_000]) {
    const bytes = new Uint8Array(length + 11).map((_, i) => i * 13)
    new DataView(bytes.buffer).setUint32(length + 7, crc32c(bytes, 7, length + 7), true)
    assert.equal(crc32c(bytes, 7, length + 11), 0x48674bc7)
  }
  // Computed by java.util.zip.CRC32C.
  assert.equal(crc32c(new Uint8Array(4103).map((_, i) => i * 7), 1, 4101), 0x6e1c7334)
  // From org.apache.kafka.common.utils.UtilsTest.
  const hashes = {
    "21": -973932308,
    foobar: -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
  }
  for (const [text, hash] of Object.entries(hashes)) assert.equal(murmur2(bytesOf(text)), hash)
})

Deno.test("marks list the newest batches, and older ones are unknown", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 4e12 }), { maxLength: 300 }), (times) => {
    const marks = times.reduce<ReadonlyArray<number>>(addMark, [])
    const text = writeMarks(marks)
    assert.ok(text.length < 4096)
    assert.deepEqual(readMarks(text), marks)
    const newest = times.toSorted((a, b) => b - a).slice(0, 200)
    for (const time of times) assert.equal(isMarked(marks, time), newest.includes(time) ? true : "unknown")
    assert.equal(isMarked(marks, 5e12), false)
    if (times.length < 200) assert.equal(isMarked(marks, -1), false)
  }))
})

Deno.test("shareByLag() gives out the whole limit, to each partition at most its lag", () => {
  fc.assert(fc.property(fc.array(fc.nat(1_000_000)), fc.nat(2_000_000), (lags, limit) => {
    const shares = shareByLag(lags, limit)
    const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((a, b) => a + b, 0)
    assert.equal(sum(shares), Math.min(limit, sum(lags)))
    shares.forEach((share, i) => assert.ok(Number.isInteger(share) && share >= 0 && share <= lags[i]!))
  }))
  assert.deepEqual(shareByLag([900, 100, 0], 100), [90, 10, 0])
  assert.deepEqual(shareByLag([10, 10], Infinity), [10, 10])
})
