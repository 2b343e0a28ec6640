import assert from "node:assert/strict"
import { gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
// @ts-ignore: The package has no types.
import papaparse from "papaparse"
import * as Csv from "../../lib/csv.ts"
import type { FileFormat } from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import { inFolder } from "../rdd/folder.ts"
import { bytesOf, failureOf, onEngine, partitionsOf, recordsOf } from "./formats.ts"

const field = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    " b ",
    '"',
    ",",
    "\n",
    "\r\n",
    "\r",
    "\\",
    'x"y',
    "#",
    "null",
    "é\u{1f600}",
    ";",
    "\t",
    "\uFEFF",
  ),
  fc.string({ maxLength: 4 }),
)

/** Writes rows with the function under test. */
const written = <A>(records: ReadonlyArray<A>, options?: Csv.CsvSaveOptions<A>): Promise<string> =>
  onEngine(Effect.scoped(inFolder((folder) =>
    Effect.gen(function* () {
      yield* Csv.save(RDD.parallelize(records, { partitions: 1 }), `${folder}/out`, options)
      return yield* Effect.promise(() => Deno.readTextFile(`${folder}/out/part-00000.csv`))
    })
  )))

Deno.test("rows without a header are lists of texts", async () => {
  assert.deepEqual(await recordsOf('a,b\n"c,d",\n', Csv.rows()), [["a", "b"], ["c,d", ""]])
})

Deno.test("rows are objects by the names in the header or in the options", async () => {
  const text = "x,y\n1,2\n"
  assert.deepEqual(await recordsOf(text, Csv.rows({ header: true })), [{ x: "1", y: "2" }])
  assert.deepEqual(await recordsOf(text, Csv.rows({ columns: ["p", "q"] })), [{ p: "x", q: "y" }, { p: "1", q: "2" }])
  assert.deepEqual(await recordsOf("__proto__,y\n1,2\n", Csv.rows({ header: true })), [
    Object.fromEntries([["__proto__", "1"], ["y", "2"]]),
  ])
})

Deno.test("byte order marks, all line ends, empty lines and files without a last line end are read", async () => {
  for (const multiLine of [true, false]) {
    const format = Csv.rows({ multiLine })
    assert.deepEqual(await recordsOf('\uFEFF"a",b\r\nc,d\re,f\n\n\r\ng,h', format), [
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
      ["g", "h"],
    ])
    assert.deepEqual(await recordsOf("\n", format), [])
    assert.deepEqual(await recordsOf("x,y", Csv.rows({ header: true, multiLine })), [])
  }
})

Deno.test("quoted fields may have separators, quotes and line ends", async () => {
  const text = '"a\nb","say ""no""",c\r\n"\r\n",","\n'
  assert.deepEqual(await recordsOf(text, Csv.rows()), [["a\nb", 'say "no"', "c"], ["\r\n", ","]])
})

Deno.test("separators, quotes, escapes and comments can be set", async () => {
  const options = { sep: "||", quote: "'", escape: "\\", comment: "#" }
  const text = "# it's\na||'b\\'||\\\\c'||d\\e\n'x\n'||''||#\n"
  assert.deepEqual(await recordsOf(text, Csv.rows(options)), [["a", "b'||\\c", "d\\e"], ["x\n", "", "#"]])
  assert.deepEqual(await recordsOf('"a",b\n', Csv.rows({ quote: "" })), [['"a"', "b"]])
  assert.deepEqual(await recordsOf("a\tb\n", Csv.rows({ sep: "\t" })), [["a", "b"]])
})

/** What Spark 4.0.1 writes of nulls, quotes, line ends and backslashes, with a header and its default options. */
const ofSpark = String.raw`t,u,n
"a,b","say \"no\"",1
"",,2
"line
end",back\slash,3
end\,"q\"\\",4
,#x,
`

Deno.test("files that Spark wrote are read with its escape character", async () => {
  const text = Schema.NullOr(Schema.String)
  const schema = Schema.Struct({ t: text, u: text, n: Schema.NullOr(Schema.Int) })
  assert.deepEqual(await recordsOf(ofSpark, Csv.rows({ header: true, escape: "\\", schema })), [
    { t: "a,b", u: 'say "no"', n: 1 },
    { t: "", u: null, n: 2 },
    { t: "line\nend", u: "back\\slash", n: 3 },
    { t: "end\\", u: 'q"\\', n: 4 },
    { t: null, u: "#x", n: null },
  ])
})

const everything = Schema.Struct({
  text: Schema.String,
  maybe: Schema.NullOr(Schema.String),
  count: Schema.Number,
  whole: Schema.optionalKey(Schema.Int),
  isOn: Schema.Boolean,
  at: Schema.Date,
  big: Schema.BigInt,
  bytes: Schema.Uint8Array,
  list: Schema.Array(Schema.NullOr(Schema.String)),
  inner: Schema.Struct({ x: Schema.Number }),
})

