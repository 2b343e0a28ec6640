import assert from "node:assert/strict"
import { gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Json from "../../lib/json.ts"
import * as RDD from "../../lib/rdd.ts"
import { inFolder } from "../rdd/folder.ts"
import { failureOf, onEngine, partitionsOf, recordsOf } from "./formats.ts"

/** Writes records into one file with the function under test. */
const written = <A>(records: ReadonlyArray<A>, options?: Json.JsonSaveOptions<A>): Promise<string> =>
  onEngine(Effect.scoped(inFolder((folder) =>
    Effect.gen(function* () {
      yield* Json.save(RDD.parallelize(records, { partitions: 1 }), `${folder}/out`, options)
      return yield* Effect.promise(() => Deno.readTextFile(`${folder}/out/part-00000.json`))
    })
  )))

Deno.test("each line is a value; byte order marks, line ends of any kind and empty lines are read", async () => {
  assert.deepEqual(await recordsOf('\uFEFF{"a":1}\r\n[2]\r3\n\n  \n"é"', Json.lines()), [{ a: 1 }, [2], 3, "é"])
  assert.deepEqual(await recordsOf("\n", Json.lines()), [])
  assert.deepEqual(await recordsOf(gzipSync("1\n2\n"), Json.lines(), { path: "/a.json.gz", partitionBytes: 5 }), [1, 2])
})

Deno.test("values of JSON that are written are read again, with any cut into partitions", async () => {
  const input = fc.record({
    values: fc.array(fc.jsonValue({ noUnicodeString: false }), { maxLength: 8 }),
    partitionBytes: fc.integer({ min: 1, max: 60 }),
  })
  await fc.assert(
    fc.asyncProperty(input, async ({ partitionBytes, values }) => {
      const plain: ReadonlyArray<unknown> = values.map((value) => JSON.parse(JSON.stringify(value)))
      const text = await written(plain)
      assert.deepEqual(await recordsOf(text, Json.lines(), { partitionBytes }), plain)
      const crlf = text.replaceAll("\n", "\r\n")
      assert.deepEqual((await partitionsOf(crlf, Json.lines(), { partitionBytes })).flat(), plain)
    }),
    { numRuns: 100 },
  )
})

const everything = Schema.Struct({
  text: Schema.NullOr(Schema.String),
  count: Schema.Number,
  at: Schema.Date,
  big: Schema.BigInt,
  bytes: Schema.Uint8Array,
  maybe: Schema.optionalKey(Schema.Boolean),
  entries: Schema.ReadonlyMap(Schema.String, Schema.Date),
})

Deno.test("a schema writes and reads numbers of any kind, dates, bigints, bytes and maps", async () => {
  const record = fc.record({
    text: fc.option(fc.string()),
    // JSON has no -0.
    count: fc.double().map((count) => count === 0 ? 0 : count),
    at: fc.date({ noInvalidDate: true }),
    big: fc.bigInt(),
    bytes: fc.uint8Array({ maxLength: 4 }).map((bytes) => Uint8Array.from(bytes)),
    maybe: fc.boolean(),
    entries: fc.array(fc.tuple(fc.string(), fc.date({ noInvalidDate: true })), { maxLength: 2 }).map((all) =>
      new Map(all)
    ),
  }, { requiredKeys: ["text", "count", "at", "big", "bytes", "entries"], noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 5 }), async (records) => {
      const text = await written(records, { schema: everything })
      assert.deepEqual(await recordsOf(text, Json.lines({ schema: everything })), records)
    }),
    { numRuns: 60 },
  )
})

Deno.test("a malformed line fails with its number, in whatever partition it is", async () => {
  const text = `${"{}\n".repeat(5)}{"a":\n{}\n`
  for (const partitionBytes of [3, 7, 1000]) {
    const error = await failureOf(recordsOf(text, Json.lines(), { partitionBytes }))
    assert.match(error, /^Malformed record in \/data\/file, line 6: .*JSON.*\. The record: "\{\\"a\\":"$/)
  }
  const schema = Schema.Struct({ a: Schema.Number })
  assert.match(
    await failureOf(recordsOf('{"a":1}\n{"a":"x"}\n', Json.lines({ schema }))),
    /line 2: Expected .* at \["a"\]\. The record: "\{\\"a\\":\\"x\\"\}"$/,
  )
})

Deno.test("malformed lines are skipped with a warning for each partition, or given to a function", async () => {
  const text = "1\nx\n2\ny\n3\n"
  const warnings: Array<string> = []
  assert.deepEqual(await recordsOf(text, Json.lines({ malformed: "skip" }), { warnings, partitionBytes: 5 }), [1, 2, 3])
  assert.deepEqual(warnings.map((it) => it.replace(/: Unexpected.*/, "")).sort(), [
    "Skipped a malformed record of /data/file. The first: Malformed record in /data/file, line 2",
    "Skipped a malformed record of /data/file. The first: Malformed record in /data/file, line 4",
  ])
  const found: Array<Json.MalformedRecord> = []
  assert.deepEqual(await recordsOf(text, Json.lines({ malformed: (it) => void found.push(it) })), [1, 2, 3])
  assert.deepEqual(found.map(({ line, path, text }) => [path, line, text]), [["/data/file", 2, "x"], [
    "/data/file",
    4,
    "y",
  ]])
  assert.match(
    await failureOf(recordsOf(
      text,
      Json.lines({
        malformed: () => {
          throw new Error("too many")
        },
      }),
    )),
    /too many/,
  )
})

Deno.test("long records are shortened in messages", async () => {
  assert.match(await failureOf(recordsOf("x".repeat(1000), Json.lines())), /The record: "x{200}"…$/)
})

Deno.test("values that JSON would lose are refused", async () => {
  const refused = (value: unknown) => failureOf(written([1, value]))
  const start = "Record 1 of the partition cannot be written as JSON: JSON has no "
  const end = "; encode the records with a schema"
  assert.equal(await refused(NaN), `${start}NaN${end}`)
  assert.equal(await refused({ a: { b: 1n } }), `${start}bigint in "b"${end}`)
  assert.equal(await refused([undefined]), `${start}undefined in "0"${end}`)
  assert.equal(await refused(undefined), `${start}undefined${end}`)
  assert.equal(await refused({ m: new Map() }), `${start}form for an instance of Map in "m"${end}`)
  assert.equal(await refused(new Uint8Array()), `${start}form for an instance of Uint8Array${end}`)
  assert.equal(await written([{ a: undefined, at: new Date(0) }]), '{"at":"1970-01-01T00:00:00.000Z"}\n')
  const schema = Schema.Struct({ n: Schema.Int })
  assert.match(await failureOf(written([{ n: 1 }, { n: 0.5 }], { schema })), /Record 1 .* as JSON: .*integer/)
})

Deno.test("Json.read() reads the files of a folder in several partitions", () =>
  onEngine(Effect.scoped(inFolder((folder) =>
    Effect.gen(function* () {
      yield* Json.save(RDD.range(0, 100, { partitions: 3 }), `${folder}/out`)
      const again = Json.read<number>(`${folder}/out`, { partitions: 7 })
      assert.deepEqual(yield* RDD.collect(again), Array.from({ length: 100 }, (_, i) => i))
      assert.equal(yield* RDD.getNumPartitions(again), 7)
    })
  ))))
