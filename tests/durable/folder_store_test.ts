import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { describeCause } from "../../lib/core/errors.ts"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { storeError } from "../../lib/durable/store/folder_errors.ts"
import { testStore } from "./store_contract.ts"
import { temporaryFolder } from "./folders.ts"

testStore(
  "folder",
  Effect.map(temporaryFolder, (folder) => ({
    open: () => folderStore(`${folder}/deep/down`),
    putForeignFile: (name) =>
      Effect.promise(async () => {
        await Deno.mkdir(`${folder}/deep/down`, { recursive: true })
        await Deno.writeTextFile(`${folder}/deep/down/${name}`, "x")
      }),
  })),
)

Deno.test("LogStore: hidden files and the lock itself do not make a folder foreign", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const folder = yield* temporaryFolder
    for (const name of [".nfs0001", ".DS_Store", "lock", "a-0000000001"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "")
    }
    const store = folderStore(folder)
    yield* store.lock
    assert.deepEqual(yield* store.list, ["a-0000000001"])
  }))))

Deno.test("LogStore: errors of file systems get a tag and say what to do", () => {
  const errorFor = (code: string) => storeError("append to", "/data/a", Object.assign(new Error(code), { code }))
  assert.deepEqual(
    ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOENT", "EIO"].map((code) => errorFor(code)._tag),
    ["DiskFull", "DiskFull", "PermissionLost", "PermissionLost", "PermissionLost", "FileMissing", "StoreFailed"],
  )
  assert.match(describeCause(errorFor("ENOSPC")), /^Cannot append to \/data\/a: ENOSPC\. The disk is full: free some/)
})

Deno.test("LogStore: a path that is a file, or lies below one, is refused as NotADirectory", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const folder = yield* temporaryFolder
    Deno.writeTextFileSync(`${folder}/file`, "x")
    for (const path of [`${folder}/file`, `${folder}/file/below`]) {
      const error = yield* Effect.flip(Effect.scoped(folderStore(path).lock))
      assert.equal(error._tag, "NotADirectory")
      assert.match(error.message, /use the path of a directory, which need not exist yet$/)
    }
  }))))

Deno.test("LogStore: a file that was removed while it is written makes one of the next syncs fail with FileMissing", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const file = yield* folderStore(folder).create("a-0000000001")
    yield* file.sync
    Deno.removeSync(`${folder}/a-0000000001`)
    const error = yield* Effect.flip(Effect.forever(Effect.andThen(file.append([new Uint8Array(8)]), file.sync)))
    assert.equal(error._tag, "FileMissing")
    assert.match(error.message, /a-0000000001: .*The file was removed or renamed; restore it from a copy$/)
  }))))

Deno.test(
  "files are synced again and again with no permission but to read and write",
  { permissions: { read: true, write: true } },
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const folder = yield* Effect.promise(() => Deno.makeTempDir())
      const file = yield* folderStore(folder).create("a-0000000001")
      for (let i = 0; i < 20; i++) {
        yield* file.append([new Uint8Array([i])])
        yield* file.sync
      }
      assert.equal((yield* Effect.promise(() => Deno.readFile(`${folder}/a-0000000001`))).length, 20)
      yield* Effect.promise(() => Deno.remove(folder, { recursive: true }))
    }))),
)

Deno.test(
  "LogStore: without permission it fails with PermissionLost",
  { permissions: { read: true } },
  () =>
    Effect.runPromise(Effect.gen(function* () {
      const store = folderStore(Deno.cwd())
      for (const effect of [Effect.scoped(store.create("a-0000000001")), store.remove("a-0000000001")]) {
        const error = yield* Effect.flip(Effect.asVoid(effect))
        assert.equal(error._tag, "PermissionLost")
        assert.match(error.message, /a-0000000001: .*--allow-write/)
      }
      const locked = yield* Effect.flip(Effect.scoped(folderStore(`${Deno.cwd()}/none`).lock))
      assert.equal(locked._tag, "PermissionLost")
    })),
)
