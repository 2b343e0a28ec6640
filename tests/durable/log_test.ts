import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { Pacing } from "../../lib/core/pace.ts"
import type { LogStore } from "../../lib/durable/log_store.ts"
import { type Log, openLog } from "../../lib/durable/log/log.ts"
import type { Place } from "../../lib/durable/log/writer.ts"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { losses, MemoryDisk } from "../../lib/durable/store/memory.ts"
import { temporaryFolder } from "./folders.ts"
import { bytesOf, entriesOf, type Options, textOf, untilCrash, withLog } from "./logs.ts"

/** Declares a test for a log in memory and one for a log in a folder. */
const onStores = (name: string, body: (open: () => LogStore) => Effect.Effect<unknown, unknown>): void => {
  Deno.test(`${name} [memory]`, async () => {
    const disk = new MemoryDisk()
    await Effect.runPromise(body(() => disk.open()))
  })
  Deno.test(`${name} [folder]`, async () => {
    const inFolder = Effect.flatMap(temporaryFolder, (folder) => body(() => folderStore(folder)))
    await Effect.runPromise(Effect.scoped(inFolder))
  })
}

const append = (log: Log, texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) => log.append(bytesOf(text)), { concurrency: "unbounded" })

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `entry ${from + i}`)

onStores(
  "Log: gives all entries in order when it is opened again, in several lives and segments",
  (open) =>
    Effect.gen(function* () {
      const options: Options = { segmentBytes: 200 }
      for (let life = 1; life <= 4; life++) {
        const places = yield* withLog(open(), options, (log) => {
          assert.equal(log.life, 2 * life - 1)
          return append(log, numbered(life * 20, life * 20 + 20))
        })
        assert.ok(places.every(({ offset }) => offset < 200))
        assert.deepEqual(yield* entriesOf(open(), options), numbered(20, life * 20 + 20))
      }
    }).pipe(Effect.scoped),
)

onStores(
  "Log: an entry may be empty, in pieces, longer than a segment and longer than what is read at once",
  (open) =>
    Effect.gen(function* () {
      const long = "x".repeat(3_000_000)
      yield* withLog(open(), { segmentBytes: 100 }, (log) =>
        Effect.gen(function* () {
          yield* log.append()
          yield* log.append(bytesOf("a"), bytesOf(""), bytesOf("bc"))
          yield* log.append(bytesOf(long), bytesOf("end"))
          yield* log.append(bytesOf("last"))
        }))
      assert.deepEqual(yield* entriesOf(open()), ["", "abc", `${long}end`, "last"])
    }),
)

onStores(
  "Log.submit() keeps the order, and without sync an entry is covered by the next sync",
  (open) =>
    Effect.gen(function* () {
      yield* withLog(open(), {}, (log) =>
        Effect.gen(function* () {
          const lazy = log.submit([bytesOf("lazy")], false)
          yield* lazy.done
          const [first, second] = [log.submit([bytesOf("one")]), log.submit([bytesOf("two")], false)]
          assert.ok(lazy.place.offset < first.place.offset && first.place.offset < second.place.offset)
          assert.equal(log.end.offset, second.place.offset + 16 + 3)
          yield* second.done
          log.submit([bytesOf("written when the log is closed")], false)
        }))
      assert.deepEqual(yield* entriesOf(open()), ["lazy", "one", "two", "written when the log is closed"])
    }),
)

onStores("Log.read() gives the entry at a place, also one of an earlier life", (open) =>
  Effect.gen(function* () {
    const before = yield* withLog(open(), { segmentBytes: 60 }, (log) => append(log, ["one", "two"]))
    const found: Array<Place> = []
    yield* withLog(open(), { onEntry: (place) => void found.push(place) }, (log) =>
      Effect.gen(function* () {
        assert.deepEqual(found, before)
        const own = yield* log.append(bytesOf("three"))
        const read = yield* Effect.forEach([...before, own], (place) => log.read(place))
        assert.deepEqual(read.map(textOf), ["one", "two", "three"])
        const wrong = yield* Effect.flip(log.read({ ...own, length: 4 }))
        assert.equal(wrong._tag, "LogDamaged")
        assert.match(wrong.message, /journal-\d{10} is damaged at byte 40: the entry cannot be read\. Restore /)
      }))
  }))

