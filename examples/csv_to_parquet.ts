/**
 * Converts CSV files that appear in a directory to Parquet, every second, and shows the rows that are no readings.
 *
 *     deno run examples/csv_to_parquet.ts                    # writes files into a temporary directory by itself
 *     deno run examples/csv_to_parquet.ts directory output   # reads a directory, and writes directories output-<ms>
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Csv from "@dstream/dstream/csv"
import * as Parquet from "@dstream/dstream/parquet"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Reading = Schema.Struct({ sensor: Schema.String, at: Schema.Date, celsius: Schema.Number })

const showProblem = ({ line, path, problem }: Csv.MalformedRecord) =>
  console.log(`${path.replace(/.*\//, "")}, line ${line}: ${problem}`)

/** The rows of new files. Two outputs use the stream, and each file is read once. */
const readings = (directory: string) =>
  DStream.fileStream(directory, Csv.rows({ header: true, schema: Reading, malformed: showProblem }), {
    newBy: "name",
    filter: ({ name }) => name.endsWith(".csv"),
  }).pipe(DStream.persist())

/** Writes a file every 700 ms: under a hidden name first, and then renamed, so that no batch reads half of it. */
const writeFiles = (directory: string) =>
  Effect.gen(function* () {
    for (let i = 0;; i++) {
      const rows = [`kitchen,${new Date(i * 60_000).toISOString()},${20 + i}`, "attic,yesterday,warm"]
      yield* Effect.promise(() => Deno.writeTextFile(`${directory}/.${i}`, `sensor,at,celsius\n${rows.join("\n")}\n`))
      yield* Effect.promise(() => Deno.rename(`${directory}/.${i}`, `${directory}/${i}.csv`))
      yield* Effect.sleep("700 millis")
    }
  })

/** A directory that exists as long as the program runs. */
const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir()),
  (directory) => Effect.promise(() => Deno.remove(directory, { recursive: true })),
)

const program = Effect.gen(function* () {
  const directory = Deno.args[0] ?? (yield* temporaryDirectory)
  const output = Deno.args[1] ?? `${directory}/out`
  const stream = readings(directory)
  const active = yield* StreamingContext.start(yield* StreamingContext.make, [
    Parquet.saveFiles(stream, output, "", { schema: Reading }),
    DStream.print(DStream.count(stream)),
  ])
  if (Deno.args[0] === undefined) yield* Effect.forkScoped(writeFiles(directory))
  yield* StreamingContext.awaitTermination(active)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "CsvToParquet" })
  program.pipe(Effect.provide(Scheduler.layer("1 second")), Effect.provide(spark), runMain)
}
