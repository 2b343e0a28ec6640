import assert from "node:assert/strict"
import { gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as Scheduler from "../../../lib/scheduler.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import type { HdfsServer } from "../../servers/hdfs_server.ts"
import { as, testHdfs } from "./hdfs_places.ts"
import { openFile } from "./open_file.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const sparkContext = SparkContext.layer({ master: "local[2]", appName: "hdfs" })

/** Declares the tests of RDDs and streams of files in HDFS. */
export const testHdfsEndToEnd = (server: HdfsServer): void => {
  testHdfs(
    server,
    "RDDs are saved to HDFS and read from it, with patterns, and not saved twice",
    (files, folder) =>
      as(server)(Effect.gen(function* () {
        const words = RDD.parallelize(["to", "be", "or", "not"], { partitions: 2 })
        yield* RDD.saveAsTextFile(words, `${folder}/out/`)
        assert.deepEqual((yield* files.list(`${folder}/out`)).map(({ name }) => name), [
          "_SUCCESS",
          "part-00000",
          "part-00001",
        ])
        assert.deepEqual((yield* files.list(folder)).map(({ name }) => name), ["out"])
        assert.deepEqual(yield* RDD.collect(RDD.textFile(`${folder}/out`)), ["to", "be", "or", "not"])
        assert.deepEqual(yield* RDD.collect(RDD.textFile(`${folder}/o*/part-0000{1,2}`)), ["or", "not"])
        assert.deepEqual(yield* RDD.collect(RDD.wholeTextFiles(`${folder}/out`)), [
          [`${folder}/out/part-00000`, "to\nbe\n"],
          [`${folder}/out/part-00001`, "or\nnot\n"],
        ])
        const again = yield* Effect.flip(RDD.saveAsTextFile(words, `${folder}/out`))
        assert.match(
          again.message,
          /saveAsTextFile at .*: Cannot save to hdfs:.*: Output directory hdfs:.*\/out already exists/,
        )
        yield* RDD.saveAsTextFile(RDD.parallelize(["new"], { partitions: 1 }), `${folder}/out`, { overwrite: true })
        assert.deepEqual(yield* RDD.collect(RDD.textFile(`${folder}/out`)), ["new"])
        assert.deepEqual((yield* files.list(folder)).map(({ name }) => name), ["out"])
        const missing = yield* Effect.flip(RDD.collect(RDD.textFile(`${folder}/none`)))
        assert.match(missing.message, /textFile at .*: Cannot list hdfs:.*\/none: File .*\/none does not exist/)
      })).pipe(Effect.provide(sparkContext)),
  )

  testHdfs(
    server,
    "RDD.textFile() reads parts of large files, and compressed ones",
    (files, folder) =>
      as(server)(Effect.gen(function* () {
        const lines = Array.from({ length: 100_000 }, (_, i) => `line ${i}`)
        const text = bytesOf(lines.map((line) => `${line}\n`).join(""))
        yield* files.write(`${folder}/plain`, [text])
        yield* files.write(`${folder}/packed.gz`, [gzipSync(text)])
        assert.deepEqual(yield* RDD.collect(RDD.textFile(`${folder}/plain`, { partitions: 7 })), lines)
        assert.deepEqual(yield* RDD.collect(RDD.textFile(`${folder}/packed.gz`)), lines)
      })).pipe(Effect.provide(sparkContext)),
  )

  testHdfs(
    server,
    "A stream reads files of HDFS once they are closed, and saves its batches there",
    (files, folder) =>
      as(server)(Effect.gen(function* () {
        const [input, output] = [`${folder}/in`, `${folder}/out`]
        yield* files.makeDirectory(input)
        yield* files.write(`${input}/old`, [bytesOf("before the start\n")])
        const slow = yield* openFile(server, `${input}/slow`, "a slow\n")
        const batches: Array<ReadonlyArray<string>> = []
        const lines = DStream.textFileStream(input)
        const ssc = yield* StreamingContext.make
        const active = yield* StreamingContext.start(ssc, [
          DStream.foreachRDD(lines, (rdd) => Effect.map(RDD.collect(rdd), (all) => void batches.push(all))),
          DStream.saveAsTextFiles(lines, `${output}/lines`),
        ])
        yield* Effect.sleep("600 millis")
        const another = yield* openFile(server, `${input}/another`, "in two ")
        yield* files.write(`${input}/quick`, [bytesOf("quick\n")])
        const until = (count: number) =>
          Effect.repeat(Effect.sleep("50 millis"), { until: () => batches.flat().length >= count, times: 1200 })
        yield* until(1)
        // Several batches pass meanwhile.
        yield* Effect.sleep("1 second")
        assert.deepEqual(batches.flat(), ["quick"])
        yield* slow.close
        yield* another.close
        yield* until(3)
        yield* StreamingContext.stop(active, { stopGracefully: true })
        assert.deepEqual(batches.flat(), ["quick", "a slow", "in two "])
        const saved = yield* Effect.forEach(yield* files.list(output), ({ path }) =>
          Effect.flatMap(
            files.list(path),
            (parts) => Effect.forEach(parts, ({ path }) => Effect.map(files.read(path, 0, Infinity), textOf)),
          ))
        assert.equal(saved.flat().join(""), "quick\na slow\nin two \n")
        assert.ok(saved.length >= batches.length)
      })).pipe(
        Effect.provide(Layer.mergeAll(sparkContext, Scheduler.layer("200 millis"), Logger.layer([]))),
      ),
  )
}
