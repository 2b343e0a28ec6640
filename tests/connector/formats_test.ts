/** Formats in streams: file streams, outputs that run again, large files. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Csv from "../../lib/csv.ts"
import * as DStream from "../../lib/dstream.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import * as Json from "../../lib/json.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as Parquet from "../../lib/parquet.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"
import { watching } from "../source/files.ts"
import { problemsOf } from "../source/running.ts"

const decoder = new TextDecoder()
const schema = Schema.Struct({ id: Schema.Int, text: Schema.String })
type Row = typeof schema.Type

const inFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await Deno.makeTempDir()
  await body(folder).finally(() => Deno.remove(folder, { recursive: true }))
}

Deno.test("file streams read formats, and cut large files into partitions", () =>
  watching(
    (folder) => DStream.fileStream(folder, Csv.rows({ schema, multiLine: false }), { partitionBytes: 8 }),
    async ({ batch, write }) => {
      await write("a.csv", 100_500, "1,a\n2,b\n3,c\n4,d\n")
      await write("empty.csv", 100_600, "")
      assert.deepEqual(await batch(), [
        [{ id: 1, text: "a" }, { id: 2, text: "b" }],
        [{ id: 3, text: "c" }, { id: 4, text: "d" }],
      ])
      await write("b.csv", 101_500, "5,e\n")
      assert.deepEqual(await batch(), [[{ id: 5, text: "e" }]])
    },
  ))

Deno.test("with unreadable skip, a malformed record that fails costs the rest of its file", () =>
  watching(
    (folder) => DStream.fileStream(folder, Json.lines(), { unreadable: "skip" }),
    async ({ batch, warnings, write }) => {
      await write("a.json", 100_500, "1\n2\nx\n3\n")
      await write("b.json", 100_600, "4\n")
      assert.deepEqual(await batch(), [[1, 2], [4]])
      assert.match(
        warnings.join("\n"),
        /Skipped the rest of .*a\.json, which cannot be read: Malformed record in .*line 3/,
      )
    },
  ))

Deno.test("file streams report the options of formats that are invalid", () => {
  assert.deepEqual(problemsOf(DStream.fileStream("/in", Csv.rows({ sep: "" }))), [
    'Csv.rows: sep is "", but must be a text without quotes and line ends',
  ])
  assert.deepEqual(problemsOf(DStream.fileStream("/in", Csv.rows())), [])
})

/** Each format, with how it is read and saved. */
const formats = {
  csv: {
    save: (stream: DStream.DStream<Row>, prefix: string) =>
      Csv.saveFiles(stream, prefix, "out", { schema, header: true }),
    read: (path: string) => Csv.read(path, { schema, header: true }),
  },
  json: {
    save: (stream: DStream.DStream<Row>, prefix: string) => Json.saveFiles(stream, prefix, "out", { schema }),
    read: (path: string) => Json.read(path, { schema }),
  },
  parquet: {
    save: (stream: DStream.DStream<Row>, prefix: string) => Parquet.saveFiles(stream, prefix, "out", { schema }),
    read: (path: string) => Parquet.read(path, { schema }),
  },
}

for (const [name, { read, save }] of Object.entries(formats)) {
  for (const engine of ["local", "closures", "loopback"] as const) {
    Deno.test(`each batch is saved once as ${name}, also if it runs again [${engine}]`, () =>
      inFolder(async (folder) => {
        const batches: ReadonlyArray<ReadonlyArray<Row>> = [[{ id: 1, text: "a,\n" }, { id: 2, text: "" }], []]
        let left = 1
        const flaky: RDD.Files = {
          ...runtimeFiles,
          write: (path, pieces) =>
            path.endsWith(`part-00001.${name}`) && left-- > 0
              ? Effect.fail(new RDD.FileError({ path, operation: "write", reason: "Other", cause: "disk full" }))
              : runtimeFiles.write(path, pieces),
        }
        const output = save(Testing.input(batches, { partitions: 2 }), `${folder}/${name}`)
        const retried = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(1)))
        for (let run = 0; run < 2; run++) {
          const running = Testing.runOutputs([retried], { engine })
          const { exit } = await Effect.runPromise(Effect.provideService(running, RDD.Files, flaky))
          assert.equal(exit._tag, "Success")
          const records = RDD.collect(read(`${folder}/${name}-1000.out`))
          assert.deepEqual(await Effect.runPromise(Effect.provide(records, Testing.layer({ engine }))), batches[0])
          const names = [...Deno.readDirSync(`${folder}/${name}-2000.out`)].map(({ name }) => name).sort()
          assert.deepEqual(names, ["_SUCCESS", `part-00000.${name}`, `part-00001.${name}`])
        }
      }))
  }
}

Deno.test("a record that cannot be written fails its batch with a typed error", () =>
  inFolder(async (folder) => {
    const output = Json.saveFiles(Testing.input([[1, NaN]], { partitions: 1 }), `${folder}/out`)
    const { exit } = await Effect.runPromise(Testing.runOutputs([output]))
    assert.match(JSON.stringify(exit), /JSON has no NaN; encode the records with a schema","_tag":"UnwritableRecord"/)
    assert.deepEqual([...Deno.readDirSync(folder)], [])
  }))

Deno.test("the dialect of a CSV output is in its fingerprint", () => {
  const [stream, prefix] = [Testing.input([["a"]]), "/out"]
  const detail = (options: Csv.CsvSaveOptions<unknown>) => Csv.saveFiles(stream, prefix, "", options).detail
  assert.notEqual(detail({ sep: ";" }), detail({}))
  assert.equal(detail({ sep: "," }), detail({}))
})

/** Counts the records of a file in a process with a heap of 96 MB. */
const measured = async (kind: string, bytes: number) => {
  const program = new URL("large_format.ts", import.meta.url).pathname
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--max-old-space-size=96", program, kind, String(bytes)],
  }).output()
  assert.equal(code, 0, decoder.decode(stderr).slice(-2000))
  const { expected, peak, records, seconds } = JSON.parse(decoder.decode(stdout))
  assert.equal(records, expected)
  return { peak, seconds }
}

for (const kind of ["csv", "plain", "json"]) {
  Deno.test(`a file of 100 MB passes in flat memory: ${kind}`, async () => {
    const small = await measured(kind, 10e6)
    const large = await measured(kind, 100e6)
    const more = large.peak - small.peak
    assert.ok(more < 80e6, `${Math.round(more / 1e6)} MB more than for a file of 10 MB`)
    console.log(`${kind}: ${Math.round(more / 1e6)} MB more than for a file of 10 MB, ${large.seconds} s`)
  })
}
