/**
 * Files on S3 and compatible stores. Directories are what names begin with, up to a slash.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { isMissing, isRefused, type S3Error } from "../../remote/s3/errors.ts"
import { listObjects, listPages, type S3Listing } from "../../remote/s3/listing.ts"
import { placeOf, prefixOf } from "../../remote/s3/location.ts"
import { copyObject, putPieces } from "../../remote/s3/multipart.ts"
import { deleteObject, getObject, headObject, putObject, type S3Object, type S3Place } from "../../remote/s3/objects.ts"
import { deleteObjects } from "../../remote/s3/removing.ts"
import { readSettings, type S3Settings } from "../../remote/s3/settings.ts"
import { type FileEntry, FileError, type FileReason, type Files } from "../../rdd/files/files.ts"
import { join } from "../../rdd/files/glob.ts"
import { byName } from "./file_names.ts"

/** How many objects are copied at the same time. */
const COPIED_AT_ONCE = 8

const reasonOf = (error: S3Error): FileReason => {
  if (isMissing(error)) return "NotFound"
  if (isRefused(error) || error.code === "NoCredentials" || error.code === "InvalidSettings") return "PermissionDenied"
  return error.status === 412 ? "AlreadyExists" : "Other"
}

/** Whether Deno refused the connection, or a setting cannot be read. */
const isDenied = ({ code, status }: S3Error): boolean =>
  status === undefined && (code === "Forbidden" || code === "InvalidSettings")

const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1)

const directory = (path: string, name: string): FileEntry => ({
  path,
  name,
  isDirectory: true,
  size: 0,
  modifiedMs: undefined,
})

const file = (path: string, { key, modifiedMs, size }: S3Object): FileEntry => ({
  path,
  name: nameOf(key),
  isDirectory: false,
  size,
  modifiedMs,
})

/** What an operation does with S3 and a path. */
type Use<A> = (s3: S3Settings, place: S3Place) => Effect.Effect<A, S3Error>

/** Where a path names nothing, the error is that of the request for the object. */
const fileAt = (path: string): Use<FileEntry> => (s3, { bucket, key }) =>
  Effect.map(headObject(s3, bucket, key), (object) => file(path, object))

const isDirectory: Use<boolean> = (s3, place) =>
  Effect.map(
    listObjects(s3, place.bucket, { prefix: prefixOf(place), limit: 1 }),
    ({ objects }) => objects.length > 0 || place.key === "",
  )

/** Asks for a file and a directory at once. */
const entryAt = (path: string): Use<FileEntry> => (s3, place) => {
  const { key } = place
  const asFile = key === "" || path.endsWith("/") ? undefined : Effect.result(fileAt(path)(s3, place))
  return Effect.flatMap(
    Effect.all([asFile ?? Effect.succeed(undefined), isDirectory(s3, place)], { concurrency: 2 }),
    ([found, hasFiles]) => {
      if (found?._tag === "Success") return Effect.succeed(found.success)
      if (found !== undefined && !isMissing(found.failure)) return Effect.fail(found.failure)
      if (hasFiles) return Effect.succeed(directory(path, nameOf(key)))
      return found === undefined ? fileAt(path)(s3, place) : Effect.fail(found.failure)
    },
  )
}

/** The entries for some of the objects and prefixes in a directory. */
const entriesOf = (path: string, prefix: string, { objects, prefixes }: S3Listing): ReadonlyArray<FileEntry> => {
  const isMark = ({ key }: S3Object) => key.endsWith("/")
  const marked = [...prefixes, ...objects.filter(isMark).map(({ key }) => key)]
  const names = new Set(marked.map((key) => key.slice(prefix.length, -1)).filter((name) => name !== ""))
  return [
    ...objects.filter((object) => !isMark(object)).map((object) => file(join(path, nameOf(object.key)), object)),
    ...Array.from(names, (name) => directory(join(path, name), name)),
  ]
}

/**
 * The entries of a directory that a test accepts, in no order. An object whose name ends with a slash marks a directory, which
 * may be empty.
 */
const entriesAt = (path: string, accepts: (name: string) => boolean): Use<Array<FileEntry>> =>
  Effect.fnUntraced(function* (s3, place) {
    const prefix = prefixOf(place)
    const found = new Map<string, FileEntry>()
    let isEmpty = place.key !== ""
    yield* listPages(s3, place.bucket, { prefix, delimiter: "/" }, (page) => {
      if (page.objects.length + page.prefixes.length > 0) isEmpty = false
      for (const entry of entriesOf(path, prefix, page)) {
        const id = entry.isDirectory ? `${entry.name}/` : entry.name
        if (!found.has(id) && accepts(entry.name)) found.set(id, entry)
      }
    })
    if (!isEmpty) return Array.from(found.values())
    const own = yield* fileAt(path)(s3, place)
    return accepts(own.name) ? [own] : []
  })

