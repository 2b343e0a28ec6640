/**
 * The store of logs in a directory, by the scheme of its path.
 *
 * @module
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { InvalidOption } from "../../core/errors.ts"
import { localPath, schemeOf } from "../../core/url_scheme.ts"
import type { LogStore } from "../log_store.ts"

/** Opens a directory. Undefined if its URL is not one of the scheme. The store may use services in the context. */
type Open = (directory: string, context: Context.Context<never>) => Promise<LogStore | undefined>

const openFolder = async (path: string | undefined) =>
  path === undefined || path === "" ? undefined : (await import("./folder.ts")).folderStore(path)

const openS3: Open = async (url, context) => {
  const { s3Store } = await import("./s3.ts")
  return /^[^:]+:\/\/[^/]/.test(url) ? s3Store(url, context) : undefined
}

const openHdfs: Open = async (url, context) => (await import("./hdfs.ts")).hdfsStore(url, context)

/** How a directory is opened, by the scheme of its URL. A store is loaded when it is first used. */
const schemes: ReadonlyMap<string, Open> = new Map<string, Open>([
  ["file", (url) => openFolder(localPath(url))],
  ["hdfs", openHdfs],
  ["s3", openS3],
  ["s3a", openS3],
  ["swebhdfs", openHdfs],
  ["webhdfs", openHdfs],
])

/**
 * Opens the store of logs in a directory: a path, or a URL such as `s3://bucket/checkpoints`, `hdfs://host/checkpoints` or
 * `file:///data/checkpoints`.
 * Nothing is read or written before the store is used. Fails with `InvalidOption` for other schemes; `where` is the function
 * that has the option `directory`.
 */
export const storeOf = (directory: string, where: string): Effect.Effect<LogStore, InvalidOption> =>
  Effect.flatMap(Effect.context<never>(), (context) => {
    const scheme = schemeOf(directory)
    const open = scheme === undefined ? openFolder : schemes.get(scheme)
    const known = Array.from(schemes.keys(), (name) => `${name}://`).toSorted().join(", ")
    const invalid = new InvalidOption({
      where,
      option: "directory",
      value: directory,
      expected: `a path, or a URL that begins with one of ${known}`,
    })
    return Effect.flatMap(
      open === undefined ? Effect.succeed(undefined) : Effect.promise(() => open(directory, context)),
      (store) => store === undefined ? Effect.fail(invalid) : Effect.succeed(store),
    )
  })
