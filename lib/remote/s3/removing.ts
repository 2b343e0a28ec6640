/**
 * Removing many objects of S3.
 *
 * @module
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { callS3 } from "./calls.ts"
import { S3Error } from "./errors.ts"
import { deleteObject } from "./objects.ts"
import type { S3Settings } from "./settings.ts"
import { elements, escape, textOf } from "./xml.ts"

/** How many keys one request may name. */
const AT_ONCE = 1000

/** Whether XML can hold a key. */
// deno-lint-ignore no-control-regex
const fitsXml = (key: string): boolean => !/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(key)

const deleteSome = Effect.fnUntraced(function* (s3: S3Settings, bucket: string, keys: ReadonlyArray<string>) {
  const names = keys.map((key) => `<Object><Key>${escape(key)}</Key></Object>`).join("")
  const body = new TextEncoder().encode(`<Delete><Quiet>true</Quiet>${names}</Delete>`)
  const headers = { "content-md5": createHash("md5").update(body).digest("base64"), "content-type": "application/xml" }
  const answer = yield* callS3(s3, { method: "POST", bucket, query: { delete: "" }, headers, body })
  const [error] = elements(new TextDecoder().decode(answer.body), "Error")
  if (error === undefined) return
  const [key, code, detail] = ["Key", "Code", "Message"].map((name) => textOf(error, name) ?? "")
  return yield* new S3Error({
    method: "DELETE",
    bucket,
    key: key ?? "",
    status: 500,
    code: code ?? "",
    detail: detail ?? "",
  })
})

/** Removes objects, in order as far as requests go: those of one request in any order. They may be missing. */
export const deleteObjects: (
  s3: S3Settings,
  bucket: string,
  keys: ReadonlyArray<string>,
) => Effect.Effect<void, S3Error> = Effect.fnUntraced(function* (s3, bucket, keys) {
  const several = keys.length > 1 ? keys.filter(fitsXml) : []
  for (let at = 0; at < several.length; at += AT_ONCE) yield* deleteSome(s3, bucket, several.slice(at, at + AT_ONCE))
  const others = keys.length > 1 ? keys.filter((key) => !fitsXml(key)) : keys
  yield* Effect.forEach(others, (key) => deleteObject(s3, bucket, key), { discard: true })
})
