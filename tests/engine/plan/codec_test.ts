import assert from "node:assert/strict"
import * as fc from "fast-check"
import * as Codec from "../../../lib/core/codec.ts"
import { hashKey } from "../../../lib/core/keys.ts"
import { decodeTask, decodeWritten, encodeTask, encodeWritten } from "../../../lib/engine/plan/codec.ts"
import { EncodedColumns } from "../../../lib/engine/plan/encoded.ts"
import { placesOf } from "../../../lib/engine/plan/places.ts"
import type { Bucket, Input, Operation, Partition, Task, Write } from "../../../lib/engine/plan/task.ts"
import * as Block from "../../../lib/rdd/block.ts"
import { PairBlock } from "../../../lib/rdd/pair_block.ts"
import { fromText, unreadText } from "../../../lib/rdd/text_block.ts"
import { parallelize } from "../../../lib/rdd.ts"

const records = fc.array(fc.oneof(fc.integer(), fc.string(), fc.tuple(fc.string(), fc.boolean())), { maxLength: 4 })
const pairs = fc.array(fc.tuple(fc.string(), fc.integer()), { maxLength: 4 })

const bucketOf = (all: ReadonlyArray<readonly [string, number]>, hashed: boolean): Bucket => {
  const keys = all.map(([key]) => key)
  return { keys, values: all.map(([, value]) => value), hashes: hashed ? Int32Array.from(keys, hashKey) : undefined }
}
const bucket = fc.tuple(pairs, fc.boolean()).map(([all, hashed]) => bucketOf(all, hashed))
const block: fc.Arbitrary<Block.Block<unknown>> = fc.oneof(
  records.map((all) => Block.fromArray<unknown>(all)),
  bucket.map((columns) => new PairBlock(columns)),
)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ time: fc.nat(), stream: fc.nat(9), place: fc.nat(9) }).map((address) => ({
    kind: "address" as const,
    address,
  })),
  fc.record({ kind: fc.constant("known" as const), name: fc.string(), args: fc.integer() }),
)
const place = { operation, index: fc.nat(9) }
const step = fc.record({
  ...place,
  waits: fc.boolean(),
  offsets: fc.option(fc.array(fc.nat(), { maxLength: 3 }), { nil: undefined }),
})

const { partition } = fc.letrec<{ input: Input; partition: Partition }>((tie) => ({
  input: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant("block" as const), block }),
    fc.record({ kind: fc.constant("load" as const), ...place, partitions: fc.nat(9) }),
    fc.record({
      kind: fc.constantFrom("pairs" as const, "dealt" as const),
      buckets: fc.array(bucket, { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("combined" as const), ...place, buckets: fc.array(bucket, { maxLength: 3 }) }),
    fc.record({ kind: fc.constantFrom("combine" as const, "provide" as const), ...place, of: tie("partition") }),
    fc.record({ kind: fc.constant("concat" as const), parts: fc.array(tie("partition"), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant("zip" as const), ...place, sides: fc.array(tie("partition"), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant("cartesian" as const), left: tie("partition"), right: tie("partition") }),
    fc.record({
      kind: fc.constant("cogroup" as const),
      ...place,
      sides: fc.array(tie("partition"), { maxLength: 3 }),
      join: fc.constantFrom(undefined, { left: "required", right: "optional" } as const),
    }),
    fc.record({
      kind: fc.constant("state" as const),
      ...place,
      id: fc.string(),
      from: fc.option(fc.nat(), { nil: undefined }),
      at: fc.nat(),
      data: tie("partition"),
      initial: fc.option(tie("partition"), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant("view" as const), ...place, id: fc.string(), at: fc.nat() }),
  ) as fc.Arbitrary<Input>,
  partition: fc.record({ input: tie("input"), steps: fc.array(step, { maxLength: 3 }) }),
}))

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.constant<Write>({ kind: "block" }),
  fc.record({ kind: fc.constant("deal" as const), index: fc.nat(), partitions: fc.nat() }),
  fc.record({
    kind: fc.constantFrom("table" as const, "pairs" as const),
    ...place,
    by: fc.oneof(
      fc.record({ kind: fc.constant("hash" as const), partitions: fc.nat(9) }),
      fc.record({ kind: fc.constant("own" as const), operation, partitions: fc.nat(9) }),
      fc.record({ kind: fc.constant("range" as const), operation, upperBounds: records, partitions: fc.nat(9) }),
    ),
  }),
)

const task: fc.Arbitrary<Task> = fc.record({ partition, write, layers: fc.array(fc.record(place), { maxLength: 2 }) })

/** Blocks as what they have in them: they may be columns on one side and records on the other. */
const plain = (value: unknown): unknown => {
  if (value instanceof EncodedColumns) return plain({ keys: value.keys, values: value.values, hashes: value.hashes })
  if (value instanceof PairBlock) return { records: value.records, hashes: value.hashes && Array.from(value.hashes) }
  if (ArrayBuffer.isView(value)) return Array.from(value as Int32Array)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, plain(of)]))
}

