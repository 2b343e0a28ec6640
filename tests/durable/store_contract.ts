/** What every store of logs must do. A store is tested by calling `testStore` with a way to make one. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { LogStore } from "../../lib/durable/log_store.ts"

/** One place that can be opened several times, as by several processes. */
export interface Place {
  readonly open: () => LogStore
  /** Puts a file there that no log has written. */
  readonly putForeignFile: (name: string) => Effect.Effect<void>
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Writes a whole file. */
const write = (store: LogStore, file: string, ...texts: ReadonlyArray<string>) =>
  Effect.scoped(Effect.gen(function* () {
    const log = yield* store.create(file)
    yield* log.append(texts.map(bytesOf))
    yield* log.sync
  }))

/** Declares the tests of the contract. Each test gets an empty place of its own. They are ignored where there is no server. */
export const testStore = (
  name: string,
  place: Effect.Effect<Place, never, Scope.Scope>,
  { ignore = false }: { readonly ignore?: boolean } = {},
): void => {
  const test = (criterion: string, body: (place: Place) => Effect.Effect<unknown, unknown, Scope.Scope>) =>
    Deno.test({
      name: `LogStore: ${criterion} [${name}]`,
      ignore,
      fn: () => Effect.runPromise(Effect.scoped(Effect.asVoid(Effect.flatMap(place, body)))),
    })
  const testLocked = (criterion: string, body: (store: LogStore) => Effect.Effect<unknown, unknown, Scope.Scope>) =>
    test(criterion, (place) =>
      Effect.suspend(() => {
        const store = place.open()
        return Effect.andThen(store.lock, body(store))
      }))

  testLocked("read() gives what append() wrote, in any range", (store) =>
    Effect.gen(function* () {
      yield* write(store, "a-0000000001", "0123", "", "456789")
      const read = (from: number, length: number) => Effect.map(store.read("a-0000000001", from, length), textOf)
      const ranges = [
        read(0, 10),
        read(0, 99),
        read(3, 4),
        read(9, 1),
        read(9, 2),
        read(10, 5),
        read(50, 5),
        read(2, 0),
      ]
      assert.deepEqual(yield* Effect.all(ranges), ["0123456789", "0123456789", "3456", "9", "9", "", "", ""])
    }))

  testLocked("append() keeps the order and content of large and small pieces", (store) =>
    Effect.gen(function* () {
      const sizes = [1, 5, 3_000_000, 7, 400_000, 700_000, 0, 1 << 20, 2, 16, 600_000, 3]
      const pieces = sizes.map((size, i) => new Uint8Array(size).map((_, at) => (at * 7 + i) % 251))
      const file = yield* store.create("a-0000000001")
      yield* file.append(pieces.slice(0, 4))
      yield* file.append(pieces.slice(4, 9))
      yield* file.append(pieces.slice(9))
      yield* file.sync
      const whole = new Uint8Array(yield* Effect.promise(() => new Blob(pieces).arrayBuffer()))
      assert.deepEqual(yield* store.read("a-0000000001", 0, whole.length + 1), whole)
    }))

  testLocked("a file can be read while it is written", (store) =>
    Effect.gen(function* () {
      const file = yield* store.create("a-0000000001")
      assert.equal((yield* store.read("a-0000000001", 0, 9)).length, 0)
      yield* file.append([bytesOf("one")])
      assert.equal(textOf(yield* store.read("a-0000000001", 0, 9)), "one")
    }))

  testLocked(
    "list() gives the files of logs by name, remove() removes one, also if it is missing",
    (store) =>
      Effect.gen(function* () {
        assert.deepEqual(yield* store.list, [])
        for (const file of ["b-0000000010", "b-0000000009", "b-cleaned-0000000003", "a_1-0000000001"]) {
          yield* write(store, file, "x")
        }
        const all = ["a_1-0000000001", "b-0000000009", "b-0000000010", "b-cleaned-0000000003"]
        assert.deepEqual(yield* store.list, all)
        yield* store.remove("b-0000000010")
        yield* store.remove("b-0000000010")
        assert.deepEqual(yield* store.list, all.filter((file) => file !== "b-0000000010"))
      }),
  )

  testLocked("create() refuses a name that exists, and takes one that was removed", (store) =>
    Effect.gen(function* () {
      yield* write(store, "a-0000000001", "old")
      const error = yield* Effect.flip(Effect.scoped(store.create("a-0000000001")))
      assert.equal(error._tag, "StoreFailed")
      assert.match(error.message, /^Cannot create .*a-0000000001: .*\. Check /)
      assert.equal(textOf(yield* store.read("a-0000000001", 0, 9)), "old")
      yield* store.remove("a-0000000001")
      yield* write(store, "a-0000000001", "new")
      assert.equal(textOf(yield* store.read("a-0000000001", 0, 9)), "new")
    }))

  testLocked("read() of a missing file fails with FileMissing, which names it", (store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(store.read("a-0000000001", 0, 1))
      assert.equal(error._tag, "FileMissing")
      assert.match(error.message, /^Cannot read .*a-0000000001: /)
    }))

  testLocked(
    "sync() makes a file durable that another store has written, and fails if it is missing",
    (store) =>
      Effect.gen(function* () {
        yield* write(store, "a-0000000001", "kept")
        yield* store.sync("a-0000000001")
        assert.equal(textOf(yield* store.read("a-0000000001", 0, 9)), "kept")
        const error = yield* Effect.flip(store.sync("a-0000000002"))
        assert.equal(error._tag, "FileMissing")
      }),
  )

  test("lock refuses a second user until the scope of the first closes", (place) =>
    Effect.gen(function* () {
      const first = yield* Scope.make()
      yield* Scope.provide(place.open().lock, first)
      const error = yield* Effect.flip(Effect.scoped(place.open().lock))
      assert.equal(error._tag, "StoreLocked")
      assert.ok(error.message.startsWith(`${place.open().location} is in use by another process. `), error.message)
      yield* Scope.close(first, Exit.void)
      yield* Effect.scoped(place.open().lock)
      yield* Effect.scoped(place.open().lock)
    }))

  test("lock refuses a place that holds files which no log has written", (place) =>
    Effect.gen(function* () {
      yield* place.putForeignFile("report.csv")
      const error = yield* Effect.flip(place.open().lock)
      assert.equal(error._tag, "ForeignDirectory")
      assert.match(error.message, /has "report\.csv" in it, which no log has written/)
      assert.deepEqual(yield* place.open().list, [])
    }))

  test("what one store has written, another one opened later finds", (place) =>
    Effect.gen(function* () {
      const first = place.open()
      yield* Effect.scoped(Effect.andThen(first.lock, write(first, "a-0000000001", "kept")))
      const second = place.open()
      yield* second.lock
      assert.deepEqual(yield* second.list, ["a-0000000001"])
      assert.equal(textOf(yield* second.read("a-0000000001", 0, 9)), "kept")
    }))
}
