import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { temporaryFolder } from "./folders.ts"
import { bytesOf, entriesOf, withLog } from "./logs.ts"

/** Runs a program, and tells whether it succeeded. */
const succeeds = (command: string, ...args: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    try {
      return (await new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).output()).success
    } catch {
      return false
    }
  })

/** Makes a folder read-only until the scope closes. Root ignores the mode of a folder, but not its `immutable` attribute. */
const readOnly = (folder: string): Effect.Effect<boolean, never, Scope.Scope> =>
  Effect.acquireRelease(
    Deno.uid() === 0 ? succeeds("chattr", "+i", folder) : succeeds("chmod", "a-w", folder),
    () => Deno.uid() === 0 ? succeeds("chattr", "-i", folder) : succeeds("chmod", "u+w", folder),
  )

const isLinux = Deno.build.os === "linux"

Deno.test(
  { name: "Log: a folder that becomes read-only gives PermissionLost", ignore: !isLinux },
  () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const store = folderStore(folder)
      const options = { segmentBytes: 100 }
      const error = yield* withLog(store, options, (log) =>
        Effect.scoped(Effect.gen(function* () {
          yield* log.append(bytesOf("before"))
          if (!(yield* readOnly(folder))) return undefined
          // The open segment can still be written. The next one cannot be created.
          return yield* Effect.flip(Effect.forEach([1, 2, 3], (n) => log.append(bytesOf(`${n} ${"x".repeat(50)}`))))
        })))
      if (error === undefined) return console.log("skipped: this system cannot make the folder read-only")
      assert.equal(error._tag, "PermissionLost")
      assert.match(error.message, /^Cannot create .*journal-\d{10}: .*\. Give the process permission to read and write/)
      assert.deepEqual((yield* entriesOf(store, options))[0], "before")
    }))),
)

Deno.test({
  name: "Log: a disk that fills up gives DiskFull, and loses nothing that was acknowledged",
  ignore: !isLinux,
}, () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const mounted = yield* Effect.acquireRelease(
      succeeds("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder),
      (isMounted) => isMounted ? succeeds("umount", folder) : Effect.void,
    )
    if (!mounted) return console.log("skipped: only root can mount a small disk")
    const store = folderStore(folder)
    const acknowledged: Array<string> = []
    const error = yield* withLog(store, { segmentBytes: 30_000 }, (log) => {
      const append = Effect.suspend(() => {
        const text = `${acknowledged.length} ${"x".repeat(700)}`
        return Effect.map(log.append(bytesOf(text)), () => void acknowledged.push(text))
      })
      return Effect.flip(Effect.forever(append))
    })
    assert.equal(error._tag, "DiskFull")
    assert.match(error.message, /journal-\d{10}: .*no space.*\. The disk is full: free some space, then start/i)
    assert.ok(acknowledged.length > 100)
    yield* succeeds("mount", "-o", "remount,size=1m", folder)
    const found = yield* entriesOf(store)
    assert.deepEqual(found.slice(0, acknowledged.length), acknowledged)
    assert.ok(found.length <= acknowledged.length + 1)
  }))))
