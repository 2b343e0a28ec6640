import assert from "node:assert/strict"
import { gzipSync } from "node:zlib"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import { makeFiles } from "../../../lib/engine/files.ts"
import * as RDD from "../../../lib/rdd.ts"
import type { Engine } from "../../../lib/rdd/engine.ts"
import * as Scheduler from "../../../lib/scheduler.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { testFiles } from "../../rdd/files/files_contract.ts"
import { s3Server, withEnv } from "../../servers/s3_server.ts"

const moto = s3Server(import.meta.url, "moto")
const s3proxy = s3Server(import.meta.url, "s3proxy")

for (const { available, bucket, kind, provide } of [moto, s3proxy]) {
  testFiles(`S3, ${kind}`, {
    ignore: !available,
    needsDirectories: false,
    place: Effect.gen(function* () {
      const folder = `s3://${yield* bucket}/deep/down`
      const files = yield* provide(makeFiles)
      yield* files.makeDirectory(folder)
      return { files, folder }
    }),
  })
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const spark = SparkContext.layer({ master: "local[2]", appName: "s3" })

/** Declares a test with a bucket and a SparkContext. */
const test = (
  name: string,
  body: (bucket: string) => Effect.Effect<unknown, unknown, SparkContext.SparkContext | Engine>,
): void => {
  for (const { available, bucket, kind, provide } of [moto, s3proxy]) {
    Deno.test({
      name: `${name} [${kind}]`,
      ignore: !available,
      fn: () =>
        Effect.runPromise(
          provide(Effect.flatMap(bucket, (name) => Effect.asVoid(Effect.provide(body(name), spark)))),
        ),
    })
  }
}

test("RDDs are saved on S3 and read again, with patterns, compressed, whole and recursively", (bucket) =>
  Effect.gen(function* () {
    const root = `s3://${bucket}/data`
    const files = yield* RDD.Files
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}`)
    yield* RDD.saveAsTextFile(RDD.parallelize(lines, { partitions: 3 }), `${root}/out`)
    assert.deepEqual((yield* files.list(`${root}/out`)).map(({ name }) => name), [
      "_SUCCESS",
      "part-00000",
      "part-00001",
      "part-00002",
    ])
    assert.deepEqual(yield* RDD.collect(RDD.textFile(`${root}/out`, { partitions: 7 })), lines)
    assert.deepEqual(yield* RDD.collect(RDD.textFile(`s3a://${bucket}/d*/o?t/part-0000[01]`)), lines.slice(0, 3333))
    const again = yield* Effect.flip(RDD.saveAsTextFile(RDD.parallelize(["x"]), `${root}/out`))
    assert.match(again.message, /Output directory s3:\/\/.*\/data\/out already exists/)
    const one = RDD.parallelize(["x"], { partitions: 1 })
    yield* RDD.saveAsTextFile(one, `${root}/out`, { overwrite: true })
    assert.deepEqual((yield* files.list(`${root}/out`)).map(({ name }) => name), ["_SUCCESS", "part-00000"])
    yield* files.write(`${root}/more/deep/a.gz`, [gzipSync("a\nb\n")])
    yield* files.write(`${root}/more/b`, [bytesOf("c\n")])
    assert.deepEqual(yield* RDD.collect(RDD.textFile(`${root}/more`, { recursive: true })), ["c", "a", "b"])
    const whole = yield* RDD.collect(RDD.wholeTextFiles(`${root}/more/{b,none*}`))
    assert.deepEqual(whole, [[`${root}/more/b`, "c\n"]])
    yield* RDD.saveAsObjectFile(RDD.parallelize([1n, 2n]), `${root}/objects`)
    assert.deepEqual(yield* RDD.collect(RDD.objectFile(`${root}/objects`)), [1n, 2n])
  }))

