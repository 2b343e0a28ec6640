import assert from "node:assert/strict"
import { Packer, Parcels } from "../../../lib/engine/spark/parcels.ts"
import type { Rows } from "../../../lib/engine/spark/relations.ts"

const LABEL = { tag: 4, partition: 1, source: 2 }

const sizeOf = ({ b }: Rows): number => b.reduce((sum, { length }) => sum + length, 0)

/** Packs parts with compression, sends the rows in another order, at other places in memory, and compares what arrives. */
const sent = (...parts: ReadonlyArray<Uint8Array>): number => {
  const packer = new Packer({ compresses: true })
  packer.add({ ...LABEL, parts })
  const { b, c, p, s, t } = packer.rows()
  const shifted = b.map((bytes) => {
    const copy = new Uint8Array(bytes.length + 3)
    copy.set(bytes, 3)
    return copy.subarray(3)
  })
  const rows = { b: shifted.toReversed(), c: c.toReversed(), p, s, t }
  const [found, ...others] = new Parcels(rows).find(LABEL.tag, LABEL.partition)
  assert.deepEqual([found?.parts, others], [parts, []])
  for (const part of found?.parts ?? []) assert.equal(part.byteOffset % 8, 0)
  return sizeOf(rows)
}

const text = (words: number): Uint8Array =>
  new TextEncoder().encode(Array.from({ length: words }, (_, i) => `word${i % 100}`).join(" "))

const random = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

Deno.test("a large parcel of text is compressed, and arrives as it was", () => {
  const parts = [text(50_000), new Uint8Array(), text(7)]
  assert.ok(sent(...parts) < parts[0]!.length / 3)
})

Deno.test("a small parcel is not compressed", () => {
  const small = text(1000)
  assert.ok(sent(small) > small.length)
})

Deno.test("a parcel that does not get shorter is sent as it is, in several chunks", () => {
  const large = random(17 * 1024 * 1024)
  assert.ok(sent(large) > large.length)
})
