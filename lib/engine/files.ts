/**
 * The files of the program: Effect's `FileSystem` where the program provides it, or else those of Deno, Node or Bun.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { FileError, type Files } from "../rdd/files/files.ts"

/** Files that look for a `FileSystem` service first around the operation, then in a context. */
const filesIn = (context: Context.Context<never>): Files => {
  // The adapter is loaded when it is first used, so that a program that uses no files starts without it.
  const using = <A>(
    operation: string,
    path: string,
    use: (files: Files) => Effect.Effect<A, FileError>,
  ): Effect.Effect<A, FileError> =>
    Effect.promise(() => import("./platform/file_system.ts")).pipe(
      Effect.flatMap(({ current }) => current(context)),
      Effect.catchDefect((cause) => Effect.fail(new FileError({ path, operation, reason: "Unavailable", cause }))),
      Effect.flatMap(use),
      // A write goes on after its fiber has been interrupted, and would meet the next attempt: the fiber waits for it.
      Effect.uninterruptible,
    )
  return {
    makeDirectory: (path) => using("make directory", path, (files) => files.makeDirectory(path)),
    write: (path, pieces, options) => using("write", path, (files) => files.write(path, pieces, options)),
    append: (path, pieces) => using("append to", path, (files) => files.append(path, pieces)),
    read: (path, from, to) => using("read", path, (files) => files.read(path, from, to)),
    rename: (from, to) => using("rename", from, (files) => files.rename(from, to)),
    remove: (path) => using("remove", path, (files) => files.remove(path)),
    exists: (path) => using("find", path, (files) => files.exists(path)),
    list: (path) => using("list", path, (files) => files.list(path)),
    listNew: (path, isKnown) => using("list", path, (files) => files.listNew(path, isKnown)),
    stat: (path) => using("find", path, (files) => files.stat(path)),
  }
}

/**
 * Files over the `FileSystem` service around the operation, or else over the runtime's own files. Operations wait for their
 * end when they are interrupted.
 */
export const runtimeFiles: Files = filesIn(Context.empty())

/** Makes files that use the `FileSystem` service of the current context too, if there is none around the operation. */
export const makeFiles: Effect.Effect<Files> = Effect.map(Effect.context<never>(), filesIn)