test("a stream reads the files that appear on S3, and saves its batches there", (bucket) =>
  Effect.gen(function* () {
    const files = yield* RDD.Files
    const [input, output] = [`s3://${bucket}/in`, `s3://${bucket}/out`]
    yield* files.makeDirectory(input)
    yield* files.write(`${input}/old`, [bytesOf("old\n")])
    const seen: Array<string> = []
    const done = yield* Deferred.make<void>()
    const lines = DStream.textFileStream(input, { newBy: "name" })
    const noted = DStream.foreachRDD(lines, (rdd) =>
      Effect.flatMap(RDD.collect(rdd), (records) => {
        seen.push(...records)
        return seen.length < 3 ? Effect.void : Deferred.succeed(done, undefined)
      }))
    const saved = DStream.saveAsTextFiles(DStream.map(lines, (line) => line.toUpperCase()), `${output}/batch`)
    const ssc = yield* StreamingContext.make
    const active = yield* StreamingContext.start(ssc, [saved, noted])
    yield* files.write(`${input}/a`, [bytesOf("one\n")])
    yield* files.write(`${input}/b`, [bytesOf("two\n")])
    while (seen.length < 2) yield* Effect.sleep("50 millis")
    yield* files.write(`${input}/a`, [bytesOf("known by its name\n")])
    yield* files.write(`${input}/c`, [bytesOf("three\n")])
    yield* Deferred.await(done)
    yield* StreamingContext.stop(active, { stopSparkContext: false })
    assert.deepEqual(seen, ["one", "two", "three"])
    const written = yield* RDD.collect(RDD.textFile(`${output}/batch-*`))
    assert.deepEqual(written, ["ONE", "TWO", "THREE"])
  }).pipe(Effect.scoped, Effect.provide(Scheduler.layer("300 millis"))))

test("errors of S3 name the path, and say what the store answered", (bucket) =>
  Effect.gen(function* () {
    const files = yield* RDD.Files
    const failure = (effect: Effect.Effect<unknown, RDD.FileError>) =>
      Effect.map(Effect.flip(effect), ({ message, reason }) => `${reason}: ${message}`)
    assert.match(
      yield* failure(files.read(`s3://${bucket}/none`, 0, 9)),
      new RegExp(`^NotFound: Cannot read s3://${bucket}/none: 404 NoSuchKey: The .*exist`),
    )
    assert.match(
      yield* failure(files.list("s3://no-such-bucket/a")),
      /^NotFound: Cannot list .*: 404 NoSuchBucket: The /,
    )
    assert.match(yield* failure(files.write("s3://no-such-bucket/a", [])), /^NotFound: Cannot write .*404 NoSuchBucket/)
    assert.equal(
      yield* failure(files.list("s3://b*/a")),
      'Other: Cannot list s3://b*/a: "b*" is no name of a bucket',
    )
    assert.match(
      yield* failure(files.read(`s3://${bucket}/a/../b`, 0, 1)),
      /^Other: Cannot read .*: the key "a\/\.\.\/b" has "\." or "\.\." between slashes, which cannot be part of a URL$/,
    )
    assert.equal(
      yield* failure(files.remove(`s3://${bucket}/`)),
      `Other: Cannot remove s3://${bucket}/: s3://${bucket}/ is a whole bucket. Name something in it`,
    )
    assert.equal(yield* files.exists(`s3://${bucket}/none`), false)
    assert.equal(yield* files.exists(`s3://${bucket}`), true)
    assert.equal(yield* files.exists("s3://no-such-bucket"), false)
    const none = yield* Effect.flip(RDD.collect(RDD.textFile(`s3://${bucket}/none/*.txt`)))
    assert.match(none.message, /Input Pattern s3:\/\/.*\/none\/\*\.txt matches 0 files/)
    const without = withEnv({})(failure(files.stat(`s3://${bucket}/a`)))
    assert.equal(
      yield* without,
      `PermissionDenied: Cannot find s3://${bucket}/a: there are no credentials for S3. Set AWS_ACCESS_KEY_ID and ` +
        "AWS_SECRET_ACCESS_KEY in the environment, or provide a ConfigProvider that has them",
    )
  }))

Deno.test(
  { name: "S3 refuses a wrong secret, which no message shows [s3proxy]", ignore: !s3proxy.available },
  () =>
    Effect.runPromise(Effect.gen(function* () {
      const bucket = yield* s3proxy.bucket
      const files = yield* makeFiles
      const wrong = { ...s3proxy.env(), AWS_SECRET_ACCESS_KEY: "wrong-secret", AWS_SESSION_TOKEN: "session-token" }
      const error = yield* withEnv(wrong)(Effect.flip(files.read(`s3://${bucket}/a`, 0, 9)))
      assert.equal(error.reason, "PermissionDenied")
      assert.match(error.message, /^Cannot read s3:\/\/.*\/a: 403 SignatureDoesNotMatch: /)
      assert.ok(!/wrong-secret|session-token/.test(Deno.inspect(error, { depth: 20 })))
    })),
)
