import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Parquet from "../../lib/parquet.ts"
import * as RDD from "../../lib/rdd.ts"
import { inFolder } from "../rdd/folder.ts"
import { failureOf, oneFile, onEngine, partitionsOf, recordsOf } from "./formats.ts"

const fixture = (name: string): Promise<Uint8Array> =>
  Deno.readFile(new URL(`parquet_files/${name}.parquet`, import.meta.url))

/** Writes records into one file with the function under test. */
const written = <A>(records: ReadonlyArray<A>, options: Parquet.ParquetSaveOptions<A>): Promise<Uint8Array> =>
  onEngine(Effect.scoped(inFolder((folder) =>
    Effect.gen(function* () {
      yield* Parquet.save(RDD.parallelize(records, { partitions: 1 }), `${folder}/out`, options)
      return yield* Effect.promise(() => Deno.readFile(`${folder}/out/part-00000.parquet`))
    })
  )))

const everything = Schema.Struct({
  text: Schema.String,
  maybe: Schema.NullOr(Schema.String),
  count: Schema.Number,
  whole: Schema.optionalKey(Schema.Int),
  isOn: Schema.Boolean,
  at: Schema.Date,
  big: Schema.BigInt,
  bytes: Schema.Uint8Array,
  size: Schema.Literals(["small", "large"]),
  list: Schema.Array(Schema.NullOr(Schema.String)),
  lists: Schema.NullOr(Schema.Array(Schema.Array(Schema.Int))),
  point: Schema.NullOr(
    Schema.Struct({ x: Schema.NullOr(Schema.Number), tags: Schema.NullOr(Schema.Array(Schema.String)) }),
  ),
  points: Schema.Array(Schema.Struct({ x: Schema.Number, name: Schema.optionalKey(Schema.String) })),
})

const plain = { noNullPrototype: true }
const text = fc.string({ unit: "grapheme", maxLength: 4 })
const record = fc.record({
  text,
  maybe: fc.option(text),
  count: fc.double(),
  whole: fc.maxSafeInteger(),
  isOn: fc.boolean(),
  at: fc.date({ noInvalidDate: true }),
  big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  bytes: fc.uint8Array({ maxLength: 4 }).map((bytes) => Uint8Array.from(bytes)),
  size: fc.constantFrom("small" as const, "large" as const),
  list: fc.array(fc.option(text), { maxLength: 3 }),
  lists: fc.option(fc.array(fc.array(fc.integer(), { maxLength: 2 }), { maxLength: 2 })),
  point: fc.option(fc.record({ x: fc.option(fc.double()), tags: fc.option(fc.array(text, { maxLength: 2 })) }, plain)),
  points: fc.array(fc.record({ x: fc.double(), name: text }, { requiredKeys: ["x"], ...plain }), { maxLength: 2 }),
}, {
  requiredKeys: ["text", "maybe", "count", "isOn", "at", "big", "bytes", "size", "list", "lists", "point", "points"],
  ...plain,
})

const compressions = ["none", "snappy", "gzip", "zstd"] as const

Deno.test("records that are written are read again, in any partitions, row groups and compression", async () => {
  const input = fc.record({
    records: fc.array(record, { maxLength: 12 }),
    compression: fc.constantFrom(...compressions),
    rowGroupRecords: fc.integer({ min: 1, max: 6 }),
    partitionBytes: fc.integer({ min: 100, max: 4000 }),
  })
  await fc.assert(
    fc.asyncProperty(input, async ({ compression, partitionBytes, records, rowGroupRecords }) => {
      const bytes = await written(records, { schema: everything, compression, rowGroupRecords })
      assert.deepEqual(await recordsOf(bytes, Parquet.rows({ schema: everything }), { partitionBytes }), records)
    }),
    { numRuns: 60, endOnFailure: true },
  )
})

