/**
 * Objects of S3 that are too large for one request: they are written and copied in parts, and appear when all are there.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { joined } from "../../core/bytes.ts"
import { callS3 } from "./calls.ts"
import type { S3Error } from "./errors.ts"
import { copySource, putObject, type S3Place } from "./objects.ts"
import type { S3Settings } from "./settings.ts"
import { escape, textOf } from "./xml.ts"

/** How large parts are, in bytes: at least 5 MiB. One request writes an object of up to two parts. */
const PART_BYTES = 8 * 1024 * 1024

/** The most parts that an object may have. */
const MOST_PARTS = 10_000

/** How many parts are sent at the same time. */
const SENT_AT_ONCE = 4

/** The largest object that one request copies, in bytes. */
const LARGEST_COPY = 5 * 1024 ** 3

/** A part: its bytes, or the range to copy. */
interface Part {
  readonly pieces?: ReadonlyArray<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
}

/** Cuts pieces of bytes into parts of a size. The bytes are not copied. */
function* partsOf(pieces: ReadonlyArray<Uint8Array>, size: number): Generator<Part, void> {
  let some: Array<Uint8Array> = []
  let room = size
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const slice = piece.subarray(at, at + room)
      some.push(slice)
      at += slice.length
      room -= slice.length
      if (room > 0) continue
      yield { pieces: some }
      some = []
      room = size
    }
  }
  if (some.length > 0) yield { pieces: some }
}

const textIn = (body: Uint8Array): string => new TextDecoder().decode(body)

/** Makes an object of parts. If one fails, the others are dropped and nothing has changed. */
const inParts = Effect.fnUntraced(
  function* (s3: S3Settings, bucket: string, key: string, parts: Iterable<Part>): Effect.fn.Return<void, S3Error> {
    const object = { bucket, key }
    const created = yield* callS3(s3, { ...object, method: "POST", query: { uploads: "" }, isRepeatable: false })
    const uploadId = textOf(textIn(created.body), "UploadId") ?? ""
    const sendPart = Effect.fnUntraced(function* ({ headers: given, pieces }: Part, index: number) {
      const query = { partNumber: String(index + 1), uploadId }
      const bytes = pieces && joined(pieces)
      const { body, headers } = yield* callS3(s3, { ...object, method: "PUT", query, headers: given, body: bytes })
      const tag = headers["etag"] ?? textOf(textIn(body), "ETag") ?? ""
      return `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escape(tag)}</ETag></Part>`
    })
    const finish = Effect.gen(function* () {
      const tags = yield* Effect.forEach(parts, sendPart, { concurrency: SENT_AT_ONCE })
      const body = new TextEncoder().encode(`<CompleteMultipartUpload>${tags.join("")}</CompleteMultipartUpload>`)
      yield* callS3(s3, { ...object, method: "POST", query: { uploadId }, body, isRepeatable: false })
    })
    const abort = callS3(s3, { ...object, method: "DELETE", query: { uploadId } })
    yield* Effect.onError(finish, () => Effect.ignore(abort))
  },
)

/** Writes an object of any size. Readers see the old one or the new one. */
export const putPieces = (
  s3: S3Settings,
  bucket: string,
  key: string,
  pieces: ReadonlyArray<Uint8Array>,
): Effect.Effect<void, S3Error> => {
  const size = pieces.reduce((sum, { length }) => sum + length, 0)
  if (size <= 2 * PART_BYTES) return putObject(s3, bucket, key, joined(pieces))
  return inParts(s3, bucket, key, partsOf(pieces, Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS))))
}

/** The ranges of an object that is copied in parts. */
function* rangesOf(size: number, partBytes: number, headers: NonNullable<Part["headers"]>): Generator<Part, void> {
  for (let from = 0; from < size; from += partBytes) {
    const range = `bytes=${from}-${Math.min(size, from + partBytes) - 1}`
    yield { headers: { ...headers, "x-amz-copy-source-range": range } }
  }
}

/** Copies an object of any size inside a store. The copy appears at once. `largest` is what one request copies. */
export const copyObject = (
  s3: S3Settings,
  from: S3Place & { readonly size: number },
  to: S3Place,
  largest: number = LARGEST_COPY,
): Effect.Effect<void, S3Error> => {
  const headers = copySource(from.bucket, from.key)
  return from.size <= largest
    ? Effect.asVoid(callS3(s3, { ...to, method: "PUT", headers }))
    : inParts(s3, to.bucket, to.key, rangesOf(from.size, Math.max(largest, Math.ceil(from.size / MOST_PARTS)), headers))
}
