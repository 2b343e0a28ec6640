/** Graphs that read files where their tasks run, in a module of their own: workers import it, too. */
import { Effect, Option, Stream } from "effect"
import { DStream, Graph, RDD } from "../../mod.ts"
import * as Json from "../../lib/json.ts"
import { Testing } from "../../lib/testing.ts"

/** What the outputs of the graphs below have received, on the driver. */
export const seen: Array<unknown> = []

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

type Options = DStream.FileStreamOptions

const all: Options = { newFilesOnly: false }

const collecting = (stream: DStream.DStream<unknown, unknown>): DStream.Output<unknown> =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

/** Gives the lines and counts the words of text, and reads binary records and JSON, each from a folder of its own. */
export const formats = Graph.module(import.meta, (folder: string) => {
  const lines = DStream.textFileStream(`${folder}/text`, { ...all, partitionBytes: 40 })
  return [
    lines.pipe(DStream.map((line) => [line, line.length]), collecting),
    lines.pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word): [string, number] => [word, 1]),
      DStream.reduceByKey((a, b) => a + b, { partitions: 3 }),
      collecting,
    ),
    DStream.binaryRecordsStream(`${folder}/binary`, 4, { ...all, partitionBytes: 4 }).pipe(
      DStream.map((bytes) => [bytes[0], bytes[3]]),
      collecting,
    ),
    DStream.fileStream(`${folder}/json`, Json.lines(), { ...all, partitionBytes: 8 }).pipe(
      DStream.map((value) => [value]),
      collecting,
    ),
  ]
})

/** Counts words. */
export const words = Graph.module(import.meta, (folder: string) => [
  DStream.textFileStream(folder, { ...all, partitionBytes: 100_000 }).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word): [string, number] => [word, 1]),
    DStream.reduceByKey((a, b) => a + b),
    collecting,
  ),
])

/** Says for each line whether a worker has decoded it. */
const decoded = (folder: string, options: Options = {}) =>
  DStream.fileStream(
    folder,
    ({ lines, name }) => Stream.map(lines, (line) => [name, line, isWorker] as const),
    { ...all, ...options },
  )

const numbersFrom = (readInWorkers: boolean) => {
  const read = (position: number, time: number) =>
    RDD.map(RDD.parallelize([position, time], { partitions: 2 }), (n) => [n, isWorker])
  const open = Effect.sync(() => ({
    plan: (time: number) => Effect.succeed(Option.some({ position: time / 1000, records: 2 })),
    read: (position: number, time: number) => Effect.succeed(read(position, time)),
  }))
  return DStream.fromPositions("numbers", "Number", open, readInWorkers ? { readInWorkers: read } : {})
}

/** Reads where tasks run and on the driver. Records say where. */
export const places = Graph.module(import.meta, (folder: string) => [
  decoded(folder).pipe(DStream.map((record) => record), collecting),
  decoded(folder, { readOn: "driver" }).pipe(DStream.map((record) => record), collecting),
  decoded(folder, { unreadable: "skip" }).pipe(DStream.map((record) => record), collecting),
  // A function of the driver is given records that the driver reads.
  DStream.textFileStream(folder, all).pipe(
    DStream.foreachRDD((rdd) =>
      Effect.map(RDD.collect(RDD.map(rdd, (line) => [line, isWorker])), (records) => void seen.push(records))
    ),
  ),
  numbersFrom(true).pipe(DStream.map((record) => record), collecting),
  numbersFrom(false).pipe(DStream.map((record) => record), collecting),
])

/** Looks back at batches of files, joins files with an input of the driver, and reads files in a function of `transform`. */
export const windows = Graph.module(import.meta, (folder: string) => {
  const files = DStream.textFileStream(folder, all).pipe(DStream.named("files"))
  const numbers = Testing.input([["x"], ["y"], ["z"]])
  return [
    files.pipe(DStream.window("3 seconds"), DStream.map((line) => `${line}!`), collecting),
    files.pipe(DStream.union(numbers), DStream.map((line) => `${line}?`), collecting),
    files.pipe(
      DStream.map((line): [string, number] => [line, 1]),
      DStream.reduceByKeyAndWindow((a, b) => a + b, "2 seconds"),
      collecting,
    ),
    numbers.pipe(
      DStream.transform(() => RDD.map(RDD.textFile(`${folder}/*`, { partitions: 3 }), (line) => `${line}.`)),
      collecting,
    ),
  ]
})

/** Removes the files of a batch on the driver, after they were planned. */
export const removed = Graph.module(import.meta, (folder: string) => [
  DStream.textFileStream(folder, all).pipe(
    DStream.transform((rdd) => {
      if (!isWorker) { for (const { name } of Deno.readDirSync(folder)) Deno.removeSync(`${folder}/${name}`) }
      return RDD.map(rdd, (line) => [line])
    }),
    collecting,
  ),
])

/** Reads a stream of files, and a file in a function of `transform`. */
export const withFiles = Graph.module(import.meta, (folder: string) => [
  decoded(folder).pipe(
    DStream.transform((rdd) => RDD.union(rdd, RDD.textFile(`${folder}/*`))),
    DStream.map((record) => record),
    collecting,
  ),
])
