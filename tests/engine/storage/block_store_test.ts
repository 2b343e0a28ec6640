import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { run } from "../../../lib/core/pace.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import { type Block, concat, fromArray, gather } from "../../../lib/rdd/block.ts"
import { FileError, type Files } from "../../../lib/rdd/files/files.ts"
import { Flow } from "../../../lib/rdd/flow.ts"
import { PairBlock } from "../../../lib/rdd/pair_block.ts"
import type { HeldBlock } from "../../../lib/rdd/storage.ts"
import { fromText, unreadText } from "../../../lib/rdd/text_block.ts"
import { filesIn, folder, storeIn } from "./stores.ts"

const test = (name: string, body: Effect.Effect<unknown, unknown, Scope.Scope>) =>
  Deno.test(name, () => Effect.runPromise(Effect.asVoid(Effect.scoped(body))))

/** All records of a held block, wherever it is. */
const read = (held: HeldBlock): Effect.Effect<ReadonlyArray<unknown>, unknown> =>
  Effect.scoped(Effect.gen(function* () {
    const opened = held.open()
    if (!(opened instanceof Flow)) return yield* run(() => gather(opened))
    const pull = yield* opened.open
    const blocks: Array<Block<unknown>> = []
    for (let block = yield* pull; block !== undefined; block = yield* pull) blocks.push(block)
    return yield* run(() => gather(concat(blocks)))
  }))

const numbers = (n: number, from = 0): Block<number> => fromArray(Array.from({ length: n }, (_, i) => from + i))

/** Collects the texts that are logged. */
const logs = () => {
  const texts: Array<string> = []
  return { texts, layer: Logger.layer([Logger.make(({ message }) => void texts.push(String(message)))]) }
}

test(
  "put() moves the blocks that were used least recently to files, and keeps the limit",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 2_500)
    const put = (i: number) => store.put(numbers(100, i * 100), { level: "MEMORY_AND_DISK", weight: 1_000 })
    const a = yield* put(0)
    const b = yield* put(1)
    a.open()
    const c = yield* put(2)
    assert.deepEqual([a, b, c].map(({ isInMemory }) => isInMemory), [true, false, true])
    assert.equal(store.measures().memory, 2_000)
    assert.equal(filesIn(path).length, 1)
    assert.equal(store.measures().disk, Deno.statSync(filesIn(path)[0] ?? "").size)
    assert.deepEqual(yield* read(b), numbers(100, 100).records)
    assert.equal(b.length, 100)
    assert.throws(() => b.records, /is in a file/)
  }),
)

test(
  "the files of a store are removed with its directory",
  Effect.gen(function* () {
    const path = yield* folder
    yield* Effect.scoped(Effect.gen(function* () {
      const store = yield* storeIn(path, 0)
      yield* store.put(numbers(10), { level: "MEMORY_AND_DISK" })
      assert.equal(filesIn(path).length, 1)
    }))
    assert.deepEqual(Array.from(Deno.readDirSync(path)), [])
  }),
)

test(
  "a directory that was removed from outside is made again",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 0)
    yield* store.put(numbers(10), { level: "DISK_ONLY" })
    for (const { name } of Deno.readDirSync(path)) Deno.removeSync(`${path}/${name}`, { recursive: true })
    const held = yield* store.put(numbers(10), { level: "DISK_ONLY" })
    assert.equal(held.isInMemory, false)
    assert.deepEqual(yield* read(held), numbers(10).records)
  }),
)

const anyBlock: fc.Arbitrary<Block<unknown>> = fc.oneof(
  fc.array(fc.oneof(fc.integer(), fc.string(), fc.record({ a: fc.double(), b: fc.option(fc.string()) })), {
    maxLength: 50,
  }).map((records) => fromArray<unknown>(records)),
  fc.array(fc.tuple(fc.string(), fc.integer()), { maxLength: 50 }).map((pairs) =>
    new PairBlock({ keys: pairs.map(([key]) => key), values: pairs.map(([, value]) => value) })
  ),
  fc.array(fc.constantFrom("a", "é", "\n", "\r", "\r\n", "\u{1F600}", "\0"), { maxLength: 50 }).map((parts) =>
    fromText(new TextEncoder().encode(parts.join("")))
  ),
)

