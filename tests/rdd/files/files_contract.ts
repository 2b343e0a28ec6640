/** What every file system must do. One is tested by calling `testFiles` with a way to make a directory in it. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as RDD from "../../../lib/rdd.ts"

/** A file system, and an empty directory in it for one test. */
export interface FilesPlace {
  readonly files: RDD.Files
  readonly folder: string
}

/** How a file system is tested. */
export interface FilesUnderTest {
  readonly place: Effect.Effect<FilesPlace, unknown, Scope.Scope>
  /** Whether a file can be written only if its directory exists. Default: true. */
  readonly needsDirectories?: boolean
  /** Names that the file system does not allow, of those that the tests use. Default: none. */
  readonly forbiddenNames?: ReadonlyArray<string>
  /** The permissions of the tests. Default: those of the process. */
  readonly permissions?: Deno.PermissionOptions
  /** Whether the tests are left out, because there is no server for them. */
  readonly ignore?: boolean
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Entries without their times, which depend on when the test runs. */
const withoutTimes = <E>(entries: Effect.Effect<ReadonlyArray<RDD.FileEntry>, E>) =>
  Effect.map(entries, (all) => all.map(({ modifiedMs: _, ...rest }) => rest))

const reasonOf = <A>(effect: Effect.Effect<A, RDD.FileError>) => Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** Declares the tests of the contract. Each test gets a directory of its own. */
export const testFiles = (
  name: string,
  { forbiddenNames = [], ignore = false, needsDirectories = true, permissions, place }: FilesUnderTest,
): void => {
  const test = (
    criterion: string,
    body: (files: RDD.Files, folder: string) => Effect.Effect<unknown, unknown>,
  ): void =>
    Deno.test({
      name: `${criterion} [${name}]`,
      ignore,
      sanitizeOps: true,
      sanitizeResources: true,
      sanitizeExit: true,
      ...(permissions === undefined ? {} : { permissions }),
      fn: () =>
        Effect.runPromise(
          Effect.scoped(Effect.flatMap(place, ({ files, folder }) => Effect.asVoid(body(files, folder)))),
        ),
    })

  test(
    "Files.write() replaces a file with all pieces, and leaves no other file",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.write(`${folder}/a`, [bytesOf("long before")])
        yield* files.write(`${folder}/a`, [bytesOf("one "), bytesOf(""), bytesOf("two")])
        yield* files.write(`${folder}/empty`, [])
        assert.deepEqual(yield* withoutTimes(files.list(folder)), [
          { path: `${folder}/a`, name: "a", isDirectory: false, size: 7 },
          { path: `${folder}/empty`, name: "empty", isDirectory: false, size: 0 },
        ])
        assert.equal(textOf(yield* files.read(`${folder}/a`, 0, Infinity)), "one two")
        const missing = files.write(`${folder}/none/a`, [])
        if (needsDirectories) assert.equal(yield* reasonOf(missing), "NotFound")
      }),
  )

  test("Files.append() adds to a file, and creates it", (files, folder) =>
    Effect.gen(function* () {
      yield* files.append(`${folder}/log`, [bytesOf("a"), bytesOf("b")])
      yield* files.append(`${folder}/log`, [])
      yield* files.append(`${folder}/log`, [bytesOf("c")])
      assert.equal(textOf(yield* files.read(`${folder}/log`, 0, Infinity)), "abc")
      if (!needsDirectories) return
      const error = yield* Effect.flip(files.append(`${folder}/none/log`, []))
      assert.equal(error.reason, "NotFound")
      assert.match(error.message, /^Cannot append to .*none\/log: /)
    }))

  test("Files.read() gives a range, up to the end of the file", (files, folder) =>
    Effect.gen(function* () {
      const read = (from: number, to: number) => Effect.map(files.read(`${folder}/a`, from, to), textOf)
      yield* files.write(`${folder}/a`, [bytesOf("0123456789abcdefghij")])
      assert.deepEqual(
        yield* Effect.all([read(0, 4), read(2, 20), read(15, 99), read(20, 30), read(50, 60), read(5, 5)]),
        ["0123", "23456789abcdefghij", "fghij", "", "", ""],
      )
      assert.equal(yield* reasonOf(files.read(`${folder}/none`, 0, 1)), "NotFound")
    }))

  test("Files.list() orders by name, and gives a file itself", (files, folder) =>
    Effect.gen(function* () {
      for (const name of ["b", "a", "B", "é"]) yield* files.write(`${folder}/${name}`, [bytesOf(name)])
      yield* files.makeDirectory(`${folder}/deep/er`)
      yield* files.makeDirectory(`${folder}/deep/er`)
      const named = (path: string) =>
        Effect.map(
          files.list(path),
          (entries) => entries.map(({ isDirectory, name }) => name + (isDirectory ? "/" : "")),
        )
      assert.deepEqual(yield* named(folder), ["B", "a", "b", "deep/", "é"])
      assert.deepEqual(yield* named(`${folder}/deep`), ["er/"])
      assert.deepEqual(yield* withoutTimes(files.list(`${folder}/é`)), [
        { path: `${folder}/é`, name: "é", isDirectory: false, size: 2 },
      ])
      assert.equal(yield* reasonOf(files.list(`${folder}/none`)), "NotFound")
    }))

  test(
    "Files.listNew() leaves known names out, and asks once for each name",
    (files, folder) =>
      Effect.gen(function* () {
        for (const name of ["a", "b", "c"]) yield* files.write(`${folder}/${name}`, [bytesOf(name)])
        const asked: Array<string> = []
        const isKnown = (name: string) => asked.push(name) > 0 && name !== "b"
        assert.deepEqual(yield* withoutTimes(files.listNew(folder, isKnown)), [
          { path: `${folder}/b`, name: "b", isDirectory: false, size: 1 },
        ])
        assert.deepEqual(asked.toSorted(), ["a", "b", "c"])
        assert.equal(yield* reasonOf(files.listNew(`${folder}/none`, isKnown)), "NotFound")
      }),
  )

  test("Files.stat() gives the entry of a file or a directory", (files, folder) =>
    Effect.gen(function* () {
      yield* files.write(`${folder}/a`, [bytesOf("12")], { durable: true })
      const stat = (path: string) =>
        Effect.map(withoutTimes(Effect.map(files.stat(path), (one) => [one])), ([one]) => one)
      assert.deepEqual(yield* stat(`${folder}/a`), { path: `${folder}/a`, name: "a", isDirectory: false, size: 2 })
      assert.equal((yield* stat(folder))?.isDirectory, true)
      assert.equal(yield* reasonOf(files.stat(`${folder}/none`)), "NotFound")
    }))

  test(
    "Files.rename(), remove() and exists() take files and whole directories",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.makeDirectory(`${folder}/from`)
        yield* files.write(`${folder}/from/a`, [bytesOf("a")])
        yield* files.rename(`${folder}/from`, `${folder}/to`)
        yield* files.write(`${folder}/b`, [bytesOf("b")])
        yield* files.rename(`${folder}/b`, `${folder}/to/a`)
        assert.equal(textOf(yield* files.read(`${folder}/to/a`, 0, 9)), "b")
        const exist = Effect.forEach(
          ["from", "to", "to/a", "b", "to/a/none"],
          (name) => files.exists(`${folder}/${name}`),
        )
        assert.deepEqual(yield* exist, [false, true, true, false, false])
        yield* files.remove(`${folder}/to`)
        yield* files.remove(`${folder}/to`)
        assert.deepEqual(yield* exist, [false, false, false, false, false])
        assert.equal(yield* reasonOf(files.rename(`${folder}/none`, `${folder}/to`)), "NotFound")
      }),
  )

  test(
    "Files.write() and read() take files that are larger than one request of a store",
    (files, folder) =>
      Effect.gen(function* () {
        const pieces = Array.from({ length: 40 }, (_, i) => new Uint8Array(500_000 + i).fill(i))
        const size = pieces.reduce((sum, { length }) => sum + length, 0)
        yield* files.write(`${folder}/large`, pieces)
        yield* files.append(`${folder}/large`, [bytesOf("end")])
        assert.equal((yield* files.stat(`${folder}/large`)).size, size + 3)
        const whole = yield* files.read(`${folder}/large`, 0, Infinity)
        const expected = new Uint8Array(yield* Effect.promise(() => new Blob([...pieces, "end"]).arrayBuffer()))
        assert.equal(whole.length, expected.length)
        assert.ok(whole.every((byte, at) => byte === expected[at]))
        assert.equal(textOf(yield* files.read(`${folder}/large`, size, size + 99)), "end")
      }),
  )

  test(
    "Files take names with characters that are special in URLs, XML and patterns",
    (files, folder) =>
      Effect.gen(function* () {
        const all = [
          "a b",
          "a+b",
          "a%20b",
          "a&b<c>\"d'",
          "a?b#c",
          "é😀",
          "[x]{y}*",
          "a=b;c,d",
          "~!@$()",
          "a:b",
          "..a",
          "a\\b",
        ]
        const names = all.filter((name) => !forbiddenNames.includes(name))
        for (const name of names) yield* files.write(`${folder}/${name}`, [bytesOf(name)])
        const listed = yield* files.list(folder)
        assert.deepEqual(listed.map(({ name }) => name), names.toSorted())
        for (const { path, name } of listed) assert.equal(textOf(yield* files.read(path, 0, Infinity)), name)
        yield* files.rename(`${folder}/a%20b`, `${folder}/a b`)
        assert.equal(textOf(yield* files.read(`${folder}/a b`, 0, Infinity)), "a%20b")
        for (const name of names) yield* files.remove(`${folder}/${name}`)
        for (const name of names) assert.equal(yield* files.exists(`${folder}/${name}`), false)
      }),
  )

  test(
    "Files.rename() and remove() take directories with directories in them, and leave others of like names",
    (files, folder) =>
      Effect.gen(function* () {
        for (const directory of ["from/deep", "from2"]) yield* files.makeDirectory(`${folder}/${directory}`)
        for (const path of ["from/a", "from/deep/b", "from2/c", "fromd"]) {
          yield* files.write(`${folder}/${path}`, [bytesOf(path)])
        }
        yield* files.rename(`${folder}/from`, `${folder}/to`)
        assert.equal(textOf(yield* files.read(`${folder}/to/deep/b`, 0, 99)), "from/deep/b")
        const names = (path: string) => Effect.map(files.list(path), (entries) => entries.map(({ name }) => name))
        assert.deepEqual(yield* names(folder), ["from2", "fromd", "to"])
        assert.deepEqual(yield* names(`${folder}/to`), ["a", "deep"])
        yield* files.remove(`${folder}/to`)
        assert.deepEqual(yield* names(folder), ["from2", "fromd"])
      }),
  )

  test(
    "Files.list() gives an empty directory, which exists, and paths below the one that was given",
    (files, folder) =>
      Effect.gen(function* () {
        yield* files.makeDirectory(`${folder}/empty`)
        assert.equal(yield* files.exists(`${folder}/empty`), true)
        assert.deepEqual(yield* files.list(`${folder}/empty`), [])
        yield* files.write(`${folder}/empty/a`, [bytesOf("a")])
        const pathsIn = (path: string) => Effect.map(files.list(path), (entries) => entries.map(({ path }) => path))
        assert.deepEqual(yield* pathsIn(`${folder}/empty`), [`${folder}/empty/a`])
        assert.deepEqual(yield* pathsIn(`${folder}/empty/`), [`${folder}/empty/a`])
        assert.deepEqual(yield* pathsIn(`${folder}/empty/a`), [`${folder}/empty/a`])
      }),
  )

  test("Files give the times of files", (files, folder) =>
    Effect.gen(function* () {
      yield* files.write(`${folder}/a`, [bytesOf("a")])
      const { modifiedMs } = yield* files.stat(`${folder}/a`)
      assert.ok(modifiedMs === undefined || Math.abs(modifiedMs - Date.now()) < 600_000, String(modifiedMs))
      assert.equal((yield* files.list(folder))[0]?.modifiedMs, modifiedMs)
    }))
}
