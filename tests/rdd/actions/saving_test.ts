import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { JobFailed } from "../../../lib/core/errors.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import * as RDD from "../../../lib/rdd.ts"
import { inFolder } from "../folder.ts"
import { holdsOnEngines, onEngines } from "../run.ts"

/** All files of a folder, hidden ones too, with their texts. */
const contents = (folder: string) =>
  Effect.promise(async () => {
    const found: Array<[string, string]> = []
    const walk = async (under: string) => {
      for await (const { name, isDirectory } of Deno.readDir(`${folder}/${under}`)) {
        if (isDirectory) await walk(`${under}${name}/`)
        else found.push([under + name, await Deno.readTextFile(`${folder}/${under}${name}`)])
      }
    }
    await walk("")
    return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1))
  })

const reasonOf = (error: unknown): unknown => error instanceof JobFailed ? error.reason : error

onEngines(
  "saveAsTextFile() writes a file for each partition, empty ones too, and _SUCCESS",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* RDD.saveAsTextFile(RDD.parallelize(["a", "b"], { partitions: 3 }), `${folder}/deep/out/`)
        assert.deepEqual(yield* contents(folder), {
          "deep/out/_SUCCESS": "",
          "deep/out/part-00000": "",
          "deep/out/part-00001": "a\n",
          "deep/out/part-00002": "b\n",
        })
        yield* RDD.saveAsTextFile(RDD.empty(), `${folder}/none`)
        assert.deepEqual(yield* contents(`${folder}/none`), { _SUCCESS: "" })
      })
    ),
)

onEngines(
  "saveAsTextFile() refuses an existing directory, or replaces all of it",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const save = (records: ReadonlyArray<string>, partitions: number, options?: RDD.SaveOptions) =>
          RDD.saveAsTextFile(RDD.parallelize(records, { partitions }), `${folder}/out`, options)
        yield* save(["a", "b", "c"], 3)
        const error = yield* Effect.flip(save(["d"], 1))
        assert.equal(error.operator, "saveAsTextFile")
        assert.ok(error.reason instanceof RDD.FileError && error.reason.reason === "AlreadyExists")
        assert.match(error.message, /Output directory .*out already exists/)
        yield* save(["d"], 1, { overwrite: true })
        assert.deepEqual(yield* contents(folder), { "out/_SUCCESS": "", "out/part-00000": "d\n" })
      })
    ),
)

onEngines(
  "saveAsTextFile() keeps the existing directory, and leaves no other files, when it fails",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* RDD.saveAsTextFile(RDD.parallelize(["a"], { partitions: 1 }), `${folder}/out`)
        const before = yield* contents(folder)
        const bad = RDD.parallelize([1, 2], { partitions: 2 }).pipe(
          RDD.mapEffect((n) => n === 2 ? Effect.fail("two") : Effect.succeed(n)),
        )
        const error = yield* Effect.flip(RDD.saveAsTextFile(bad, `${folder}/out`, { overwrite: true }))
        assert.equal(reasonOf(error), "two")
        assert.deepEqual(yield* contents(folder), before)

        const refusing: RDD.Files = {
          ...runtimeFiles,
          rename: (from, to) =>
            from.endsWith(".writing")
              ? Effect.fail(new RDD.FileError({ path: from, operation: "rename", reason: "Other", cause: "no" }))
              : runtimeFiles.rename(from, to),
        }
        const again = RDD.saveAsTextFile(RDD.range(0, 2), `${folder}/out`, { overwrite: true })
        const refused = yield* Effect.flip(Effect.provideService(again, RDD.Files, refusing))
        assert.match(refused.message, /Cannot rename .*: no/)
        assert.deepEqual(yield* contents(folder), before)
      })
    ),
)

/** Files of a store that has no directories, and notes what is written and removed. */
const storeWithoutDirectories = (folder: string, steps: Array<string>): RDD.Files => {
  const noted = (step: string, path: string) =>
    Effect.sync(() => void steps.push(`${step} ${path.slice(folder.length)}`))
  return {
    ...runtimeFiles,
    write: (path, pieces) =>
      runtimeFiles.makeDirectory(path.replace(/\/[^/]*$/, "")).pipe(
        Effect.andThen(runtimeFiles.write(path, pieces)),
        Effect.tap(() => noted("write", path)),
      ),
    remove: (path) => Effect.tap(runtimeFiles.remove(path), () => noted("remove", path)),
    rename: () => Effect.die("a store without directories does not rename them"),
    renamesDirectories: () => false,
  }
}

