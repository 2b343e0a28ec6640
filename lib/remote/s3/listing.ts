/**
 * Listings of S3.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { callS3 } from "./calls.ts"
import type { S3Error } from "./errors.ts"
import { modifiedMsOf, type S3Object } from "./objects.ts"
import type { S3Settings } from "./settings.ts"
import { elements, textOf } from "./xml.ts"

/** Which keys are listed. */
export interface S3Selection {
  /** What the keys begin with. */
  readonly prefix: string
  /** Keys that have this behind the prefix are not listed; what they begin with, up to it, is. */
  readonly delimiter?: "/" | undefined
  /** Keys up to this one are left out. */
  readonly startAfter?: string | undefined
  /** How many keys are listed at most. Default: all. */
  readonly limit?: number | undefined
}

/** The objects of a selection and what other keys begin with, both in the order of their UTF-8 bytes. */
export interface S3Listing {
  readonly objects: ReadonlyArray<S3Object>
  readonly prefixes: ReadonlyArray<string>
}

interface Page extends S3Listing {
  readonly next: string | undefined
}

/** Undoes the encoding of keys that was asked for, because XML cannot hold all characters. A store may not do it. */
const keyDecoder = (xml: string): (text: string | undefined) => string => {
  const isEncoded = textOf(xml, "EncodingType") === "url"
  return (text = "") => isEncoded ? decodeURIComponent(text.replaceAll("+", " ")) : text
}

const parsePage = (xml: string): Page => {
  const keyOf = keyDecoder(xml)
  return {
    objects: elements(xml, "Contents").map((each) => ({
      key: keyOf(textOf(each, "Key")),
      size: Number(textOf(each, "Size") ?? 0),
      modifiedMs: modifiedMsOf(textOf(each, "LastModified")),
    })),
    prefixes: elements(xml, "CommonPrefixes").map((each) => keyOf(textOf(each, "Prefix"))),
    next: textOf(xml, "IsTruncated") === "true" ? textOf(xml, "NextContinuationToken") : undefined,
  }
}

/** Lists objects, and calls a function with each page of up to 1000. */
export const listPages: (
  s3: S3Settings,
  bucket: string,
  selection: S3Selection,
  onPage: (page: S3Listing) => void,
) => Effect.Effect<void, S3Error> = Effect.fnUntraced(function* (s3, bucket, selection, onPage) {
  const { delimiter, limit = Infinity, prefix, startAfter } = selection
  const query = {
    "list-type": "2",
    "encoding-type": "url",
    prefix,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(startAfter === undefined ? {} : { "start-after": startAfter }),
    ...(limit === Infinity ? {} : { "max-keys": String(limit) }),
  }
  let count = 0
  for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
    const given = next === undefined ? query : { ...query, "continuation-token": next }
    const { body } = yield* callS3(s3, { method: "GET", bucket, query: given })
    const page = parsePage(new TextDecoder().decode(body))
    count += page.objects.length + page.prefixes.length
    onPage(page)
    next = count < limit ? page.next : undefined
  }
})

/** Lists objects. */
export const listObjects = (
  s3: S3Settings,
  bucket: string,
  selection: S3Selection,
): Effect.Effect<S3Listing, S3Error> =>
  Effect.suspend(() => {
    const objects: Array<S3Object> = []
    const prefixes: Array<string> = []
    const add = (page: S3Listing) => {
      for (const object of page.objects) objects.push(object)
      for (const prefix of page.prefixes) prefixes.push(prefix)
    }
    return Effect.as(listPages(s3, bucket, selection, add), { objects, prefixes })
  })
