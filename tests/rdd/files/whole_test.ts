import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import * as RDD from "../../../lib/rdd.ts"
import { inFolder } from "../folder.ts"
import { holdsOnEngines, onEngines } from "../run.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Writes files into a folder, by their names. */
const put = (folder: string, files: Readonly<Record<string, Uint8Array>>) =>
  Effect.forEach(Object.entries(files), ([name, bytes]) => runtimeFiles.write(`${folder}/${name}`, [bytes]), {
    discard: true,
  })

onEngines(
  "wholeTextFiles() gives each file with its path, by name, without hidden ones",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* put(folder, {
          "b.txt": bytesOf("or\r\nnot\n"),
          "a.txt": bytesOf("\ufeffto bé"),
          "empty": bytesOf(""),
          ".hidden": bytesOf("x"),
          "_SUCCESS": bytesOf("x"),
          "c": new Uint8Array([65, 255]),
        })
        const read = RDD.collect(RDD.wholeTextFiles(folder))
        assert.deepEqual(yield* read, [
          [`${folder}/a.txt`, "\ufeffto bé"],
          [`${folder}/b.txt`, "or\r\nnot\n"],
          [`${folder}/c`, "A\ufffd"],
          [`${folder}/empty`, ""],
        ])
        assert.deepEqual(yield* RDD.collect(RDD.wholeTextFiles(`${folder}/.hidden`)), [[`${folder}/.hidden`, "x"]])
      })
    ),
)

onEngines(
  "wholeTextFiles() reads the files of a partition when it is run, and no others",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* put(folder, { a: bytesOf("1"), b: bytesOf("2"), c: bytesOf("3") })
        const read: Array<string> = []
        const noting: RDD.Files = {
          ...runtimeFiles,
          read: (path, from, to) =>
            Effect.andThen(Effect.sync(() => read.push(path.slice(-1))), runtimeFiles.read(path, from, to)),
        }
        const texts = RDD.wholeTextFiles(folder, { partitions: 3 })
        const first = yield* Effect.provideService(RDD.first(texts), RDD.Files, noting)
        assert.deepEqual([first, read], [[`${folder}/a`, "1"], ["a"]])
        yield* put(folder, { b: bytesOf("two") })
        assert.deepEqual(yield* RDD.collect(RDD.values(texts)), ["1", "two", "3"])
      })
    ),
)

onEngines(
  "wholeTextFiles() gives partitions about as many bytes each",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* put(folder, {
          a: new Uint8Array(90),
          b: new Uint8Array(10),
          c: new Uint8Array(50),
          d: new Uint8Array(50),
        })
        const names = (path: string, partitions: number) =>
          RDD.wholeTextFiles(path, { partitions }).pipe(
            RDD.keys,
            RDD.map((path) => path.slice(-1)),
            RDD.glom,
            RDD.collect,
          )
        assert.deepEqual(yield* names(folder, 2), [["a", "b"], ["c", "d"]])
        assert.deepEqual(yield* names(folder, 1), [["a", "b", "c", "d"]])
        assert.equal(yield* RDD.getNumPartitions(RDD.wholeTextFiles(folder)), 2)
        yield* runtimeFiles.makeDirectory(`${folder}/empty`)
        yield* put(`${folder}/empty`, { a: bytesOf(""), b: bytesOf(""), c: bytesOf("") })
        assert.deepEqual(yield* names(`${folder}/empty`, 3), [["a"], ["b"], ["c"]])
        yield* runtimeFiles.makeDirectory(`${folder}/empty/none`)
        assert.deepEqual(yield* names(`${folder}/empty/none`, 2), [[], []])
      })
    ),
)

const someFiles = fc.record({
  files: fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 6 }),
  partitions: fc.integer({ min: 1, max: 9 }),
})

/** Files by name. */
const named = (files: ReadonlyArray<Uint8Array>): Record<string, Uint8Array> =>
  Object.fromEntries(files.map((bytes, i) => [`part-${i}`, bytes]))

holdsOnEngines(
  "binaryFiles() gives the bytes of each file once, whatever the partitions",
  someFiles,
  (some) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* put(folder, named(some.files))
        const found = yield* RDD.collect(RDD.binaryFiles(folder, { partitions: some.partitions }))
        assert.deepEqual(found, some.files.map((bytes, i) => [`${folder}/part-${i}`, bytes]))
      })
    ),
)

