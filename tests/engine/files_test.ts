import assert from "node:assert/strict"
import { ConfigProvider, Effect, FileSystem, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import { RDD, SparkContext } from "../../mod.ts"
import { runtimeFiles, workersReadAlike } from "../../lib/engine/files.ts"

const spark = SparkContext.layer({ master: "local", appName: "test" })

const paths = ["/a", "file:///a", "s3://bucket/a", "hdfs://host/a"]

const given = {
  files: Layer.succeed(RDD.Files, runtimeFiles),
  compression: Layer.succeed(RDD.Compression, { decompress: (_path, _format, chunks) => Effect.succeed(chunks) }),
  fileSystem: FileSystem.layerNoop({}),
  http: Layer.succeed(HttpClient.HttpClient, HttpClient.make(() => Effect.never)),
  config: ConfigProvider.layer(ConfigProvider.fromUnknown({})),
} as const

const [none, all] = [[false, false, false, false], [true, true, true, true]]
const expected: Readonly<Record<keyof typeof given, ReadonlyArray<boolean>>> = {
  files: none,
  compression: none,
  fileSystem: [false, false, true, true],
  http: [true, true, false, false],
  config: [true, true, false, false],
}

const alike = Effect.map(workersReadAlike, (reads) => paths.map(reads))

Deno.test("workers read all paths as a program does that provides no services", async () => {
  assert.deepEqual(await Effect.runPromise(Effect.provide(alike, spark)), all)
})

for (const [name, layer] of Object.entries(given) as ReadonlyArray<[keyof typeof given, Layer.Layer<never>]>) {
  Deno.test(`workers do not read what a program reads with services of its own: ${name}`, async () => {
    const below = Effect.provide(alike, Layer.provide(spark, layer))
    assert.deepEqual(await Effect.runPromise(below), expected[name])
    const around = Effect.provide(Effect.provide(alike, layer), spark)
    assert.deepEqual(await Effect.runPromise(around), expected[name])
  })
}
