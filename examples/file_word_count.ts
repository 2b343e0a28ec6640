/**
 * Counts the words of text files that appear in a directory, every second.
 *
 *     deno run examples/file_word_count.ts              # writes files into a temporary directory by itself
 *     deno run examples/file_word_count.ts directory    # reads a directory, or a pattern such as '/logs/2024-*'
 *     deno run examples/file_word_count.ts s3://bucket/directory
 *
 * Write each file elsewhere and rename it into the directory when it is complete, as `mv` does on one file system.
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"

const wordCounts = (directory: string) =>
  // `mv` keeps the time of modification, so files are new by their names.
  DStream.textFileStream(directory, { newBy: "name" }).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.filter((word) => word !== ""),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
  )

/** A directory that exists as long as the program runs. */
const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir()),
  (directory) => Effect.promise(() => Deno.remove(directory, { recursive: true })),
)

const texts = ["to be or not to be", "that is the question", "hello files"]

/** Writes a file every 700 ms: under a hidden name first, and then renamed, so that no batch reads half of it. */
const writeFiles = (directory: string) =>
  Effect.gen(function* () {
    for (let i = 0;; i++) {
      const hidden = `${directory}/.${i}.txt`
      yield* Effect.promise(() => Deno.writeTextFile(hidden, `${texts[i % texts.length]}\n`))
      yield* Effect.promise(() => Deno.rename(hidden, `${directory}/${i}.txt`))
      yield* Effect.sleep("700 millis")
    }
  })

const program = Effect.gen(function* () {
  const [given] = Deno.args
  const directory = given ?? (yield* temporaryDirectory)
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(wordCounts(directory))])
  if (given === undefined) yield* Effect.forkScoped(writeFiles(directory))
  yield* StreamingContext.awaitTermination(active)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "FileWordCount" })),
    runMain,
  )
}