for (const level of ["DISK_ONLY", "MEMORY_AND_DISK", "MEMORY_ONLY_SER", "OFF_HEAP"] as const) {
  Deno.test(`put() gives back the records that it was given (${level})`, () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const path = yield* folder
      const store = yield* storeIn(path, level === "MEMORY_AND_DISK" ? 0 : 1e6)
      const property = fc.asyncProperty(anyBlock, (block) =>
        Effect.runPromise(Effect.gen(function* () {
          const text = unreadText(block)
          const expected = text === undefined ? Array.from(block.records) : Array.from(fromText(text).records)
          const held = yield* store.put(block, { level })
          assert.equal(held.isInMemory, level === "MEMORY_ONLY_SER" || level === "OFF_HEAP" || block.length === 0)
          assert.equal(held.length, expected.length)
          assert.deepEqual(yield* read(held), expected)
          const middle = Math.floor(expected.length / 2)
          if (!held.isInMemory) {
            assert.deepEqual(yield* read(held.part(1, middle)), expected.slice(1, Math.max(1, middle)))
          }
        })))
      yield* Effect.promise(() => fc.assert(property, { numRuns: 40 }))
    }))))
}

test(
  "a block of many chunks comes back a piece at a time, and so does a part of it",
  Effect.gen(function* () {
    const store = yield* storeIn(yield* folder, 0)
    const records = Array.from({ length: 50_000 }, (_, i) => `record ${i} ${"x".repeat(i % 90)}`)
    const held = yield* store.put(fromArray(records), { level: "DISK_ONLY" })
    const opened = held.open()
    assert(opened instanceof Flow)
    const pieces = yield* Effect.scoped(Effect.gen(function* () {
      const pull = yield* opened.open
      let count = 0
      while ((yield* pull) !== undefined) count++
      return count
    }))
    assert(pieces > 1, `${pieces} pieces`)
    assert.deepEqual(yield* read(held), records)
    assert.deepEqual(yield* read(held.part(4_095, 41_000)), records.slice(4_095, 41_000))
    assert.deepEqual(yield* read(held.part(1_000, 41_000).part(500, 30_000)), records.slice(1_500, 31_000))
  }),
)

test(
  "text stays bytes in a file, and when it comes back",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 0)
    const text = "to be\nor not\r\nto be"
    const held = yield* store.put(fromText(new TextEncoder().encode(text)), { level: "MEMORY_AND_DISK_SER" })
    assert.equal(Deno.readTextFileSync(filesIn(path)[0] ?? ""), text)
    assert.deepEqual(yield* read(held), ["to be", "or not", "to be"])
    const parts = ["a\n", "b\n"].map((part) => fromText(new TextEncoder().encode(part)))
    const joined = yield* store.put(concat(parts), { level: "DISK_ONLY" })
    assert(filesIn(path).map((file) => Deno.readTextFileSync(file)).includes("a\nb\n"))
    assert.deepEqual(yield* read(joined), ["a", "b"])
  }),
)

test(
  "MEMORY_ONLY drops blocks that can be computed again, and keeps the others",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 1_000)
    const dropped: Array<string> = []
    const received = yield* store.put(numbers(1), { level: "MEMORY_ONLY", weight: 900 })
    const computed = yield* store.put(numbers(2), {
      level: "MEMORY_ONLY",
      weight: 900,
      drop: () => void dropped.push("computed"),
    })
    assert.deepEqual(dropped, ["computed"])
    assert.deepEqual([received.isReleased, computed.isReleased], [false, true])
    assert.equal(store.measures().memory, 900)
    assert.deepEqual(filesIn(path), [])
    // A task that has the block can still read it.
    assert.deepEqual(yield* read(computed), [0, 1])
  }),
)

test(
  "records that cannot be encoded stay in memory, which is said once",
  Effect.gen(function* () {
    const path = yield* folder
    const { layer, texts } = logs()
    yield* Effect.gen(function* () {
      const store = yield* storeIn(path, 10)
      for (const level of ["MEMORY_AND_DISK", "DISK_ONLY", "MEMORY_ONLY_SER"] as const) {
        const held = yield* store.put(fromArray<unknown>([1, () => 1]), { level, weight: 100 })
        assert.equal(held.isInMemory, true)
        assert.equal((yield* read(held)).length, 2)
      }
      assert.equal(store.measures().memory, 300)
      assert.deepEqual(filesIn(path), [])
    }).pipe(Effect.provide(layer))
    assert.equal(texts.length, 1)
    assert.match(texts[0] ?? "", /cannot be encoded stay in memory.*function/)
  }),
)

