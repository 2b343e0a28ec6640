/**
 * The files that tasks on a cluster read, with errors that say on which machine.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { describeCause } from "../../core/errors.ts"
import { schemeOf } from "../../core/url_scheme.ts"
import { FileError, type FileReason, type Files } from "../../rdd/files/files.ts"

const onDriver = 'Or let the driver read them: the option readOn: "driver" of a file stream'

const adviceFor = (path: string): { readonly [R in FileReason]?: string | undefined } => ({
  NotFound: schemeOf(path) === undefined || schemeOf(path) === "file"
    ? "Executors must find files under the same absolute path as the driver, for example in a shared folder, or on s3:// " +
      `or hdfs://. ${onDriver}`
    : undefined,
  PermissionDenied:
    "Tasks have the permissions and the environment of executors, and only what the driver may do as a " +
    `whole (--allow-read, --allow-net, --allow-env) or the option cluster.permissions names. ${onDriver}`,
})

const explained = (error: FileError): FileError => {
  const { cause, operation, path, reason } = error
  const advice = adviceFor(path)[reason]
  if (advice === undefined) return error
  const why = cause === undefined ? reason : describeCause(cause)
  return new FileError({ path, operation, reason, cause: `${why} (on an executor). ${advice}` })
}

/** Files whose errors say that an executor could not read a file, and what to do. */
export const onExecutor = (files: Files): Files => ({
  ...files,
  read: (path, from, to) => Effect.mapError(files.read(path, from, to), explained),
  list: (path) => Effect.mapError(files.list(path), explained),
  listNew: (path, isKnown) => Effect.mapError(files.listNew(path, isKnown), explained),
  stat: (path) => Effect.mapError(files.stat(path), explained),
})
