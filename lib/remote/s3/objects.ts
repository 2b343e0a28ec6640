/**
 * Objects of S3: reading, writing, removing and copying one.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { callS3, encodeKey, type S3Call } from "./calls.ts"
import { isMissing, type S3Error } from "./errors.ts"
import type { S3Settings } from "./settings.ts"

/** Where an object is. */
export interface S3Place {
  readonly bucket: string
  readonly key: string
}

/** What S3 knows of an object. */
export interface S3Object {
  readonly key: string
  readonly size: number
  /** When it was written, in milliseconds since the epoch and whole seconds. Undefined if the store does not tell. */
  readonly modifiedMs: number | undefined
}

/** A time as S3 gives it. HEAD has whole seconds and listings may have fractions, so these are cut off. */
export const modifiedMsOf = (text: string | undefined): number | undefined => {
  const ms = Date.parse(text ?? "")
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000) * 1000
}

/** Reads the bytes of an object from offset `from` (inclusive) to offset `to` (exclusive), or fewer if it ends before. */
export const getObject = (
  s3: S3Settings,
  bucket: string,
  key: string,
  from = 0,
  to = Infinity,
): Effect.Effect<Uint8Array, S3Error> => {
  if (to <= from) return Effect.as(headObject(s3, bucket, key), new Uint8Array())
  const isWhole = from === 0 && to === Infinity
  const headers: Readonly<Record<string, string>> = isWhole
    ? {}
    : { range: `bytes=${from}-${to === Infinity ? "" : to - 1}` }
  return callS3(s3, { method: "GET", bucket, key, headers }).pipe(
    // A store may ignore the range.
    Effect.map(({ body, status }) => status === 206 || isWhole ? body : body.subarray(from, to)),
    Effect.catchIf(({ status }) => status === 416, () => Effect.succeed(new Uint8Array())),
  )
}

/** Reads size, time and metadata of an object. The names of metadata are in lower case. */
export const headObject = (
  s3: S3Settings,
  bucket: string,
  key: string,
): Effect.Effect<S3Object & { readonly headers: Readonly<Record<string, string | undefined>> }, S3Error> =>
  Effect.map(callS3(s3, { method: "HEAD", bucket, key }), ({ headers }) => ({
    key,
    size: Number(headers["content-length"] ?? 0),
    modifiedMs: modifiedMsOf(headers["last-modified"]),
    headers,
  }))

/** Writes an object of up to 5 GB, or replaces it, in one step. */
export const putObject = (
  s3: S3Settings,
  bucket: string,
  key: string,
  body: Uint8Array<ArrayBuffer>,
): Effect.Effect<void, S3Error> => Effect.asVoid(callS3(s3, { method: "PUT", bucket, key, body }))

const WRITER = "x-amz-meta-dstream-writer"

/**
 * Writes an object unless there is one, in one step. Gives whether it was written. `writer` is stored with the object: by it
 * an attempt whose answer was lost is known for our own. A store that ignores conditions replaces the object.
 */
export const putNewObject: (
  s3: S3Settings,
  bucket: string,
  key: string,
  body: Uint8Array<ArrayBuffer>,
  writer: string,
) => Effect.Effect<boolean, S3Error> = Effect.fnUntraced(function* (s3, bucket, key, body, writer) {
  const headers = { "if-none-match": "*", [WRITER]: writer }
  const put = Effect.as(callS3(s3, { method: "PUT", bucket, key, body, headers }), true)
  if (yield* Effect.catchIf(put, ({ status }) => status === 412, () => Effect.succeed(false))) return true
  const found = Effect.map(headObject(s3, bucket, key), ({ headers }) => headers[WRITER] === writer)
  return yield* Effect.catchIf(found, isMissing, () => Effect.succeed(false))
})

/** Removes an object. It may be missing. */
export const deleteObject = (s3: S3Settings, bucket: string, key: string): Effect.Effect<void, S3Error> =>
  Effect.asVoid(Effect.catchIf(
    Effect.asVoid(callS3(s3, { method: "DELETE", bucket, key })),
    ({ code }) => code === "NoSuchKey" || code === "NotFound",
    () => Effect.void,
  ))

/** The header that names the object to copy from. */
export const copySource = (bucket: string, key: string): NonNullable<S3Call["headers"]> => ({
  "x-amz-copy-source": `/${bucket}/${encodeKey(key)}`,
})