onStores(
  "Log.clean() removes first segments for good, but not the one that is being written",
  (open) =>
    Effect.gen(function* () {
      const options: Options = { segmentBytes: 60 }
      yield* withLog(open(), options, (log) =>
        Effect.gen(function* () {
          const places = yield* append(log, ["one", "two", "three", "four"])
          assert.equal(yield* log.clean(places[2]?.segment ?? 0), 3)
          assert.equal(yield* log.clean(2), 3)
          const { _tag } = yield* Effect.flip(log.read(places[0]!))
          assert.equal(_tag, "FileMissing")
        }))
      assert.deepEqual(yield* entriesOf(open(), options), ["three", "four"])
      const left = yield* withLog(open(), options, (log) => log.clean(1000))
      assert.deepEqual(yield* entriesOf(open(), options), [])
      const files = yield* open().list
      assert.ok(files.every((file) => Number(file.slice(-10)) >= left), files.join())
    }),
)

onStores("Log: several logs in one store do not see each other", (open) =>
  Effect.gen(function* () {
    const store = open()
    yield* Effect.scoped(Effect.gen(function* () {
      yield* store.lock
      const logs = yield* Effect.forEach(["data", "data_2", "cleaned"], (name) => openLog(store, { name }))
      for (const log of logs) yield* log.append(bytesOf(log.name))
    }))
    for (const name of ["data", "data_2", "cleaned"]) assert.deepEqual(yield* entriesOf(store, { name }), [name])
  }))

Deno.test("Log: entries that arrive during a sync share the next one", async () => {
  const disk = new MemoryDisk()
  const store = disk.open()
  let syncs = 0
  const slow: LogStore = {
    ...store,
    create: (file) =>
      Effect.map(store.create(file), ({ append, sync }) => ({
        append,
        sync: Effect.suspend(() => {
          syncs++
          return Effect.andThen(Effect.yieldNow, sync)
        }),
      })),
  }
  await Effect.runPromise(withLog(slow, {}, (log) =>
    Effect.gen(function* () {
      const before = syncs
      yield* append(log, numbered(0, 100))
      assert.ok(syncs - before <= 2, `${syncs - before} syncs`)
    })))
  assert.deepEqual(await Effect.runPromise(entriesOf(store)), numbered(0, 100))
})

Deno.test("Log: after a full disk nothing is accepted; with room again, everything acknowledged is there once", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    disk.capacity = 300
    const acknowledged: Array<string> = []
    yield* withLog(disk.open(), {}, (log) =>
      Effect.gen(function* () {
        const appending = Effect.forEach(numbered(0, 50), (text) =>
          Effect.map(log.append(bytesOf(text)), () => void acknowledged.push(text)))
        const error = yield* Effect.flip(appending)
        assert.equal(error._tag, "DiskFull")
        assert.match(error.message, /^Cannot append to journal-0000000001: no space left\. The disk is full: /)
        disk.capacity = Infinity
        assert.equal(yield* Effect.flip(log.append(bytesOf("late"))), error)
      }))
    assert.ok(acknowledged.length > 5)
    disk.crash({ loss: losses.none })
    assert.deepEqual(yield* entriesOf(disk.open()), acknowledged)
    yield* withLog(disk.open(), {}, (log) => append(log, ["after"]))
    assert.deepEqual(yield* entriesOf(disk.open()), [...acknowledged, "after"])
  })))

Deno.test("Log: is closed with its scope, and refuses entries that are too long", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    const log = yield* withLog(disk.open(), {}, (log) => Effect.succeed(log))
    const closed = yield* Effect.flip(log.append(bytesOf("late")))
    assert.equal(closed.message, "The log journal is closed and accepts no more entries")
    const long = yield* withLog(disk.open(), {}, (log) => {
      const piece = new Uint8Array(1 << 20)
      return Effect.flip(log.append(...Array.from({ length: 1025 }, () => piece)))
    })
    assert.match(
      long.message,
      /^The log journal cannot hold an entry of 1074790400 bytes; the longest is 1073741824\. /,
    )
  })))