onEngines(
  "saveAsTextFile() writes under the final names, and _SUCCESS last, where directories cannot be renamed",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const steps: Array<string> = []
        const store = storeWithoutDirectories(folder, steps)
        const save = (rdd: RDD.RDD<unknown, string>, options?: { readonly overwrite: boolean }) =>
          Effect.provideService(RDD.saveAsTextFile(rdd, `${folder}/out`, options), RDD.Files, store)
        const rdd = (records: ReadonlyArray<string>, partitions: number) => RDD.parallelize(records, { partitions })
        yield* save(rdd(["a", "b"], 2))
        assert.deepEqual(steps.splice(0).toSorted(), [
          "write /out/_SUCCESS",
          "write /out/part-00000",
          "write /out/part-00001",
        ])
        const error = yield* Effect.flip(save(rdd(["d"], 1)))
        assert.match(error.message, /Output directory .*out already exists/)
        assert.deepEqual(steps, [])
        yield* save(rdd(["d"], 1), { overwrite: true })
        assert.deepEqual(steps.splice(0), [
          "remove /out/_SUCCESS",
          "write /out/part-00000",
          "remove /out/part-00001",
          "write /out/_SUCCESS",
        ])
        assert.deepEqual(yield* contents(folder), { "out/_SUCCESS": "", "out/part-00000": "d\n" })
        const bad = RDD.mapEffect(rdd(["e", "f"], 2), (text) => text === "f" ? Effect.fail("f") : Effect.succeed(text))
        assert.equal(reasonOf(yield* Effect.flip(save(bad, { overwrite: true }))), "f")
        assert.deepEqual(yield* contents(folder), {})
      })
    ),
)

onEngines(
  "saveAsTextFile() restores the directory of a process that ended in the middle of replacing it",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* RDD.saveAsTextFile(RDD.parallelize(["a"], { partitions: 1 }), `${folder}/out`)
        yield* runtimeFiles.rename(`${folder}/out`, `${folder}/.out.old`)
        yield* runtimeFiles.makeDirectory(`${folder}/.out.writing`)
        yield* runtimeFiles.write(`${folder}/.out.writing/part-00009`, [new Uint8Array(9)])
        const error = yield* Effect.flip(RDD.saveAsTextFile(RDD.range(0, 1), `${folder}/out`))
        assert.match(error.message, /already exists/)
        yield* RDD.saveAsTextFile(RDD.range(0, 1, { partitions: 1 }), `${folder}/out`, { overwrite: true })
        assert.deepEqual(yield* contents(folder), { "out/_SUCCESS": "", "out/part-00000": "0\n" })
      })
    ),
)

onEngines(
  "saveAsTextFile() fails with FileError where there is no file system, or no permission",
  () =>
    Effect.gen(function* () {
      const save = RDD.saveAsTextFile(RDD.range(0, 1), "out")
      const error = yield* Effect.flip(save)
      assert.ok(error.reason instanceof RDD.FileError)
      assert.deepEqual([error.reason.reason, error.reason.path], ["Unavailable", "out"])
      yield* inFolder((folder) =>
        Effect.gen(function* () {
          yield* runtimeFiles.write(`${folder}/file`, [])
          const below = yield* Effect.flip(RDD.saveAsTextFile(RDD.range(0, 1), `${folder}/file/out`))
          assert.ok(below.reason instanceof RDD.FileError)
        })
      )
    }),
)

onEngines(
  "saveAsTextFile() fails with what a record's toString throws",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const bad = RDD.parallelize([1], { partitions: 1 }).pipe(RDD.map(() => ({
          toString() {
            throw new TypeError("no text")
          },
        })))
        const error = yield* Effect.flip(RDD.saveAsTextFile(bad, `${folder}/out`))
        assert.equal(error.reason._tag, "FunctionFailed")
        assert.match(error.message, /saveAsTextFile at saving_test.ts.* in partition 0: no text/)
        assert.deepEqual(yield* contents(folder), {})
      })
    ),
)