const record = fc.record({
  text: field,
  maybe: fc.option(field),
  count: fc.double(),
  whole: fc.maxSafeInteger(),
  isOn: fc.boolean(),
  at: fc.date({ noInvalidDate: true }),
  big: fc.bigInt(),
  bytes: fc.uint8Array({ maxLength: 4 }).map((bytes) => Uint8Array.from(bytes)),
  list: fc.array(fc.option(field), { maxLength: 3 }),
  inner: fc.record({ x: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0) }, {
    noNullPrototype: true,
  }),
}, { requiredKeys: ["text", "maybe", "count", "isOn", "at", "big", "bytes", "list", "inner"], noNullPrototype: true })

Deno.test("a schema reads numbers, booleans, dates, bigints, bytes, nulls, lists and objects", async () => {
  const text = "at,text,maybe,count,isOn,big,bytes,list,inner,unknown\n" +
    '1970-01-01T00:00:00.000Z,,,1.5,TRUE,12,AQI=,"[""a"",null]","{""x"":1}",?\n' +
    '1970-01-01T00:00:00.001Z,"","",NaN,false,-1,,[],"{""x"":-2}",\n'
  assert.deepEqual(await recordsOf(text, Csv.rows({ header: true, schema: everything })), [
    {
      text: "",
      maybe: null,
      count: 1.5,
      isOn: true,
      at: new Date(0),
      big: 12n,
      bytes: new Uint8Array([1, 2]),
      list: ["a", null],
      inner: { x: 1 },
    },
    {
      text: "",
      maybe: "",
      count: NaN,
      isOn: false,
      at: new Date(1),
      big: -1n,
      bytes: new Uint8Array(),
      list: [],
      inner: { x: -2 },
    },
  ])
})

Deno.test("without names, the columns are the properties of the schema, or the elements of a tuple", async () => {
  const schema = Schema.Struct({ word: Schema.String, count: Schema.Number })
  assert.deepEqual(await recordsOf("to,2\n", Csv.rows({ schema })), [{ word: "to", count: 2 }])
  const tuple = Schema.Tuple([Schema.String, Schema.Number])
  assert.deepEqual(await recordsOf("to,2\n", Csv.rows({ schema: tuple })), [["to", 2]])
  assert.deepEqual(await recordsOf("word,count\nto,2\n", Csv.rows({ schema: tuple, header: true })), [["to", 2]])
})

const dialects: ReadonlyArray<Csv.CsvDialect> = [
  {},
  { sep: ";", quote: "'", nullValue: "\\N" },
  { escape: "\\", comment: "#" },
  { sep: "\t", header: true, nullValue: "null" },
]

for (const dialect of dialects) {
  Deno.test(`records that are written are read again, with ${JSON.stringify(dialect)}`, async () => {
    const property = fc.asyncProperty(
      fc.array(record, { maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (records, step) => {
        const options = { ...dialect, schema: everything }
        const text = await written(records, options)
        assert.deepEqual(await recordsOf(text || "\n", Csv.rows(options), { step }), records)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })
}

Deno.test("rows of texts are written as the library reads them, and read as the library writes them", async () => {
  const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(rows, async (rows) => {
      const text = await written(rows)
      assert.deepEqual(papaparse.parse(text.slice(0, -1), { delimiter: ",", newline: "\n" }).data, rows)
      for (const newline of ["\n", "\r\n"]) {
        const theirs: string = papaparse.unparse(rows, { newline, quotes: true })
        assert.deepEqual(await recordsOf(theirs, Csv.rows()), rows)
      }
    }),
    { numRuns: 60 },
  )
})

Deno.test("any cut into partitions gives the same rows, if lines are rows", async () => {
  const row = fc.tuple(field, field).map((fields) => fields.map((text) => text.replace(/[\r\n]/g, "")))
  const input = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 8 }),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    partitionBytes: fc.integer({ min: 1, max: 30 }),
    header: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(input, async ({ end, header, partitionBytes, rows }) => {
      const text = (header ? `p,q${end}` : "") + papaparse.unparse(rows, { newline: end, quotes: true }) + end
      const columns = ["p", "q"]
      const format = header ? Csv.rows({ header: true, multiLine: false }) : Csv.rows({ columns, multiLine: false })
      const expected = rows.map(([p, q]) => ({ p, q }))
      assert.deepEqual(await recordsOf(text, format, { partitionBytes }), expected)
    }),
    { numRuns: 100 },
  )
})