Deno.test("Log: options that are not allowed are refused", () =>
  Effect.runPromise(Effect.gen(function* () {
    const messageOf = (options: Options) =>
      Effect.map(Effect.flip(entriesOf(new MemoryDisk().open(), options)), ({ message }) => message)
    assert.match(yield* messageOf({ name: "a-b" }), /^openLog: name is a-b, but must be lower-case letters, /)
    assert.match(yield* messageOf({ segmentBytes: NaN }), /^openLog: segmentBytes is NaN, but must be a number from 1 /)
    assert.match(yield* messageOf({ identity: "me" }), /^openLog: identity is me, but must be 16 hexadecimal digits/)
  })))

Deno.test("Log: a newer format is refused", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    yield* withLog(disk.open(), {}, (log) => log.append(bytesOf("one")))
    const { crc32 } = yield* Effect.promise(() => import("../../lib/durable/crc32.ts"))
    const { bytes } = disk.files.get("journal-0000000001")!
    bytes[8] = 2
    new DataView(bytes.buffer).setUint32(36, crc32(bytes.subarray(0, 36), crc32(bytesOf("journal-0000000001"))), true)
    const error = yield* Effect.flip(entriesOf(disk.open()))
    assert.equal(error._tag, "LogTooNew")
    assert.match(error.message, /^memory\/journal-0000000001 has format 2, /)
  })))

Deno.test("Log: what a crash left behind is removed when the log is opened again", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    const options = { segmentBytes: 60 }
    yield* untilCrash((crash) =>
      withLog(disk.open(), options, (log) =>
        Effect.gen(function* () {
          yield* append(log, numbered(0, 5))
          yield* log.clean(3)
          yield* crash("after the removal")
        }))
    )
    disk.crash({ bringsBack: true })
    disk.files.set("journal-0000000900", { bytes: new Uint8Array(7), synced: 7 })
    disk.files.set("journal-cleaned-0000000800", { bytes: new Uint8Array(40), synced: 40 })
    assert.ok(disk.files.has("journal-0000000001"))
    assert.deepEqual(yield* entriesOf(disk.open(), options), numbered(2, 5))
    assert.equal(yield* withLog(disk.open(), options, (log) => Effect.succeed(log.end.segment)), 902)
    const files = yield* disk.open().list
    assert.deepEqual(files.filter((file) => /-0*(?:1|2|900|800)$/.test(file)), [])
  })))

Deno.test("Log: gives the event loop its turns while it is read", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    const pieces = Array.from({ length: 3 }, () => new Uint8Array(1 << 20))
    yield* withLog(disk.open(), {}, (log) =>
      Effect.gen(function* () {
        for (let i = 0; i < 6400; i++) log.submit([bytesOf("x")], false)
        yield* log.append(...pieces)
      }))
    let turns = 0
    const pacing: Pacing = {
      now: () => 0,
      turn: 0,
      records: 1,
      bytes: 1,
      get turnedAt() {
        return 0
      },
      set turnedAt(_) {
        turns++
      },
    }
    assert.equal((yield* Effect.provideService(entriesOf(disk.open()), Pacing, pacing)).length, 6401)
    assert.ok(turns >= 6400 / 64 + 2 * 3 - 2, `${turns} turns`)
  })))

Deno.test("Log: begins a new file after as many syncs as its store asks for", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const store: LogStore = { ...new MemoryDisk().open(), syncsPerFile: 3 }
    const texts = numbered(0, 10)
    const places = yield* withLog(store, {}, (log) => Effect.forEach(texts, (text) => log.append(bytesOf(text))))
    const first = places[0]?.segment ?? NaN
    assert.deepEqual(places.map(({ segment }) => segment - first), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
    assert.deepEqual(yield* entriesOf(store), texts)
  }))))
