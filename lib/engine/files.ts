/**
 * The files of the program. A path with a scheme, such as `s3://bucket/key`, belongs to the file system of that scheme. Other
 * paths belong to Effect's `FileSystem` where the program provides it, or else to Deno, Node or Bun.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { schemeOf } from "../core/url_scheme.ts"
import { Compression } from "../rdd/files/compression.ts"
import { FileError, Files } from "../rdd/files/files.ts"
import { runtimeCompression } from "./compression.ts"
import { type FilesModule, schemes } from "./schemes.ts"

const loadLocal = (): Promise<FilesModule> => import("./platform/file_system.ts")

const unknownScheme = (scheme: string): string => {
  const known = Array.from(schemes.keys(), (name) => `${name}://`).toSorted()
  return `no file system is known for ${scheme}://. Use ${known.join(", ")}, or a path without a scheme for local files`
}

/** Files that look for services, such as `FileSystem`, first around the operation, then in a context. */
const filesIn = (context: Context.Context<never>): Files => {
  // An adapter is loaded when it is first used, so that a program that uses no files starts without it.
  const using = <A>(
    operation: string,
    path: string,
    use: (files: Files) => Effect.Effect<A, FileError>,
  ): Effect.Effect<A, FileError> => {
    const scheme = schemeOf(path)
    const load = scheme === undefined ? loadLocal : schemes.get(scheme)?.load
    const unavailable = (cause: unknown) =>
      Effect.fail(new FileError({ path, operation, reason: "Unavailable", cause }))
    if (load === undefined) return unavailable(unknownScheme(scheme ?? ""))
    return Effect.promise(load).pipe(
      Effect.flatMap(({ current }) => current(context)),
      Effect.catchDefect(unavailable),
      Effect.flatMap(use),
    )
  }
  const rename: Files["rename"] = (from, to, options) => {
    if (schemeOf(from) === schemeOf(to)) return using("rename", from, (files) => files.rename(from, to, options))
    const cause = `${to} is in another file system. Read the file and write it there`
    return Effect.fail(new FileError({ path: from, operation: "rename", reason: "Other", cause }))
  }
  return {
    makeDirectory: (path, options) => using("make directory", path, (files) => files.makeDirectory(path, options)),
    write: (path, pieces, options) => using("write", path, (files) => files.write(path, pieces, options)),
    append: (path, pieces) => using("append to", path, (files) => files.append(path, pieces)),
    read: (path, from, to) => using("read", path, (files) => files.read(path, from, to)),
    rename,
    remove: (path) => using("remove", path, (files) => files.remove(path)),
    exists: (path) => using("find", path, (files) => files.exists(path)),
    list: (path) => using("list", path, (files) => files.list(path)),
    listNew: (path, isKnown) => using("list", path, (files) => files.listNew(path, isKnown)),
    stat: (path) => using("find", path, (files) => files.stat(path)),
    renamesDirectories: (path) => schemes.get(schemeOf(path) ?? "file")?.renamesDirectories ?? true,
  }
}

/** The context of files that {@link makeFiles} has made: they look for services in it. */
const contexts = new WeakMap<Files, Context.Context<never>>()

/**
 * The keys of the services that the file system of a path uses in place of what the runtime has. Their modules would take time to
 * load, and most programs need none of them.
 */
const servicesFor = (path: string): ReadonlyArray<string> => {
  const scheme = schemeOf(path) ?? "file"
  return scheme === "file" ? ["effect/FileSystem"] : ["effect/HttpClient", "effect/ConfigProvider"]
}

/**
 * Files of all schemes, and over the `FileSystem` service around the operation, or else over the runtime's own files. Operations
 * that write wait for their end when they are interrupted.
 */
export const runtimeFiles: Files = filesIn(Context.empty())

/** Makes files that use the services of the current context too, where there are none around the operation. */
export const makeFiles: Effect.Effect<Files> = Effect.map(Effect.context<never>(), (context) => {
  const files = filesIn(context)
  contexts.set(files, context)
  return files
})

/**
 * Tells whether workers, which have the services of their runtime, read a path as the current fiber does. They do not if the
 * program provides `Files`, `Compression`, or a service that the file system of the path uses: then the driver reads it.
 */
export const workersReadAlike: Effect.Effect<(path: string) => boolean> = Effect.gen(function* () {
  const own = yield* Effect.context<never>()
  const ofFiles = contexts.get(yield* Files)
  if (ofFiles === undefined || (yield* Compression) !== runtimeCompression) return () => false
  return (path: string) => !servicesFor(path).some((key) => own.mapUnsafe.has(key) || ofFiles.mapUnsafe.has(key))
})
