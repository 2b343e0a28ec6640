/**
 * The directory of a checkpoint, opened for reading only.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { describeCause } from "../../core/errors.ts"
import type { StoreError } from "../../durable/errors.ts"
import type { LogStore } from "../../durable/log_store.ts"
import { folderStore, foreignName } from "../../durable/store/folder.ts"
import { NoCheckpoint } from "./errors.ts"

/** A directory that is read while a program may be writing to it. */
export interface Directory {
  readonly store: LogStore
  /** The name of a file for which a program would refuse the directory. */
  readonly foreign: Effect.Effect<string | undefined, StoreError>
}

const namesIn = (folder: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.orElseSucceed(
    Effect.tryPromise(async () => {
      const { readdir } = await import("node:fs/promises")
      return (await readdir(folder)).sort()
    }),
    () => [],
  )

/** A directory of the local file system. */
export const localDirectory = (folder: string): Directory => ({
  store: folderStore(folder),
  foreign: Effect.map(namesIn(folder), foreignName),
})

/** Fails unless a directory has files of the logs of a checkpoint. */
export const requireCheckpoint = Effect.fnUntraced(
  function* ({ foreign, store }: Directory): Effect.fn.Return<void, NoCheckpoint | StoreError> {
    const directory = store.location
    const refuse = (problem: string) => Effect.fail(new NoCheckpoint({ directory, problem }))
    const files = yield* Effect.catchTags(store.list, {
      FileMissing: () => refuse("the directory does not exist"),
      StoreFailed: ({ cause }) => refuse(describeCause(cause)),
    })
    if (files.some((file) => /^(?:journal|received)-/.test(file))) return
    const other = files[0] ?? (yield* foreign)
    if (other === undefined) return yield* refuse("the directory is empty")
    return yield* refuse(`it holds other files, such as ${JSON.stringify(other)}`)
  },
)
