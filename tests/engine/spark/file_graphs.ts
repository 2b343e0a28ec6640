/** Graphs of files for tests on a cluster, whose executors read them. */
import { Effect } from "effect"
import { DStream, Graph, RDD } from "../../../mod.ts"

/** What the outputs of the graphs below have received, on the driver. */
export const seen: Array<unknown> = []

/** Where the files are, and how they are read. Plain data. */
export interface Config {
  readonly folder: string
  readonly options?: Pick<DStream.FileStreamOptions, "readOn" | "partitionBytes">
  /** The number of partitions of shuffles. */
  readonly partitions?: number
}

const optionsOf = ({ options }: Config): DStream.FileStreamOptions => ({ newFilesOnly: false, ...options })

/** Adds the records of each batch that has some to {@link seen}. */
const collecting = <E>(stream: DStream.DStream<unknown, E>): DStream.Output<E> =>
  DStream.foreachRDD(stream, (rdd) =>
    Effect.map(RDD.collect(rdd), (records) => {
      if (records.length > 0) seen.push(records)
    }))

/** Counts the words of lines, and gives the lines of three batches. */
export const words = Graph.module(import.meta, (config: Config) => {
  const lines = DStream.textFileStream(config.folder, optionsOf(config))
  return [
    lines.pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word): [string, number] => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
      collecting,
    ),
    lines.pipe(DStream.window("3 seconds"), DStream.map((line) => line.length), collecting),
  ]
})

/** Gives the first byte of records of four bytes. */
export const binary = Graph.module(import.meta, (config: Config) => [
  DStream.binaryRecordsStream(config.folder, 4, optionsOf(config)).pipe(DStream.map(([first]) => first), collecting),
])

/** Removes the files of a batch on the driver, after they were planned. */
export const removed = Graph.module(import.meta, (config: Config) => [
  DStream.textFileStream(config.folder, optionsOf(config)).pipe(
    DStream.transform((rdd) => {
      try {
        for (const { name } of Deno.readDirSync(config.folder)) Deno.removeSync(`${config.folder}/${name}`)
      } catch {
        // Workers evaluate it as well.
      }
      return RDD.map(rdd, (line) => line.length)
    }),
    collecting,
  ),
])

/** What a partition of the last shuffle has: records, characters, and keys. */
type Totals = readonly [records: number, characters: number, keys: number]

const plus = (a: Totals, b: Totals): Totals => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

const total = (stream: DStream.DStream<Totals, unknown>): DStream.Output<unknown> =>
  stream.pipe(DStream.reduce(plus), collecting)

/**
 * Brings whole lines to the partitions of their first words: `groupByKey` and `reduceByKey`, which finds the longest line of each
 * key. Gives the totals.
 */
export const shuffled = Graph.module(import.meta, (config: Config & { readonly by: "group" | "reduce" }) => {
  const lines = DStream.textFileStream(config.folder, optionsOf(config)).pipe(
    DStream.map((line): [string, string] => {
      const space = line.indexOf(" ")
      return [line.slice(0, space), line.slice(space + 1)]
    }),
  )
  const partitions = { partitions: config.partitions ?? 2 }
  return [
    config.by === "group"
      ? lines.pipe(
        DStream.groupByKey(partitions),
        DStream.map(([, all]): Totals => [all.length, all.reduce((sum, { length }) => sum + length, 0), 1]),
        total,
      )
      : lines.pipe(
        DStream.reduceByKey((a, b) => b.length > a.length ? b : a, partitions),
        DStream.map(([, longest]): Totals => [1, longest.length, 1]),
        total,
      ),
  ]
})