const rowsOfPyarrow = [
  {
    text: "a",
    word: "x",
    i32: 1,
    i64: 1n,
    u32: 0,
    f64: 1.5,
    f32: 0.5,
    flag: true,
    at: new Date("2026-01-02T03:04:05.678Z"),
    day: new Date("2026-01-02"),
    price: 1.25,
    bytes: new Uint8Array([0, 255]),
    list: ["a", null],
    point: { x: 1, tags: [1, 2] },
  },
  {
    text: null,
    word: "y",
    i32: -2,
    i64: -2n,
    u32: 1,
    f64: NaN,
    f32: null,
    flag: false,
    at: null,
    day: null,
    price: null,
    bytes: null,
    list: [],
    point: null,
  },
  {
    text: "é\u{1f600}",
    word: "x",
    i32: null,
    i64: null,
    u32: 4294967295,
    f64: null,
    f32: 2,
    flag: null,
    at: new Date("1969-12-31"),
    day: new Date("1970-01-01"),
    price: -0.01,
    bytes: new Uint8Array(),
    list: null,
    point: { x: null, tags: [] },
  },
  {
    text: "a",
    word: "y",
    i32: 2147483647,
    i64: 9007199254740993n,
    u32: null,
    f64: -0,
    f32: 3,
    flag: true,
    at: new Date(0),
    day: new Date("1969-12-31"),
    price: 99.99,
    bytes: new Uint8Array([97]),
    list: ["b"],
    point: { x: 2, tags: null },
  },
]

for (const codec of ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]) {
  Deno.test(`a file that pyarrow wrote is read, with the codec ${codec}`, async () => {
    assert.deepEqual(await recordsOf(await fixture(`pyarrow_${codec}`), Parquet.rows()), rowsOfPyarrow)
  })
}

Deno.test("a file that Spark wrote is read", async () => {
  const missing = { text: null, i32: null, i64: null, f64: null, flag: null, at: null, day: null, price: null }
  assert.deepEqual(await recordsOf(await fixture("spark"), Parquet.rows()), [
    {
      text: "a",
      i32: 1,
      i64: 2n,
      f64: 1.5,
      flag: true,
      at: new Date("2026-01-02T03:04:05.678Z"),
      day: new Date("2026-01-02"),
      price: 99.99,
      list: ["a", null],
      point: { x: 1 },
      counts: { k: 1 },
    },
    { ...missing, list: null, point: null, counts: null },
    {
      text: "b",
      i32: -1,
      i64: -2n,
      f64: NaN,
      flag: false,
      at: new Date("1969-12-31"),
      day: new Date("1969-12-31"),
      price: -0.01,
      list: [],
      point: { x: null },
      counts: {},
    },
  ])
})

Deno.test("timestamps of 96 bits are read", async () => {
  const rows = await recordsOf(await fixture("pyarrow_int96"), Parquet.rows({ columns: ["at", "text"] }))
  assert.deepEqual(rows, rowsOfPyarrow.map(({ at, text }) => ({ at, text })))
})

Deno.test("a schema selects the columns and fits whole numbers and missing values", async () => {
  const schema = Schema.Struct({
    i64: Schema.optionalKey(Schema.Union([Schema.Number, Schema.BigInt])),
    i32: Schema.NullOr(Schema.BigInt),
    f32: Schema.optionalKey(Schema.Number),
    missing: Schema.optionalKey(Schema.String),
  })
  assert.deepEqual(await recordsOf(await fixture("pyarrow_none"), Parquet.rows({ schema })), [
    { i64: 1n, i32: 1n, f32: 0.5 },
    { i64: -2n, i32: -2n },
    { i32: null, f32: 2 },
    { i64: 9007199254740993n, i32: 2147483647n, f32: 3 },
  ])
})

Deno.test("row groups are spread over partitions, and only the columns asked for are fetched", async () => {
  const schema = Schema.Struct({ id: Schema.Int, text: Schema.String })
  const records = Array.from({ length: 40 }, (_, id) => ({ id, text: `${id}`.repeat(500) }))
  const bytes = await written(records, { schema, rowGroupRecords: 10, compression: "none" })
  const parts = await partitionsOf(bytes, Parquet.rows({ schema }), { partitionBytes: Math.ceil(bytes.length / 4) })
  assert.deepEqual(parts.map((part) => part.length), [10, 10, 10, 10])
  assert.deepEqual(parts.flat(), records)
  let fetched = 0
  const { read, ...others } = oneFile(bytes)
  const counting: RDD.Files = {
    ...others,
    read: (path, from, to) => {
      // The footer is searched in the last half megabyte.
      if (to < bytes.length) fetched += to - from
      return read(path, from, to)
    },
  }
  const ids = RDD.collect(Parquet.read("/file", { columns: ["id"], partitions: 1 }))
  assert.deepEqual(await onEngine(ids, { files: counting }), records.map(({ id }) => ({ id: BigInt(id) })))
  assert(fetched > 0 && fetched < 4_000, `fetched ${fetched} of ${bytes.length} bytes`)
})