Deno.test("files are partitions as a whole, unless lines are rows", async () => {
  const text = "a,b\n".repeat(10)
  assert.equal((await partitionsOf(text, Csv.rows(), { partitionBytes: 10 })).length, 1)
  assert.equal((await partitionsOf(text, Csv.rows({ multiLine: false }), { partitionBytes: 10 })).length, 4)
  const gzip = gzipSync(text)
  assert.equal(
    (await partitionsOf(gzip, Csv.rows({ multiLine: false }), { partitionBytes: 10, path: "/a.gz" })).length,
    1,
  )
})

Deno.test("a malformed row fails with its file, line and text, also in a later partition", async () => {
  const text = 'x,y\n1,2\n"3\n",4\n\n5\n'
  const error = 'Malformed record in /data/file, line 6: the row has 1 fields, but there are 2 columns. The record: "5"'
  assert.equal(await failureOf(recordsOf(text, Csv.rows({ header: true }))), error)
  const lines = `x,y\n${"1,2\n".repeat(50)}3,4,5\n`
  const options = { header: true, multiLine: false } as const
  assert.match(
    await failureOf(recordsOf(lines, Csv.rows(options), { partitionBytes: 20 })),
    /file, line 52: .* 3 fields/,
  )
})

Deno.test("malformed rows are skipped with a warning for each partition, or given to a function", async () => {
  const text = "a,1\nb\nc,x\nd,2\n"
  const schema = Schema.Struct({ k: Schema.String, n: Schema.Number })
  const warnings: Array<string> = []
  const rows = await recordsOf(text, Csv.rows({ schema, malformed: "skip" }), { warnings })
  assert.deepEqual(rows, [{ k: "a", n: 1 }, { k: "d", n: 2 }])
  assert.deepEqual(warnings, [
    "Skipped 2 malformed records of /data/file. The first: Malformed record in /data/file, line 2: " +
    'the row has 1 fields, but there are 2 columns. The record: "b"',
  ])
  const found: Array<Csv.MalformedRecord> = []
  await recordsOf(text, Csv.rows({ schema, malformed: (it) => void found.push(it) }))
  assert.deepEqual(found.map(({ line, text }) => [line, text]), [[2, "b"], [3, "c,x"]])
  assert.equal(found[1]?.problem, 'Expected number at ["n"]')
})

Deno.test("a quote that is not closed costs its line, and no good row", async () => {
  const text = 'a,1\n"b,2\nc,3\n"d"x,4\n"e\n",5\nf,6\n'
  const found: Array<Csv.MalformedRecord> = []
  const malformed = (it: Csv.MalformedRecord) => void found.push(it)
  // The quote on line 2 is closed on line 4.
  assert.deepEqual(await recordsOf('a,1\n"b,2\nc,3\nd,4\n', Csv.rows({ malformed })), [["a", "1"], ["c", "3"], [
    "d",
    "4",
  ]])
  assert.deepEqual(found.map(({ line, text }) => [line, text]), [[2, '"b,2']])
  assert.match(await failureOf(recordsOf(text, Csv.rows({ columns: ["k", "n"] }))), /line 2: /)
  const lines = await recordsOf(text, Csv.rows({ malformed: "skip", multiLine: false, columns: ["k", "n"] }))
  assert.deepEqual(lines.map(({ k }) => k), ["a", "c", "f"])
})

Deno.test("a quote that is not closed on the first line of many costs that line", async () => {
  const lines = 300_000
  const rows = await recordsOf(`"a,1\n${"b,2\n".repeat(lines)}`, Csv.rows({ columns: ["k", "n"], malformed: "skip" }))
  assert.equal(rows.length, lines)
})

Deno.test("a header with a name twice fails, also if malformed records are skipped", async () => {
  for (const multiLine of [true, false]) {
    const rows = recordsOf("a,a\n1,2\n3,4\n", Csv.rows({ header: true, malformed: "skip", multiLine }), {
      partitionBytes: 5,
    })
    assert.match(await failureOf(rows), /line 1: the header has two columns "a"/)
  }
})

Deno.test("a user's schema that throws makes a row malformed", async () => {
  const schema = Schema.Tuple([Schema.String.check(Schema.makeFilter(() => {
    throw new Error("refused")
  }))])
  assert.match(await failureOf(recordsOf("a\n", Csv.rows({ schema }))), /line 1: refused/)
})