/** Everything below a directory, with its marks. */
const objectsBelow: Use<ReadonlyArray<S3Object>> = (s3, place) =>
  Effect.map(listObjects(s3, place.bucket, { prefix: prefixOf(place) }), ({ objects }) => objects)

const append = (pieces: ReadonlyArray<Uint8Array>): Use<void> => (s3, { bucket, key }) =>
  getObject(s3, bucket, key).pipe(
    Effect.catchIf(({ code }) => code === "NoSuchKey", () => Effect.succeed(new Uint8Array())),
    Effect.flatMap((before) => putPieces(s3, bucket, key, [before, ...pieces])),
  )

/** Copies everything, then removes everything: a failure leaves all of it at its old place. */
const rename = (to: S3Place): Use<void> =>
  Effect.fnUntraced(function* (s3, from) {
    const below = yield* objectsBelow(s3, from)
    const objects = below.length > 0 ? below : [yield* headObject(s3, from.bucket, from.key)]
    yield* Effect.forEach(
      objects,
      ({ key, size }) =>
        copyObject(s3, { bucket: from.bucket, key, size }, { ...to, key: to.key + key.slice(from.key.length) }),
      { concurrency: COPIED_AT_ONCE, discard: true },
    )
    yield* deleteObjects(s3, from.bucket, objects.map(({ key }) => key))
  })

const remove: Use<void> = Effect.fnUntraced(function* (s3, place) {
  yield* deleteObject(s3, place.bucket, place.key)
  yield* deleteObjects(s3, place.bucket, (yield* objectsBelow(s3, place)).map(({ key }) => key))
})

/** Files on S3 that look for settings and the `HttpClient` service first around the operation, then in a context. */
const filesIn = (context: Context.Context<never>): Files => {
  const using = <A>(operation: string, path: string, use: Use<A>): Effect.Effect<A, FileError> => {
    const place = placeOf(path)
    return Effect.flatMap(readSettings(place.bucket), (s3) => use(s3, place)).pipe(
      Effect.updateContext((own: Context.Context<never>) => Context.merge(context, own)),
      Effect.mapError((cause) =>
        new FileError({ path, operation, reason: reasonOf(cause), cause, isDenied: isDenied(cause) })
      ),
    )
  }
  /** What has begun to write goes on until it has ended, so that it does not meet the next attempt. */
  const changing = (operation: string, path: string, use: Use<void>, to = path): Effect.Effect<void, FileError> => {
    const bucket = [path, to].find((each) => placeOf(each).key === "")
    if (bucket === undefined) return Effect.uninterruptible(using(operation, path, use))
    const cause = `${bucket} is a whole bucket. Name something in it`
    return Effect.fail(new FileError({ path, operation, reason: "Other", cause }))
  }
  return {
    makeDirectory: (path) =>
      placeOf(path).key === ""
        ? Effect.asVoid(using("make directory", path, isDirectory))
        : changing("make directory", path, (s3, place) =>
          putObject(s3, place.bucket, prefixOf(place), new Uint8Array())),
    write: (path, pieces) => changing("write", path, (s3, { bucket, key }) => putPieces(s3, bucket, key, pieces)),
    append: (path, pieces) => changing("append to", path, append(pieces)),
    read: (path, from, to) => using("read", path, (s3, { bucket, key }) => getObject(s3, bucket, key, from, to)),
    rename: (from, to) => changing("rename", from, rename(placeOf(to)), to),
    remove: (path) => changing("remove", path, remove),
    exists: (path) =>
      using(
        "find",
        path,
        (s3, place) =>
          Effect.catchIf(Effect.as(entryAt(path)(s3, place), true), isMissing, () => Effect.succeed(false)),
      ),
    list: (path) =>
      using("list", path, (s3, place) => Effect.map(entriesAt(path, () => true)(s3, place), (all) => all.sort(byName))),
    listNew: (path, isKnown) => using("list", path, entriesAt(path, (name) => !isKnown(name))),
    stat: (path) => using("find", path, entryAt(path)),
  }
}

/** Files on S3. */
export const current = (context: Context.Context<never>): Effect.Effect<Files> => Effect.succeed(filesIn(context))
