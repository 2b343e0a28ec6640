import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { type LogContents, readEntry, readLog } from "../../lib/durable/log/read_back.ts"
import type { Place } from "../../lib/durable/log/writer.ts"
import { MemoryDisk } from "../../lib/durable/store/memory.ts"
import { bytesOf, textOf, untilCrash, withLog } from "./logs.ts"

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)

interface Read extends LogContents {
  readonly entries: ReadonlyArray<readonly [place: Place, text: string]>
}

const reading = async (disk: MemoryDisk, identity?: string): Promise<Read> => {
  const entries: Array<readonly [Place, string]> = []
  const contents = await run(readLog(disk.open(), {
    name: "journal",
    identity,
    onEntry: (place, bytes) => void entries.push([place, textOf(bytes)]),
  }))
  return { ...contents, entries }
}

const texts = ({ entries }: Read) => entries.map(([, text]) => text)

/** Writes entries in a life, each durable. */
const wrote = (disk: MemoryDisk, entries: ReadonlyArray<string>, isKilled = false, segmentBytes = 100) =>
  run(untilCrash((crash) =>
    withLog(disk.open(), { segmentBytes }, (log) =>
      Effect.gen(function* () {
        for (const entry of entries) yield* log.append(bytesOf(entry))
        if (isKilled) yield* crash("")
      }))
  ))

/** All bytes of all files. */
const bytesIn = (disk: MemoryDisk) => Array.from(disk.files, ([name, { bytes }]) => [name, bytes.join()])

Deno.test("readLog() reads all lives of a log and changes nothing, also while the log is open", async () => {
  const disk = new MemoryDisk()
  await wrote(disk, ["one", "two", "x".repeat(100)])
  await wrote(disk, ["three"])
  await run(withLog(disk.open(), {}, (log) =>
    Effect.gen(function* () {
      yield* log.append(bytesOf("four"))
      const before = bytesIn(disk)
      const found = yield* Effect.promise(() => reading(disk))
      assert.deepEqual(texts(found), ["one", "two", "x".repeat(100), "three", "four"])
      assert.deepEqual([found.life, found.isClosed, found.damage, found.leftovers], [3, false, undefined, []])
      assert.equal(found.identity, log.identity)
      assert.deepEqual(found.segments.at(-1)?.end, log.end.offset)
      assert.deepEqual(bytesIn(disk), before)
      yield* log.append(bytesOf("five"))
    })))
  const found = await reading(disk)
  assert.deepEqual([texts(found).at(-1), found.isClosed], ["five", true])
})

Deno.test("readLog() gives no entries, and no identity, where there is no log", async () => {
  const { entries, identity, isClosed, life, segments } = await reading(new MemoryDisk())
  assert.deepEqual([entries, identity, isClosed, life, segments], [[], undefined, false, 0, []])
})

Deno.test("readLog() reads a killed log up to a torn entry", async () => {
  const disk = new MemoryDisk()
  await wrote(disk, ["one", "two"], true)
  const file = disk.files.get("journal-0000000001")!
  file.bytes = file.bytes.subarray(0, file.bytes.length - 1)
  const found = await reading(disk)
  assert.deepEqual([texts(found), found.damage, found.isClosed], [["one"], undefined, false])
})

Deno.test("readLog() reads up to a damage, says where it is, and leaves what follows", async () => {
  const disk = new MemoryDisk()
  await wrote(disk, ["one", "x".repeat(100), "three", "y".repeat(100)])
  const file = disk.files.get("journal-0000000002")!
  file.bytes[80]! ^= 1
  const found = await reading(disk)
  assert.deepEqual(texts(found), ["one"])
  assert.deepEqual([found.damage?.file, found.damage?.offset], ["memory/journal-0000000002", 40])
  assert.deepEqual(found.leftovers, [3, 4, 5])
  disk.files.delete("journal-0000000002")
  const without = await reading(disk)
  assert.deepEqual([texts(without), without.damage?.problem], [["one"], "the file is missing"])
})

Deno.test("readLog() refuses a log of another identity", async () => {
  const disk = new MemoryDisk()
  await wrote(disk, ["one"])
  const error = await run(Effect.flip(readLog(disk.open(), { name: "journal", identity: "0".repeat(16) })))
  assert.equal(error._tag, "MixedLogs")
})

Deno.test("readEntry() reads entries at their places only", async () => {
  const disk = new MemoryDisk()
  await wrote(disk, ["one", "two"])
  const { entries, identity = "" } = await reading(disk)
  for (const [place, text] of entries) {
    const read = (at: Place) => readEntry(disk.open(), "journal", identity, at)
    assert.equal(textOf(await run(read(place))), text)
    const moved = await run(Effect.flip(read({ ...place, offset: place.offset + 1 })))
    assert.equal(moved._tag, "LogDamaged")
  }
})