Deno.test("decodeTask() gives the task that encodeTask() was given, with its places in the same order", () => {
  fc.assert(fc.property(task, (task) => {
    const decoded = decodeTask(encodeTask(task))
    assert.deepEqual(plain(decoded), plain(task))
    assert.deepEqual(placesOf(decoded).map(plain), placesOf(task).map(plain))
  }))
})

Deno.test("decodeWritten() gives what encodeWritten() was given", () => {
  fc.assert(fc.property(block, (block) => {
    assert.deepEqual(plain(decodeWritten(encodeWritten(block), { kind: "block" })), plain(block))
  }))
  fc.assert(fc.property(fc.array(fc.option(bucket, { nil: undefined }), { maxLength: 4 }), (cut) => {
    const write = { kind: "deal", index: 0, partitions: cut.length } as const
    assert.deepEqual(plain(decodeWritten(encodeWritten(cut), write)), plain(cut))
  }))
})

Deno.test("what a task has written is sent on as it came, as often as it is read", () => {
  const pairs = bucketOf([["a", 1], ["b", 2], ["a", 3]], true)
  let decoded = 0
  const decode = (bytes: Uint8Array) => {
    decoded++
    return Codec.decode(bytes)
  }
  const [bucket] = decodeWritten(encodeWritten([pairs]), { kind: "deal", index: 0, partitions: 1 }, decode)
  const block = decodeWritten(encodeWritten(new PairBlock(pairs)), { kind: "block" }, decode)
  assert(bucket !== undefined)
  const inputs: ReadonlyArray<Input> = [{ kind: "pairs", buckets: [bucket, pairs] }, { kind: "block", block }]
  for (const input of inputs) {
    for (let attempt = 0; attempt < 2; attempt++) {
      const encoded = encodeTask({ partition: { input, steps: [] }, write: { kind: "block" }, layers: [] })
      const sent = structuredClone(encoded, { transfer: encoded.records.map(({ buffer }) => buffer as ArrayBuffer) })
      assert.equal(decoded, 0)
      const expected = input.kind === "pairs"
        ? { ...input, buckets: [pairs, pairs] }
        : { ...input, block: new PairBlock(pairs) }
      assert.deepEqual(plain(decodeTask(sent).partition.input), plain(expected))
    }
  }
  assert.equal(block.length, 3)
  assert.deepEqual([bucket.keys, bucket.keys, block.records], [pairs.keys, pairs.keys, [["a", 1], ["b", 2], ["a", 3]]])
  assert.equal(decoded, 3)
})

Deno.test("text that is bytes stays bytes, in buffers of its own", () => {
  const page = new TextEncoder().encode("to be\nor not\n")
  const text = fromText(page.subarray(6))
  const encoded = encodeWritten(text)
  assert.equal(encoded.records[0]?.byteLength, encoded.records[0]?.buffer.byteLength)
  const decoded = decodeWritten(encoded, { kind: "block" })
  assert.deepEqual(unreadText(decoded), unreadText(text))
  assert.deepEqual(decoded.records, ["or not"])
  assert.equal(page.length, 13)
})

Deno.test("blocks of text that were joined are sent as text with the same lines, and stay bytes themselves", () => {
  const text = fc.array(fc.constantFrom("a", "é", "\n", "\r", "\r\n"), { maxLength: 5 }).map((parts) => parts.join(""))
  fc.assert(fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
    const blocksOf = () => texts.map((each) => fromText(new TextEncoder().encode(each)))
    const blocks = blocksOf()
    const decoded = decodeWritten(encodeWritten(Block.concat(blocks)), { kind: "block" })
    assert.notEqual(unreadText(decoded), undefined)
    assert.deepEqual(decoded.records, Block.concat(blocksOf()).records)
    for (const block of blocks) assert.notEqual(unreadText(block), undefined)
  }))
})