Deno.test("rows that the schema refuses fail with their number, or are left out", async () => {
  const schema = Schema.Struct({ i32: Schema.Int })
  const bytes = await fixture("pyarrow_snappy")
  assert.match(
    await failureOf(recordsOf(bytes, Parquet.rows({ schema }))),
    /^Malformed record in \/data\/file, line 3: .*\["i32"\].* The record: /,
  )
  const found: Array<Parquet.MalformedRecord> = []
  const rows = await recordsOf(bytes, Parquet.rows({ schema, malformed: (it) => void found.push(it) }), {
    partitionBytes: 2000,
  })
  assert.deepEqual(rows, [{ i32: 1 }, { i32: -2 }, { i32: 2147483647 }])
  assert.deepEqual(found.map(({ line }) => line), [3])
  const warnings: Array<string> = []
  assert.equal((await recordsOf(bytes, Parquet.rows({ schema, malformed: "skip" }), { warnings })).length, 3)
  assert.match(warnings[0] ?? "", /^Skipped a malformed record of \/data\/file\. The first: .* line 3/)
})

Deno.test("damaged files and missing columns fail with the name of the file", async () => {
  const bytes = await fixture("pyarrow_none")
  assert.match(await failureOf(recordsOf("no Parquet at all", Parquet.rows())), /^Cannot read \/data\/file: .*PAR1/)
  assert.match(await failureOf(recordsOf("x", Parquet.rows())), /^Cannot read \/data\/file: /)
  assert.match(await failureOf(recordsOf(bytes.slice(3000), Parquet.rows())), /^Cannot read \/data\/file: /)
  assert.equal(
    await failureOf(recordsOf(await fixture("pyarrow_int96"), Parquet.rows({ columns: ["at", "to"] }))),
    'Cannot read /data/file: it has no column "to", but "text", "at", "i64"',
  )
})

Deno.test("an error of the file system is the failure", async () => {
  const bytes = await fixture("pyarrow_none")
  const denied = new RDD.FileError({ path: "/file", operation: "read", reason: "PermissionDenied" })
  const files: RDD.Files = { ...oneFile(bytes), read: () => Effect.fail(denied) }
  const reading = onEngine(RDD.collect(Parquet.read("/file")), { files })
  assert.equal(await failureOf(reading), "Cannot read /file: PermissionDenied")
})

Deno.test("empty partitions become files without rows", async () => {
  const schema = Schema.Struct({ id: Schema.Int })
  assert.deepEqual(await recordsOf(await written([], { schema }), Parquet.rows({ schema })), [])
})

Deno.test("options and records that cannot be written are refused", async () => {
  const refused = <A>(records: ReadonlyArray<A>, options: Parquet.ParquetSaveOptions<A>) =>
    failureOf(written(records, options))
  const id = Schema.Struct({ id: Schema.BigInt })
  assert.match(
    await refused([{ id: 1n }, { id: 2n ** 63n }], { schema: id }),
    /Record 1 of the partition cannot be written as Parquet: 9223372036854775808 does not fit into 64 bits/,
  )
  assert.match(
    await refused([{ at: new Map() }], {
      schema: Schema.Struct({ at: Schema.ReadonlyMap(Schema.String, Schema.String) }),
    }),
    /Parquet\.save: schema is Objects, but must be .*: Parquet has no column for at, which the schema encodes as Declaration/,
  )
  assert.match(await refused(["a"], { schema: Schema.String }), /the records of the schema are not objects/)
  assert.match(
    await refused([{ a: 1 }], { schema: Schema.Struct({ a: Schema.Union([Schema.Number, Schema.String]) }) }),
    /no column for a, which the schema encodes as Number \| String/,
  )
  assert.match(await refused([{ id: 1n }], { schema: id, rowGroupRecords: 0 }), /rowGroupRecords is 0/)
  assert.match(
    await refused([{ id: 1n }], { schema: id, compression: "lzo" as never }),
    /compression is lzo, but must be none/,
  )
  assert.match(await refused([{ n: 0.5 }], { schema: Schema.Struct({ n: Schema.Int }) }), /Record 0 .*integer/)
})
