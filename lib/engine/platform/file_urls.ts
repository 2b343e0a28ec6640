/**
 * Paths such as `file:///data/a.txt`: local files that are named by URLs.
 *
 * @module
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { localPath } from "../../core/url_scheme.ts"
import { type FileEntry, FileError, type Files } from "../../rdd/files/files.ts"
import { current as currentFiles } from "./file_system.ts"

/** Files whose paths are URLs, over files whose paths are local. */
const filesOfUrls = (files: Files): Files => {
  const locally = <A>(
    operation: string,
    url: string,
    use: (path: string) => Effect.Effect<A, FileError>,
  ): Effect.Effect<A, FileError> => {
    const path = localPath(url)
    if (path === undefined) {
      const cause = "a file of this machine has three slashes, as in file:///data/a.txt"
      return Effect.fail(new FileError({ path: url, operation, reason: "Other", cause }))
    }
    return Effect.mapError(
      use(path),
      ({ cause, isDenied, reason }) => new FileError({ path: url, operation, reason, cause, isDenied }),
    )
  }
  const entryOf = (url: string, path: string, entry: FileEntry): FileEntry => ({
    ...entry,
    path: url + entry.path.slice(path.length),
  })
  const entriesOf = (
    url: string,
    list: (path: string) => Effect.Effect<ReadonlyArray<FileEntry>, FileError>,
  ): Effect.Effect<ReadonlyArray<FileEntry>, FileError> =>
    locally(
      "list",
      url,
      (path) => Effect.map(list(path), (entries) => entries.map((entry) => entryOf(url, path, entry))),
    )
  return {
    makeDirectory: (url, options) => locally("make directory", url, (path) => files.makeDirectory(path, options)),
    write: (url, pieces, options) => locally("write", url, (path) => files.write(path, pieces, options)),
    append: (url, pieces) => locally("append to", url, (path) => files.append(path, pieces)),
    read: (url, from, to) => locally("read", url, (path) => files.read(path, from, to)),
    rename: (from, to, options) =>
      locally("rename", from, (path) => locally("rename", to, (target) => files.rename(path, target, options))),
    remove: (url) => locally("remove", url, files.remove),
    exists: (url) => locally("find", url, files.exists),
    list: (url) => entriesOf(url, files.list),
    listNew: (url, isKnown) => entriesOf(url, (path) => files.listNew(path, isKnown)),
    stat: (url) => locally("find", url, (path) => Effect.map(files.stat(path), (entry) => entryOf(url, path, entry))),
  }
}

/** The local files, as `file_system.ts` finds them, by URLs. */
export const current = (context: Context.Context<never>): Effect.Effect<Files> =>
  Effect.map(currentFiles(context), filesOfUrls)
