/** Graphs that read files where their tasks run, in a module of their own: workers import it, too. */
import { Effect, Option, Stream } from "effect"
import { DStream, Graph, RDD } from "../../mod.ts"
import * as Json from "../../lib/json.ts"
import { Testing } from "../../lib/testing.ts"

/** What the outputs of the graphs below have received, on the driver. */
export const seen: Array<unknown> = []

/** Whether this isolate is a worker. */
const isWorker = "WorkerGlobalScope" in globalThis

/** A folder, and options of its stream. Plain data. */
export interface Config {
  readonly folder: string
  readonly options?: Pick<DStream.FileStreamOptions, "readOn" | "unreadable" | "partitionBytes">
}

const optionsOf = ({ options }: Config): DStream.FileStreamOptions => ({ newFilesOnly: false, ...options })

const collecting = (stream: DStream.DStream<unknown, unknown>): DStream.Output<unknown> =>
  DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))

/** Gives each line with its length. */
export const lines = Graph.module(import.meta, (config: Config) => [
  DStream.textFileStream(config.folder, optionsOf(config)).pipe(
    DStream.map((line) => [line, line.length]),
    collecting,
  ),
])

/** Counts words. */
export const words = Graph.module(import.meta, (config: Config) => [
  DStream.textFileStream(config.folder, optionsOf(config)).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word): [string, number] => [word, 1]),
    DStream.reduceByKey((a, b) => a + b, { partitions: 3 }),
    collecting,
  ),
])

/** Gives the first and the last byte of records of four bytes. */
export const binary = Graph.module(import.meta, (config: Config) => [
  DStream.binaryRecordsStream(config.folder, 4, optionsOf(config)).pipe(
    DStream.map((bytes) => [bytes[0], bytes[3]]),
    collecting,
  ),
])

/** Gives the values of lines of JSON. */
export const json = Graph.module(import.meta, (config: Config) => [
  DStream.fileStream(config.folder, Json.lines(), optionsOf(config)).pipe(
    DStream.map((value) => [value]),
    collecting,
  ),
])

/** Decodes each file to one record, which says whether a worker has decoded it. */
export const decoded = Graph.module(import.meta, (config: Config) => [
  DStream.fileStream(
    config.folder,
    ({ lines, name }) => Stream.map(lines, (line) => [name, line, isWorker] as const),
    optionsOf(config),
  ).pipe(DStream.map((record) => record), collecting),
])

/** Looks back at three batches of files, and at two batches together with an input of the driver. */
export const windows = Graph.module(import.meta, (config: Config) => {
  const files = DStream.textFileStream(config.folder, optionsOf(config)).pipe(DStream.named("files"))
  const numbers = Testing.input([["x"], ["y"], ["z"]])
  return [
    files.pipe(DStream.window("3 seconds"), DStream.map((line) => `${line}!`), collecting),
    files.pipe(DStream.union(numbers), DStream.map((line) => `${line}?`), collecting),
    files.pipe(
      DStream.map((line): [string, number] => [line, 1]),
      DStream.reduceByKeyAndWindow((a, b) => a + b, "2 seconds"),
      collecting,
    ),
  ]
})

/** Applies a function to files that only the driver has. */
export const onDriver = Graph.module(import.meta, (config: Config) => [
  DStream.textFileStream(config.folder, optionsOf(config)).pipe(
    DStream.foreachRDD((rdd) =>
      Effect.map(RDD.collect(RDD.map(rdd, (line) => [line, isWorker])), (records) => void seen.push(records))
    ),
  ),
])

/** Removes the files of a batch on the driver, after they were planned. */
export const removed = Graph.module(import.meta, (config: Config) => [
  DStream.textFileStream(config.folder, optionsOf(config)).pipe(
    DStream.transform((rdd) => {
      if (!isWorker) {
        for (const { name } of Deno.readDirSync(config.folder)) Deno.removeSync(`${config.folder}/${name}`)
      }
      return RDD.map(rdd, (line) => [line])
    }),
    collecting,
  ),
])

/** Reads a file in a function of `transform`. */
export const readInTransform = Graph.module(import.meta, (config: Config) => [
  Testing.input([[0], [0]]).pipe(
    DStream.transform(() => RDD.map(RDD.textFile(`${config.folder}/*`, { partitions: 3 }), (line) => [line])),
    collecting,
  ),
])

/** Reads positions of a source that workers can read. Each record says whether a worker has made its RDD. */
export const positions = Graph.module(import.meta, (reads: boolean) => {
  const read = (position: number, time: number) => {
    const rdd = RDD.parallelize([position, time], { partitions: 2 })
    return RDD.map(rdd, (n) => [n, isWorker])
  }
  const open = Effect.sync(() => ({
    plan: (time: number) => Effect.succeed(Option.some({ position: time / 1000, records: 2 })),
    read: (position: number, time: number) => Effect.succeed(read(position, time)),
  }))
  return [
    DStream.fromPositions("numbers", "Number", open, reads ? { readInWorkers: read } : {}).pipe(
      DStream.map((record) => record),
      collecting,
    ),
  ]
})