for (const reason of ["PermissionDenied", "Other"] as const) {
  test(
    `where files cannot be written (${reason}), blocks stay in memory, which is said once`,
    Effect.gen(function* () {
      const path = yield* folder
      const { layer, texts } = logs()
      let attempts = 0
      const files: Files = {
        ...runtimeFiles,
        append: (path) =>
          Effect.suspend(() => {
            attempts++
            return Effect.fail(new FileError({ path, operation: "append to", reason, cause: "no" }))
          }),
      }
      yield* Effect.gen(function* () {
        const store = yield* storeIn(path, 10, files)
        const a = yield* store.put(numbers(1), { level: "MEMORY_AND_DISK", weight: 100 })
        const b = yield* store.put(numbers(2), { level: "DISK_ONLY", weight: 100 })
        assert.deepEqual([yield* read(a), yield* read(b)], [[0], [0, 1]])
        assert.deepEqual(store.measures(), { limit: 10, memory: 200, disk: 0 })
      }).pipe(Effect.provide(layer))
      assert.equal(texts.length, 1)
      assert.match(texts[0] ?? "", /Blocks stay in memory.*Cannot append to .*spillDirectory/)
      // A full disk may get room again, a permission is not given later.
      assert(reason === "Other" ? attempts > 1 : attempts === 1, `${attempts} attempts`)
    }),
  )
}

test(
  "a file that is gone fails the one who reads it, with its path",
  Effect.gen(function* () {
    const path = yield* folder
    const store = yield* storeIn(path, 0)
    const held = yield* store.put(numbers(10), { level: "DISK_ONLY" })
    const [file = ""] = filesIn(path)
    Deno.removeSync(file)
    const error = yield* Effect.flip(read(held))
    assert(error instanceof Error)
    assert.match(error.message, /stored block .*\.block cannot be read.*spillDirectory/)
    assert(error.message.includes(file))
  }),
)

test(
  "makeRoom() moves blocks in the background, and tells those who wait",
  Effect.gen(function* () {
    const store = yield* storeIn(yield* folder, 1_000)
    const held = store.hold(numbers(10), { level: "MEMORY_AND_DISK", weight: 800 })
    assert.deepEqual([store.hasRoom(200), store.hasRoom(201)], [true, false])
    const told = Effect.callback<void>((resume) => {
      const end = store.onRoom(() => {
        if (!store.hasRoom(201)) return
        end()
        resume(Effect.void)
      })
      store.makeRoom(201)
    })
    yield* Effect.timeout(told, "5 seconds")
    assert.equal(held.isInMemory, false)
    assert.equal(store.measures().memory, 0)
  }),
)

test(
  "makeRoom() tries once where no room can be made, though listeners ask again",
  Effect.gen(function* () {
    const store = yield* storeIn(yield* folder, 1_000)
    const held = store.hold(numbers(10), { level: "MEMORY_ONLY", weight: 900 })
    let asked = 0
    store.onRoom(() => {
      asked++
      store.makeRoom(500)
    })
    store.makeRoom(500)
    yield* Effect.sleep(20)
    assert.equal(asked, 0)
    store.release(held)
    yield* Effect.sleep(20)
    assert.equal(asked, 1)
  }),
)

test(
  "release() frees memory at once",
  Effect.gen(function* () {
    const store = yield* storeIn(yield* folder, 1_000)
    const held = store.hold(numbers(10), { level: "MEMORY_ONLY", weight: 800 })
    store.release(held)
    store.release(held)
    assert.equal(store.measures().memory, 0)
    assert.deepEqual(yield* read(held), numbers(10).records)
  }),
)

test(
  "a text that has become lines weighs what these take",
  Effect.gen(function* () {
    const store = yield* storeIn(yield* folder, 1e9)
    const bytes = new TextEncoder().encode("a\n".repeat(10_000))
    const held = yield* store.put(fromText(bytes), { level: "MEMORY_AND_DISK" })
    assert.equal(store.measures().memory, 20_000)
    yield* read(held)
    held.open()
    assert(store.measures().memory > 100_000, `${store.measures().memory}`)
  }),
)