Deno.test("encodeTask() takes partitions within partitions, however deep", () => {
  let deep: Partition = { input: { kind: "block", block: Block.fromArray([1]) }, steps: [] }
  for (let i = 0; i < 2000; i++) deep = { input: { kind: "concat", parts: [deep] }, steps: [] }
  let { input } = decodeTask(encodeTask({ partition: deep, write: { kind: "block" }, layers: [] })).partition
  for (let i = 0; i < 2000 && input.kind === "concat"; i++) input = input.parts[0]?.input ?? input
  assert.ok(input.kind === "block")
  assert.deepEqual(input.block.records, [1])
})

Deno.test("encodeTask() throws NotPortable with the place of the value in its record", () => {
  const unportable = new PairBlock({ keys: ["a", "b"], values: [1, { f: () => 1 }] })
  const partition: Partition = { input: { kind: "block", block: unportable }, steps: [] }
  assert.throws(
    () => encodeTask({ partition, write: { kind: "block" }, layers: [] }),
    (error) => error instanceof Codec.NotPortable && error.path === "[1][1].f",
  )
})

Deno.test("encodeTask() leaves out what only the driver has", () => {
  const operation: Operation = { kind: "local", rdd: parallelize([1]) }
  const partition: Partition = {
    input: { kind: "cogroup", operation, index: 0, sides: [], join: undefined },
    steps: [],
  }
  const decoded = decodeTask(encodeTask({ partition, write: { kind: "block" }, layers: [] }))
  assert.deepEqual(placesOf(decoded)[0]?.operation, { kind: "absent" })
})

Deno.test("blocks of text that were received one after another stay bytes, whatever line ends they have", () => {
  const texts = fc.array(fc.constantFrom("", "a", "a\n", "\nb", "a\r", "\r", "b\r\n", "\n"), { maxLength: 5 })
  fc.assert(fc.property(texts, (texts) => {
    const joined = () => Block.concat(texts.map((text) => fromText(new TextEncoder().encode(text))))
    const partition: Partition = { input: { kind: "block", block: joined() }, steps: [] }
    const { input } = decodeTask(encodeTask({ partition, write: { kind: "block" }, layers: [] })).partition
    assert(input.kind === "block")
    if (texts.length > 1) assert.notEqual(unreadText(input.block), undefined)
    assert.deepEqual(input.block.records, joined().records)
  }))
})

const toStay: Write = { kind: "block", stays: "batch" }
const reading = (block: Block.Block<unknown>): Task => ({
  partition: { input: { kind: "block", block }, steps: [] },
  write: { kind: "block" },
  layers: [],
})

Deno.test("pairs for later stages stay bytes until they are read, and can be sent on as they are", () => {
  const columns = bucketOf([["a", 1], ["b", 2]], true)
  let reads = 0
  const decode = (bytes: Uint8Array) => (reads++, Codec.decode(bytes))
  const block = decodeWritten(encodeWritten(new PairBlock(columns)), toStay, decode)
  assert.equal(block.length, 2)
  for (let times = 0; times < 2; times++) {
    const encoded = encodeTask(reading(block))
    const { input } = decodeTask(structuredClone(encoded, {
      transfer: encoded.records.flatMap(({ buffer }) => buffer instanceof ArrayBuffer ? [buffer] : []),
    })).partition
    assert(input.kind === "block" && input.block instanceof PairBlock)
    assert.deepEqual([input.block.records, input.block.hashes], [[["a", 1], ["b", 2]], columns.hashes])
  }
  assert.equal(reads, 0)
  assert.deepEqual(block.records, [["a", 1], ["b", 2]])
  assert(block instanceof PairBlock)
  assert.deepEqual([block.keys, block.values, block.hashes], [columns.keys, columns.values, columns.hashes])
  assert.equal(reads, 2)
  const again = decodeTask(encodeTask(reading(block))).partition.input
  assert(again.kind === "block")
  assert.deepEqual(again.block.records, [["a", 1], ["b", 2]])
})

Deno.test("a block that is where the task runs is not sent", () => {
  const block = new PairBlock(bucketOf([["a", 1]], false))
  const encoded = encodeTask(reading(block), undefined, (each) => each === block ? 7 : undefined)
  assert.deepEqual(encoded.records, [])
  const asked: Array<number> = []
  const there = ({ output }: { readonly output: number }) => (asked.push(output), block)
  const { input } = decodeTask(encoded, { block: there, buckets: () => [] }).partition
  assert(input.kind === "block")
  assert.deepEqual([input.block, asked], [block, [7]])
})
