/**
 * Signed requests to S3.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { AwsV4Signer } from "aws4fetch"
import { type HttpAnswer, type HttpRequest, send, withRetries } from "../http.ts"
import { isTemporary, S3Error } from "./errors.ts"
import type { S3Settings } from "./settings.ts"
import { textOf } from "./xml.ts"

/** A request. */
export interface S3Call {
  readonly method: HttpRequest["method"]
  readonly bucket: string
  /** The key of an object. Without one, the request is about the bucket. */
  readonly key?: string | undefined
  readonly query?: Readonly<Record<string, string>> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Uint8Array<ArrayBuffer> | undefined
  /** Whether it does no harm to carry the request out twice. Default: true. */
  readonly isRepeatable?: boolean | undefined
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** Encodes a key for a URL, without its slashes. */
export const encodeKey = (key: string): string => key.split("/").map(encode).join("/")

const failed = ({ bucket, key = "", method }: S3Call, code: string, detail: string, status?: number) =>
  new S3Error({ method, bucket, key, status, code, detail })

/** What is wrong with the names in a request. */
const problemOf = ({ bucket, key = "" }: S3Call): S3Error["detail"] | undefined => {
  if (!/^[a-z0-9][\w.-]+$/i.test(bucket)) return `${JSON.stringify(bucket)} is no name of a bucket`
  if (!key.isWellFormed()) return "the key has half of a surrogate pair in it"
  return key.split("/").some((part) => part === "." || part === "..")
    ? `the key ${JSON.stringify(key)} has "." or ".." between slashes, which cannot be part of a URL`
    : undefined
}

const urlOf = ({ endpoint, region }: S3Settings, { bucket, key = "", query = {} }: S3Call): string => {
  // A certificate is valid for one more part of the host name, not for two.
  const host = bucket.includes(".") ? `s3.${region}.amazonaws.com/${bucket}` : `${bucket}.s3.${region}.amazonaws.com`
  const base = endpoint === undefined ? `https://${host}` : `${endpoint.href.replace(/\/+$/, "")}/${encode(bucket)}`
  const search = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")
  return `${base}/${encodeKey(key)}${search && `?${search}`}`
}

/** Keys for signatures. Each is good for a day and region. */
const signingKeys = new Map<string, ArrayBuffer>()

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("")

const NOTHING = new Uint8Array()

const sign = async (settings: S3Settings, call: S3Call): Promise<HttpRequest> => {
  const { accessKeyId, region, secretAccessKey, sessionToken } = settings
  const { body, headers, method } = call
  const signer = new AwsV4Signer({
    method,
    url: urlOf(settings, call),
    headers: { ...headers, "x-amz-content-sha256": hex(await crypto.subtle.digest("SHA-256", body ?? NOTHING)) },
    accessKeyId,
    secretAccessKey: Redacted.value(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: Redacted.value(sessionToken) }),
    service: "s3",
    region,
    cache: signingKeys,
  })
  const signed = await signer.sign()
  return { method, url: signed.url.href, headers: Object.fromEntries(signed.headers), body }
}

/** Codes and texts for answers that have no body, as those to HEAD. */
const PLAIN: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  301: ["PermanentRedirect", "the bucket is in another region. Set AWS_REGION to it"],
  403: ["Forbidden", "the credentials do not allow this"],
  404: ["NotFound", "there is no such object, or no such bucket"],
  412: ["PreconditionFailed", "the object exists"],
}

/** The error that an answer reports. Some answers with status 200 do. */
const errorIn = (call: S3Call, { body, headers, status }: HttpAnswer): S3Error | undefined => {
  const isGood = status >= 200 && status < 300
  if (isGood && (call.method === "GET" || call.method === "HEAD" || body.length === 0)) return undefined
  const text = new TextDecoder().decode(body)
  if (isGood && !/^\s*(<\?xml[^>]*\?>)?\s*<Error[\s>]/.test(text)) return undefined
  const [plainCode = "Unknown", plainDetail = ""] = PLAIN[status] ?? []
  const code = textOf(text, "Code") ?? plainCode
  const region = headers["x-amz-bucket-region"]
  const detail = status === 301 ? `${plainDetail}${region === undefined ? "" : `: ${region}`}` : textOf(text, "Message")
  return failed(call, code, detail ?? plainDetail, isGood ? 500 : status)
}

/** Sends a request to S3, several times if the store cannot answer at once. Fails unless it succeeds there. */
export const callS3 = (settings: S3Settings, call: S3Call): Effect.Effect<HttpAnswer, S3Error> => {
  const problem = problemOf(call)
  if (problem !== undefined) return Effect.fail(failed(call, "InvalidKey", problem))
  const attempt = Effect.promise(() => sign(settings, call)).pipe(
    Effect.flatMap(send),
    Effect.mapError((error) => failed(call, error.isDenied ? "Forbidden" : "NoAnswer", error.message)),
    Effect.flatMap((answer) => {
      const error = errorIn(call, answer)
      return error === undefined ? Effect.succeed(answer) : Effect.fail(error)
    }),
  )
  return withRetries(attempt, (error) => isTemporary(error, call.isRepeatable ?? true))
}
