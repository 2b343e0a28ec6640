import assert from "node:assert/strict"
import { gzipSync, zstdCompressSync } from "node:zlib"
import * as Effect from "effect/Effect"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import * as RDD from "../../../lib/rdd.ts"
import { inFolder } from "../folder.ts"
import { onEngines } from "../run.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const writeAll = (folder: string, texts: Readonly<Record<string, string>>) =>
  Effect.forEach(Object.entries(texts), ([path, text]) =>
    Effect.andThen(
      runtimeFiles.makeDirectory(`${folder}/${path}`.replace(/\/[^/]*$/, "")),
      runtimeFiles.write(`${folder}/${path}`, [bytesOf(text)]),
    ))

onEngines("textFile() reads files that match a pattern", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      yield* writeAll(folder, {
        "2024/a.txt": "1\n",
        "2024/b.log": "2\n",
        "2025/a.txt": "3\n",
        "2025/[x].txt": "4\n",
        ".hidden/a.txt": "hidden\n",
        "2025/_a.txt": "hidden\n",
        "2025/c.txt._COPYING_": "hidden\n",
      })
      const read = (path: string) => RDD.collect(RDD.textFile(`${folder}/${path}`, { partitions: 2 }))
      assert.deepEqual(yield* read("*/a.txt"), ["1", "3"])
      assert.deepEqual(yield* read("202?"), ["1", "2", "4", "3"])
      assert.deepEqual(yield* read("202[0-4]"), ["1", "2"])
      assert.deepEqual(yield* read("202[^4]/?.txt"), ["3"])
      assert.deepEqual(yield* read("{2024/b,2025/a}.*"), ["2", "3"])
      assert.deepEqual(yield* read("2025/\\[x\\].txt"), ["4"])
      const none = yield* Effect.flip(read("*/none*"))
      assert.match(none.message, /Input Pattern .*none\* matches 0 files/)
    })
  ))

onEngines("textFile() reads nested directories if it is asked to", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      yield* writeAll(folder, { "b/c": "2\n", "a": "1\n", "b/d/e": "3\n", "b/_f/g": "hidden\n" })
      yield* Effect.promise(() => Deno.symlink(folder, `${folder}/b/loop`))
      const lines = yield* RDD.collect(RDD.textFile(folder, { recursive: true }))
      assert.deepEqual(lines, ["1", "2", "3"])
      const refused = yield* Effect.flip(RDD.collect(RDD.textFile(folder)))
      assert.match(refused.message, /\/b: it is a directory inside the directory to read/)
    })
  ))

onEngines(
  "textFile() decompresses files by the suffix of their names, each in one partition",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} ${"x".repeat(i % 100)}`)
        const text = bytesOf(lines.join("\r\n"))
        const half = gzipSync(bytesOf("first\n"))
        yield* runtimeFiles.write(`${folder}/a.gz`, [half, gzipSync(bytesOf("second"))])
        yield* runtimeFiles.write(`${folder}/b.txt`, [bytesOf("third\n")])
        yield* runtimeFiles.write(`${folder}/c.zst`, [zstdCompressSync(text)])
        yield* runtimeFiles.write(`${folder}/d.gz`, [gzipSync(text)])
        const rdd = RDD.textFile(folder, { partitions: 3 })
        assert.deepEqual(yield* RDD.collect(rdd), ["first", "second", "third", ...lines, ...lines])
        assert.deepEqual(yield* RDD.take(rdd, 2), ["first", "second"])
        assert.equal(yield* RDD.count(rdd), 3 + 2 * lines.length)
      })
    ),
)

onEngines(
  "textFile() fails for a compressed file that is damaged or cut off",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const whole = gzipSync(bytesOf("line\n".repeat(10_000)))
        yield* runtimeFiles.write(`${folder}/cut.gz`, [whole.subarray(0, whole.length - 10)])
        yield* runtimeFiles.write(`${folder}/bad.gz`, [bytesOf("not gzip")])
        for (const name of ["cut.gz", "bad.gz"]) {
          const error = yield* Effect.flip(RDD.count(RDD.textFile(`${folder}/${name}`)))
          assert.ok(error.reason instanceof RDD.FileError && error.reason.path === `${folder}/${name}`)
          assert.equal(error.reason.reason, "Other")
        }
      })
    ),
)

onEngines(
  "textFile() stops reading when an action needs no more lines",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* runtimeFiles.write(
          `${folder}/big`,
          Array.from({ length: 160 }, () => bytesOf("0123456\n".repeat(8_192))),
        )
        let bytes = 0
        const counting: RDD.Files = {
          ...runtimeFiles,
          read: (path, from, to) =>
            Effect.tap(runtimeFiles.read(path, from, to), (read) => Effect.sync(() => bytes += read.length)),
        }
        const rdd = RDD.map(RDD.textFile(`${folder}/big`, { partitions: 1 }), (line) => line.length)
        assert.deepEqual(yield* Effect.provideService(RDD.take(rdd, 3), RDD.Files, counting), [7, 7, 7])
        assert.ok(bytes <= 2_200_000, `read ${bytes} bytes`)
        assert.equal(yield* RDD.reduce(rdd, (a, b) => a + b), 160 * 8_192 * 7)
        assert.equal(yield* RDD.fold(rdd, 0, (a, b) => a + b), 160 * 8_192 * 7)
        const pairs = RDD.map(rdd, (length): [number, number] => [length, 1])
        assert.deepEqual(yield* RDD.collect(RDD.reduceByKey(pairs, (a, b) => a + b)), [[7, 160 * 8_192]])
      })
    ),
)
