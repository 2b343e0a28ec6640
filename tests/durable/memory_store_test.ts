import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { LogStore } from "../../lib/durable/log_store.ts"
import { losses, MemoryDisk } from "../../lib/durable/store/memory.ts"
import { testStore } from "./store_contract.ts"

testStore(
  "memory",
  Effect.sync(() => {
    const disk = new MemoryDisk()
    return {
      open: () => disk.open(),
      putForeignFile: (name) => Effect.sync(() => void disk.files.set(name, { bytes: new Uint8Array(3), synced: 3 })),
    }
  }),
)

const FILE = "a-0000000001"
const run = <A, E>(body: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(body)

/** Writes four bytes that are synced and four that are not. */
const halfSynced = (store: LogStore) =>
  Effect.scoped(Effect.gen(function* () {
    const file = yield* store.create(FILE)
    yield* file.append([Uint8Array.of(1, 2, 3, 4)])
    yield* file.sync
    yield* file.append([Uint8Array.of(5, 6, 7, 8)])
  }))

Deno.test("MemoryDisk.crash() keeps what is synced, and of the rest what the loss leaves", async () => {
  const left = async (loss: keyof typeof losses) => {
    const disk = new MemoryDisk()
    await run(halfSynced(disk.open()))
    disk.crash({ loss: losses[loss] })
    return Array.from(await run(disk.open().read(FILE, 0, 99)))
  }
  assert.deepEqual(await left("all"), [1, 2, 3, 4])
  assert.deepEqual(await left("half"), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(await left("none"), [1, 2, 3, 4, 5, 6, 7, 8])
  assert.deepEqual(await left("zeros"), [1, 2, 3, 4, 5, 6, 0, 0])
})

Deno.test("MemoryDisk.crash() brings removed files back, unless a later create() made the removal durable", async () => {
  const disk = new MemoryDisk()
  await run(halfSynced(disk.open()))
  await run(disk.open().remove(FILE))
  disk.crash({ bringsBack: true })
  assert.deepEqual(await run(disk.open().list), [FILE])
  await run(disk.open().remove(FILE))
  await run(Effect.scoped(disk.open().create("a-0000000002")))
  disk.crash({ bringsBack: true })
  assert.deepEqual(await run(disk.open().list), ["a-0000000002"])
})

Deno.test("MemoryDisk.crash() of the process alone keeps everything, until the power fails", async () => {
  for (const syncs of [false, true]) {
    const disk = new MemoryDisk()
    await run(halfSynced(disk.open()))
    disk.crash({ onlyProcess: true })
    assert.equal((await run(disk.open().read(FILE, 0, 99))).length, 8)
    if (syncs) await run(disk.open().sync(FILE))
    disk.crash()
    assert.equal((await run(disk.open().read(FILE, 0, 99))).length, syncs ? 8 : 4)
  }
})

Deno.test("MemoryDisk.crash() frees the lock and stops the stores of before", async () => {
  const disk = new MemoryDisk()
  const before = disk.open()
  await run(Effect.scoped(before.lock))
  disk.crash()
  await run(Effect.scoped(disk.open().lock))
  const late = Effect.runFork(before.list)
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)))
  assert.equal(late.pollUnsafe(), undefined)
})

Deno.test("MemoryDisk fails as a full and as a read-only disk do", async () => {
  const disk = new MemoryDisk()
  disk.capacity = 6
  const full = await run(Effect.flip(halfSynced(disk.open())))
  assert.equal(full._tag, "DiskFull")
  assert.match(full.message, /free some space/)
  assert.equal(disk.files.get(FILE)?.bytes.length, 6)
  disk.isReadOnly = true
  const refused = await run(Effect.flip(disk.open().remove(FILE)))
  assert.equal(refused._tag, "PermissionLost")
})
