/**
 * The directory of a checkpoint, opened for reading only.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { describeCause, type InvalidOption } from "../../core/errors.ts"
import { localPath, schemeOf } from "../../core/url_scheme.ts"
import type { StoreError } from "../../durable/errors.ts"
import type { LogStore } from "../../durable/log_store.ts"
import { foreignName } from "../../durable/store/folder.ts"
import { storeOf } from "../../durable/store/open.ts"
import { NoCheckpoint } from "./errors.ts"

/** A directory that is read while a program may be writing to it. */
export interface Directory {
  readonly store: LogStore
  /** The path of a local folder; undefined for other file systems. */
  readonly folder: string | undefined
}

/** Opens a directory: a path or a URL. Nothing is read yet. */
export const openDirectory = (directory: string): Effect.Effect<Directory, InvalidOption> =>
  Effect.map(storeOf(directory, "checkpoint"), (store) => ({
    store,
    folder: schemeOf(directory) === undefined ? directory : localPath(directory),
  }))

/** The name of a file for which a program would refuse a folder. Of other file systems, it is not known. */
export const foreignFile = ({ folder }: Directory): Effect.Effect<string | undefined> =>
  folder === undefined ? Effect.undefined : Effect.orElseSucceed(
    Effect.tryPromise(async () => {
      const { readdir } = await import("node:fs/promises")
      return foreignName((await readdir(folder)).sort())
    }),
    () => undefined,
  )

/** Fails unless a directory has files of the logs of a checkpoint. */
export const requireCheckpoint = Effect.fnUntraced(
  function* (given: Directory): Effect.fn.Return<void, NoCheckpoint | StoreError> {
    const { folder, store } = given
    const directory = store.location
    const refuse = (problem: string) => Effect.fail(new NoCheckpoint({ directory, problem }))
    const files = yield* Effect.catchTags(store.list, {
      FileMissing: () => refuse("the directory does not exist"),
      NotADirectory: () => refuse("it is not a directory"),
      StoreFailed: (error) => folder === undefined ? Effect.fail(error) : refuse(describeCause(error.cause)),
    })
    if (files.some((file) => /^(?:journal|received)-/.test(file))) return
    const other = files[0] ?? (yield* foreignFile(given))
    if (other === undefined) return yield* refuse("the directory is empty")
    return yield* refuse(`it holds other files, such as ${JSON.stringify(other)}`)
  },
)