holdsOnEngines(
  "binaryRecords() cuts files into records, whatever the partitions",
  fc.tuple(someFiles, fc.integer({ min: 1, max: 5 })),
  ([{ files, partitions }, length]) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const whole = files.map((bytes) => bytes.slice(0, bytes.length - bytes.length % length))
        yield* put(folder, { ...named(whole), ".hidden": new Uint8Array(1) })
        const found = yield* RDD.collect(RDD.binaryRecords(folder, length, { partitions }))
        const naive = whole.flatMap((bytes) =>
          Array.from({ length: bytes.length / length }, (_, i) => bytes.slice(i * length, (i + 1) * length))
        )
        assert.deepEqual(found, naive)
        assert.ok(found.every(({ buffer }) => buffer.byteLength === length))
      })
    ),
)

onEngines("binaryRecords() reads each part of a file once", () =>
  inFolder((folder) =>
    Effect.gen(function* () {
      yield* put(folder, { a: new Uint8Array(30).map((_, i) => i), b: new Uint8Array(10) })
      const ranges: Array<string> = []
      const noting: RDD.Files = {
        ...runtimeFiles,
        read: (path, from, to) =>
          Effect.andThen(
            Effect.sync(() => ranges.push(`${path.slice(-1)} ${from}-${to}`)),
            runtimeFiles.read(path, from, to),
          ),
      }
      const count = RDD.count(RDD.binaryRecords(folder, 10, { partitions: 2 }))
      assert.equal(yield* Effect.provideService(count, RDD.Files, noting), 4)
      assert.deepEqual(ranges.toSorted(), ["a 0-20", "a 20-30", "b 0-10"])
    })
  ))

onEngines(
  "binaryRecords() fails with PartialRecord for a file of another size",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* put(folder, { a: new Uint8Array(8), b: new Uint8Array(10) })
        const { reason } = yield* Effect.flip(RDD.collect(RDD.binaryRecords(folder, 4)))
        assert.ok(reason instanceof RDD.PartialRecord)
        assert.deepEqual([reason.path, reason.size, reason.recordLength], [`${folder}/b`, 10, 4])
        assert.match(reason.message, /Cannot cut .*\/b into records: its size of 10 bytes is not a multiple of 4/)
        for (const length of [0, -1, 1.5, NaN]) {
          const invalid = yield* Effect.flip(RDD.collect(RDD.binaryRecords(folder, length)))
          assert.match(invalid.message, /^binaryRecords at .* failed: recordLength is/)
        }
      })
    ),
)

onEngines(
  "binaryRecords() fails when a file becomes shorter after it was listed",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        yield* put(folder, { a: new Uint8Array(8) })
        const cutting: RDD.Files = { ...runtimeFiles, read: (path, from) => runtimeFiles.read(path, from, 6) }
        const records = RDD.collect(RDD.binaryRecords(folder, 4, { partitions: 1 }))
        const { reason } = yield* Effect.flip(Effect.provideService(records, RDD.Files, cutting))
        assert.ok(reason instanceof RDD.FileError)
        assert.match(reason.message, /Cannot read .*\/a: the file became shorter after it was listed/)
      })
    ),
)

onEngines(
  "whole files fail with FileError if there is no file, and in directories inside directories",
  () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        for (const make of [RDD.wholeTextFiles, RDD.binaryFiles, (path: string) => RDD.binaryRecords(path, 1)]) {
          const missing: RDD.RDD<unknown, RDD.FileError | RDD.PartialRecord> = make(`${folder}/none`)
          const { reason } = yield* Effect.flip(RDD.collect(missing))
          assert.ok(reason instanceof RDD.FileError && reason.reason === "NotFound")
        }
        yield* runtimeFiles.makeDirectory(`${folder}/a/b`)
        const nested = yield* Effect.flip(RDD.collect(RDD.wholeTextFiles(`${folder}/a`)))
        assert.match(
          nested.message,
          /wholeTextFiles at .* Cannot read .*\/a\/b: it is a directory inside the directory to read/,
        )
        for (const partitions of [0, 1.5]) {
          const invalid = yield* Effect.flip(RDD.collect(RDD.binaryFiles(folder, { partitions })))
          assert.equal(invalid.reason._tag, "InvalidOption")
        }
      })
    ),
)

onEngines("whole files fail with FileError where there is no file system", () =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.flip(RDD.collect(RDD.wholeTextFiles("folder")))
    assert.ok(reason instanceof RDD.FileError && reason.reason === "Unavailable")
  }))