const portable: fc.Arbitrary<unknown> = fc.oneof(
  fc.string(),
  fc.double(),
  fc.bigInt(),
  fc.date(),
  fc.tuple(fc.string(), fc.integer()),
  fc.dictionary(fc.constantFrom("a", "$date", "é"), fc.integer()),
  fc.uint8Array(),
)

holdsOnEngines(
  "objectFile() reads the records that saveAsObjectFile() wrote, in their order",
  fc.record({
    data: fc.array(portable, { maxLength: 12 }),
    partitions: fc.integer({ min: 1, max: 4 }),
    reading: fc.integer({ min: 1, max: 5 }),
  }),
  ({ data, partitions, reading }) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* RDD.saveAsObjectFile(RDD.parallelize(data, { partitions }), `${folder}/out`)
        const again = yield* RDD.collect(RDD.objectFile(`${folder}/out`, { partitions: reading }))
        assert.deepStrictEqual(again, data)
      })
    ),
)

holdsOnEngines(
  "textFile() cuts files anywhere, and gives each line once",
  fc.record({
    texts: fc.array(
      fc.array(fc.constantFrom("a", "é", "bc", "\n", "\r\n", "\r", "𝄞"), { maxLength: 20 }).map((parts) =>
        parts.join("")
      ),
      { maxLength: 4 },
    ),
    partitions: fc.integer({ min: 1, max: 9 }),
  }),
  ({ texts, partitions }) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        for (const [i, text] of texts.entries()) {
          yield* runtimeFiles.write(`${folder}/${i}.txt`, [new TextEncoder().encode(text)])
        }
        yield* runtimeFiles.write(`${folder}/.hidden`, [new Uint8Array([65])])
        yield* runtimeFiles.write(`${folder}/_SUCCESS`, [new Uint8Array([65])])
        const expected = texts.flatMap((text) => {
          const lines = text.split(/\r\n|\n|\r/)
          return lines.at(-1) === "" ? lines.slice(0, -1) : lines
        })
        assert.deepEqual(yield* RDD.collect(RDD.textFile(folder, { partitions })), expected)
      })
    ),
)

onEngines(
  "textFile() reads long lines and big files, each partition its part",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const lines = Array.from({ length: 40 }, (_, i) => String(i).repeat(i % 7 === 0 ? 90_000 : 3))
        yield* runtimeFiles.write(`${folder}/big`, [new TextEncoder().encode(lines.join("\n"))])
        let bytes = 0
        const counting: RDD.Files = {
          ...runtimeFiles,
          read: (path, from, to) =>
            Effect.tap(runtimeFiles.read(path, from, to), (read) => Effect.sync(() => bytes += read.length)),
        }
        const read = RDD.collect(RDD.textFile(`${folder}/big`, { partitions: 8 }))
        assert.deepEqual(yield* Effect.provideService(read, RDD.Files, counting), lines)
        const { size } = yield* Effect.promise(() => Deno.stat(`${folder}/big`))
        assert.ok(bytes < 4 * size, `${bytes} of ${size}`)
      })
    ),
)

onEngines("textFile() and objectFile() fail with typed errors", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(RDD.collect(RDD.textFile(`${folder}/none`)))
      assert.ok(missing.reason instanceof RDD.FileError && missing.reason.reason === "NotFound")
      yield* runtimeFiles.write(`${folder}/bad`, [new TextEncoder().encode("1\n{oops\n")])
      const corrupt = yield* Effect.flip(RDD.collect(RDD.objectFile(`${folder}/bad`)))
      assert.ok(corrupt.reason instanceof RDD.CorruptBlock && corrupt.reason.problem.includes(`${folder}/bad`))
      yield* runtimeFiles.makeDirectory(`${folder}/a/b`)
      const nested = yield* Effect.flip(RDD.collect(RDD.textFile(`${folder}/a`)))
      assert.ok(nested.reason instanceof RDD.FileError)
      const none = yield* Effect.flip(RDD.collect(RDD.textFile(`${folder}/bad`, { partitions: 0 })))
      assert.equal(none.reason._tag, "InvalidOption")
      const live = RDD.parallelize([() => 1], { partitions: 1 })
      const refused = yield* Effect.flip(RDD.saveAsObjectFile(live, `${folder}/live`))
      assert.equal(refused.reason._tag, "NotPortable")
    })
  ))