Deno.test("invalid options are refused with their values", async () => {
  const problems: ReadonlyArray<readonly [Csv.CsvDialect, RegExp]> = [
    [{ sep: "" }, /Csv\.rows: sep is "", but must be a text without/],
    [{ quote: "ab" }, /quote is "ab"/],
    [{ escape: "" }, /escape is ""/],
    [{ comment: "," }, /comment is ","/],
    [{ nullValue: "a,b" }, /nullValue is "a,b"/],
    [{ columns: ["a", "a"] }, /columns is \["a","a"\]/],
  ]
  for (const [options, message] of problems) assert.match(Csv.rows(options).problem?.message ?? "", message)
  assert.match(
    Csv.rows({ schema: Schema.String }).problem?.message ?? "",
    /schema is String, but must be a schema of objects/,
  )
  assert.match(await failureOf(written([["a"]], { sep: "\n" })), /Csv\.save: sep is "\\n"/)
})

Deno.test("records of objects, lists and pairs are written without a schema", async () => {
  const objects = [{ a: "x,y", b: 1n }, { a: null, b: undefined, c: true }]
  assert.equal(await written(objects.slice(0, 1), { header: true }), 'a,b\n"x,y",1\n')
  assert.equal(await written(objects, { header: true, columns: ["c", "b", "a"] }), 'c,b,a\n,1,"x,y"\ntrue,,\n')
  assert.equal(await written([["a", new Date(0)], ["", -0]]), 'a,1970-01-01T00:00:00.000Z\n"",-0\n')
  assert.equal(await written([], { header: true, columns: ["a"] }), "a\n")
})

Deno.test("records that would lose something are refused", async () => {
  const refused = async <A>(records: ReadonlyArray<A>, options?: Csv.CsvSaveOptions<A>) =>
    await failureOf(written(records, options))
  const start = "Record 1 of the partition cannot be written as CSV: "
  assert.equal(
    await refused([{ a: 1 }, { a: 1, b: 2 }]),
    `${start}it has a property "b", which is no column; set the option columns`,
  )
  assert.equal(
    await refused([["a"], [new Map()]]),
    `${start}CSV has no form for an instance of Map; encode the records with a schema`,
  )
  assert.equal(
    await refused([["a"], [null]]),
    `${start}its line would be empty, and a reader skips empty lines; set nullValue`,
  )
  assert.equal(await refused<unknown>([["a"], "b"]), `${start}expected an object or a list, but found string`)
  assert.equal(
    await refused([["a"], ["b", "c"]], { columns: ["x"] }),
    `${start}it has 2 fields, but there are 1 columns`,
  )
  assert.match(await refused([["a"], ["b,"]], { quote: "" }), /the field "b," needs quotes, but quote is empty/)
  const schema = Schema.Tuple([Schema.Int])
  assert.match(await refused([[1], [1.5]] as const, { schema }), /Record 1 .*integer/)
})

Deno.test("a header that would lose something is refused", async () => {
  assert.equal(
    await failureOf(written([{ "a,b": 1 }], { header: true, quote: "" })),
    'The header cannot be written as CSV: the field "a,b" needs quotes, but quote is empty',
  )
  assert.match(await failureOf(written([{}], { header: true })), /^The header .*its line would be empty/)
})

Deno.test("Csv.read() reads the files of a folder, each with its header", () =>
  onEngine(Effect.scoped(inFolder((folder) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => Deno.writeTextFile(`${folder}/a.csv`, "x,y\n1,2\n"))
      yield* Effect.promise(() => Deno.writeFile(`${folder}/b.csv.gz`, gzipSync("y,x\n3,4\n")))
      const rows = yield* RDD.collect(Csv.read(folder, { header: true, partitions: 3 }))
      assert.deepEqual(rows, [{ x: "1", y: "2" }, { y: "3", x: "4" }])
    })
  ))))

Deno.test("bytes that are cut inside of characters are decoded", async () => {
  assert.deepEqual(await recordsOf(bytesOf("é,\u{1f600}\n"), Csv.rows(), { step: 1 }), [["é", "\u{1f600}"]])
})

Deno.test("the type of the records follows from the options", () => {
  const list: ReadonlyArray<FileFormat<ReadonlyArray<string>, unknown>> = [Csv.rows(), Csv.rows({ sep: ";" })]
  const named: ReadonlyArray<FileFormat<Readonly<Record<string, string>>, unknown>> = [
    Csv.rows({ header: true }),
    Csv.rows({ columns: ["a"], malformed: "skip" }),
  ]
  const header: boolean = list.length > 0
  const either: FileFormat<Csv.CsvRow, unknown> = Csv.rows({ header })
  const typed: FileFormat<{ readonly n: number }, unknown> = Csv.rows({ schema: Schema.Struct({ n: Schema.Number }) })
  // @ts-expect-error: without names, records are lists.
  const wrong: FileFormat<Readonly<Record<string, string>>, unknown> = Csv.rows({ sep: ";" })
  for (const format of [...list, ...named, either, typed, wrong]) assert.equal(format.problem, undefined)
})
