import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { runtimeFiles } from "../../lib/engine/files.ts"
import { authorityOf, localPath, schemeOf } from "../../lib/core/url_scheme.ts"
import * as RDD from "../../lib/rdd.ts"
import { splitPattern } from "../../lib/rdd/files/glob.ts"
import { inFolder } from "../rdd/folder.ts"
import { onEngines } from "../rdd/run.ts"

Deno.test("schemeOf() and authorityOf() find what is before the path of a URL, but no drive and no colon in a name", () => {
  const paths = [
    "s3://bucket/a//b",
    "S3A://bucket",
    "hdfs://host:8020/a",
    "file:///a",
    "file:/a",
    "C:/a",
    "a:b/c",
    "a/s3://b",
    "/a",
  ]
  assert.deepEqual(
    paths.map((path) => [schemeOf(path), authorityOf(path)]),
    [
      ["s3", "s3://bucket"],
      ["s3a", "S3A://bucket"],
      ["hdfs", "hdfs://host:8020"],
      ["file", "file://"],
      ["file", ""],
      [undefined, ""],
      [undefined, ""],
      [undefined, ""],
      [undefined, ""],
    ],
  )
})

Deno.test("splitPattern() keeps the scheme and the host of a URL", () => {
  assert.deepEqual(
    ["s3://bucket/a/*.txt", "s3://bucket/*", "s3://b?/a/*", "s3://bucket/a/", "file:///*.txt", "file:/a/*", "a*", "/*"]
      .map(
        (path) => splitPattern(path),
      ),
    [
      { base: "s3://bucket/a", parts: ["*.txt"] },
      { base: "s3://bucket/", parts: ["*"] },
      { base: "s3://b?/a", parts: ["*"] },
      { base: "s3://bucket/a", parts: [] },
      { base: "file:///", parts: ["*.txt"] },
      { base: "file:/a", parts: ["*"] },
      { base: ".", parts: ["a*"] },
      { base: "/", parts: ["*"] },
    ],
  )
})

Deno.test("localPath() finds the path in a file URL", () => {
  assert.deepEqual(
    ["file:///a b/c", "file:/a", "file://localhost/a", "file:///C:/a", "file://host/a", "file://"].map(localPath),
    ["/a b/c", "/a", "/a", "C:/a", undefined, undefined],
  )
})

onEngines("RDDs read and save file URLs, with patterns", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const url = `file://${folder}`
      yield* RDD.saveAsTextFile(RDD.parallelize(["a", "b"], { partitions: 2 }), `${url}/out`)
      assert.deepEqual(yield* RDD.collect(RDD.textFile(`${url}/out`)), ["a", "b"])
      assert.deepEqual(yield* RDD.collect(RDD.textFile(`${folder}/out`)), ["a", "b"])
      assert.deepEqual(yield* RDD.collect(RDD.wholeTextFiles(`${url}/*/part-0000{1,2}`)), [
        [`${url}/out/part-00001`, "b\n"],
      ])
    })
  ))

Deno.test("Files refuse schemes that they do not know, hosts in file URLs, and renames to other file systems", async () => {
  const messageOf = <A>(effect: Effect.Effect<A, RDD.FileError>) =>
    Effect.runPromise(Effect.map(Effect.flip(effect), ({ message, reason }) => `${reason}: ${message}`))
  assert.match(
    await messageOf(runtimeFiles.read("gs://bucket/a", 0, 1)),
    /^Unavailable: Cannot read gs:\/\/bucket\/a: no file system is known for gs:\/\/\. Use file:\/\/, .*or a path without/,
  )
  assert.equal(
    await messageOf(runtimeFiles.list("file://host/a")),
    "Other: Cannot list file://host/a: a file of this machine has three slashes, as in file:///data/a.txt",
  )
  assert.equal(
    await messageOf(runtimeFiles.rename("file:///a", "/b")),
    "Other: Cannot rename file:///a: /b is in another file system. Read the file and write it there",
  )
})
