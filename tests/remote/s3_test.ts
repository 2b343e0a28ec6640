/** The client of S3 against answers that real servers give rarely. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import { callS3 } from "../../lib/remote/s3/calls.ts"
import type { S3Error } from "../../lib/remote/s3/errors.ts"
import { listObjects } from "../../lib/remote/s3/listing.ts"
import { copyObject, putPieces } from "../../lib/remote/s3/multipart.ts"
import { getObject, putNewObject, putObject } from "../../lib/remote/s3/objects.ts"
import { deleteObjects } from "../../lib/remote/s3/removing.ts"
import { readSettings, type S3Settings } from "../../lib/remote/s3/settings.ts"
import { elements, escape, textOf } from "../../lib/remote/s3/xml.ts"
import { withEnv } from "../servers/s3_server.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text)
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "hidden-secret" }

interface Answer {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Runs requests against a server that gives answers in order; `undefined` breaks the connection. Notes the requests. */
const answering = async (
  answers: ReadonlyArray<Answer | undefined>,
  use: (s3: S3Settings) => Effect.Effect<unknown, S3Error>,
): Promise<{ readonly requests: ReadonlyArray<string>; readonly result: unknown; readonly writer: string | null }> => {
  const requests: Array<string> = []
  let writer: string | null = null
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url)
    const answer = answers[requests.length]
    requests.push(`${request.method} ${pathname}${search}`)
    writer ??= request.headers.get("x-amz-meta-dstream-writer")
    await request.bytes().catch(() => {})
    // The connection breaks when there are fewer bytes than were announced.
    if (answer === undefined) return new Response(new Blob([]).stream(), { headers: { "content-length": "9" } })
    const own = answer.headers?.["x-amz-meta-dstream-writer"] === "own"
      ? { "x-amz-meta-dstream-writer": writer ?? "" }
      : {}
    return new Response(request.method === "HEAD" ? null : answer.body ?? null, {
      status: answer.status,
      headers: { ...answer.headers, ...own },
    })
  })
  const env = { ...CREDENTIALS, AWS_ENDPOINT_URL: `http://127.0.0.1:${server.addr.port}/` }
  const result = await Effect.runPromise(
    Effect.match(withEnv(env)(Effect.flatMap(readSettings("bucket"), use)), {
      onFailure: ({ message }) => message,
      onSuccess: (value) => value,
    }),
  )
  await server.shutdown()
  return { requests, result, writer }
}

const error = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>text of ${code}</Message></Error>`,
})

Deno.test("callS3() tries again when the store is overloaded or does not answer, and gives up on other errors", async () => {
  const busy = await answering(
    [error(503, "SlowDown"), undefined, error(500, "InternalError"), { status: 200, body: "x" }],
    (s3) => Effect.map(getObject(s3, "bucket", "a"), (bytes) => bytes.length),
  )
  assert.deepEqual([busy.requests, busy.result], [Array(4).fill("GET /bucket/a"), 1])
  const refused = await answering([error(403, "AccessDenied")], (s3) => getObject(s3, "bucket", "a"))
  assert.deepEqual([refused.requests.length, refused.result], [1, "403 AccessDenied: text of AccessDenied"])
})

Deno.test("callS3() does not repeat what may have been done, but repeats what an overloaded store has not done", async () => {
  const post = (s3: S3Settings) => callS3(s3, { method: "POST", bucket: "bucket", key: "a", isRepeatable: false })
  const unknown = await answering([error(500, "InternalError")], post)
  assert.deepEqual([unknown.requests.length, unknown.result], [1, "500 InternalError: text of InternalError"])
  const busy = await answering([error(503, "SlowDown"), { status: 403 }], post)
  assert.deepEqual([busy.requests.length, busy.result], [2, "403 Forbidden: the credentials do not allow this"])
})

Deno.test("callS3() gives up after six attempts, with the last error", async () => {
  const { requests, result } = await answering(
    Array(9).fill(error(503, "SlowDown")),
    (s3) => getObject(s3, "bucket", "a"),
  )
  assert.deepEqual([requests.length, result], [6, "503 SlowDown: text of SlowDown"])
})

Deno.test("callS3() says that nothing listens, and shows no secret", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" })
  const endpoint = `http://127.0.0.1:${listener.addr.port}`
  listener.close()
  const get = Effect.flatMap(
    readSettings("bucket"),
    (s3) => callS3(s3, { method: "POST", bucket: "bucket", key: "a", isRepeatable: false }),
  )
  const failure = await Effect.runPromise(
    withEnv({ ...CREDENTIALS, AWS_ENDPOINT_URL_S3: endpoint, AWS_ENDPOINT_URL: "http://unused" })(Effect.flip(get)),
  )
  assert.match(failure.message, new RegExp(`^no answer from ${endpoint}: .*[Cc]onnection refused`))
  assert.ok(!Deno.inspect(failure, { depth: 20 }).includes("hidden-secret"))
})

Deno.test("putNewObject() knows its own object again when the first answer was lost", async () => {
  const put = (s3: S3Settings) => putNewObject(s3, "bucket", "a", bytesOf("x"), "me")
  const lost = [undefined, error(412, "PreconditionFailed")]
  const own = await answering([...lost, { status: 200, headers: { "x-amz-meta-dstream-writer": "own" } }], put)
  assert.deepEqual([own.requests, own.result], [["PUT /bucket/a", "PUT /bucket/a", "HEAD /bucket/a"], true])
  assert.equal(own.writer, "me")
  const other = await answering([...lost, { status: 200, headers: { "x-amz-meta-dstream-writer": "other" } }], put)
  assert.equal(other.result, false)
  const conflict = await answering([error(409, "ConditionalRequestConflict"), { status: 200 }], put)
  assert.equal(conflict.result, true)
})

Deno.test("listObjects() reads all pages, and keys with and without URL encoding", async () => {
  const page = (key: string, rest: string) => ({
    status: 200,
    body: `<ListBucketResult xmlns="x"><Contents><Key>${key}</Key><Size>3</Size>` +
      `<LastModified>2026-01-02T03:04:05.678Z</LastModified></Contents>${rest}</ListBucketResult>`,
  })
  const { requests, result } = await answering([
    page(
      "a+b%2Bc",
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>" +
        "<NextContinuationToken>t&amp;1</NextContinuationToken>",
    ),
    page("a+b&#37;2B", "<IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes>"),
  ], (s3) => listObjects(s3, "bucket", { prefix: "a b", delimiter: "/" }))
  assert.deepEqual(requests, [
    "GET /bucket/?list-type=2&encoding-type=url&prefix=a%20b&delimiter=%2F",
    "GET /bucket/?list-type=2&encoding-type=url&prefix=a%20b&delimiter=%2F&continuation-token=t%261",
  ])
  const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5)
  assert.deepEqual(result, {
    objects: [{ key: "a b+c", size: 3, modifiedMs }, { key: "a+b%2B", size: 3, modifiedMs }],
    prefixes: ["d/"],
  })
})

Deno.test("putPieces() drops all parts when one fails, and finds the error in an answer with status 200", async () => {
  const created = {
    status: 200,
    body: "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
  }
  const part = { status: 200, headers: { etag: '"1"' } }
  const put = (s3: S3Settings) => putPieces(s3, "bucket", "a", [new Uint8Array(17 * 1024 * 1024)])
  const refused = await answering([created, ...Array(3).fill(error(403, "AccessDenied")), { status: 204 }], put)
  assert.equal(refused.result, "403 AccessDenied: text of AccessDenied")
  assert.equal(refused.requests.at(-1), "DELETE /bucket/a?uploadId=u1")
  const failed = await answering([created, part, part, part, { ...error(400, "InvalidPart"), status: 200 }, {
    status: 204,
  }], put)
  assert.equal(failed.result, "500 InvalidPart: text of InvalidPart")
  assert.deepEqual(failed.requests.slice(-2), ["POST /bucket/a?uploadId=u1", "DELETE /bucket/a?uploadId=u1"])
})

Deno.test("copyObject() copies large objects in parts, and finds the error in an answer with status 200", async () => {
  const to = { bucket: "bucket", key: "b" }
  const small = await answering(
    [{ ...error(400, "InvalidRequest"), status: 200 }, { status: 200, body: "<CopyObjectResult/>" }],
    (s3) => copyObject(s3, { bucket: "from", key: "a é", size: 5 }, to),
  )
  assert.deepEqual(small.requests, ["PUT /bucket/b", "PUT /bucket/b"])
  const result = { status: 200, body: "<CopyPartResult><ETag>&quot;1&quot;</ETag></CopyPartResult>" }
  const large = await answering(
    [{ status: 200, body: "<R><UploadId>u</UploadId></R>" }, result, result, { status: 200, body: "<R/>" }],
    (s3) => copyObject(s3, { bucket: "from", key: "a", size: 15 }, to, 10),
  )
  assert.deepEqual(large.requests.toSorted(), [
    "POST /bucket/b?uploadId=u",
    "POST /bucket/b?uploads=",
    "PUT /bucket/b?partNumber=1&uploadId=u",
    "PUT /bucket/b?partNumber=2&uploadId=u",
  ])
})

Deno.test("deleteObjects() reports an object that was not removed, and removes names that XML cannot hold one by one", async () => {
  const body = "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"
  const failed = await answering([{ status: 200, body }], (s3) => deleteObjects(s3, "bucket", ["a", "b"]))
  assert.deepEqual([failed.requests, failed.result], [["POST /bucket/?delete="], "500 AccessDenied: no"])
  const odd = await answering(
    [{ status: 200, body: "<DeleteResult/>" }, { status: 204 }],
    (s3) => deleteObjects(s3, "bucket", ["a", "\u0001"]),
  )
  assert.deepEqual(odd.requests, ["POST /bucket/?delete=", "DELETE /bucket/%01"])
})

Deno.test("callS3() says that a bucket is in another region", async () => {
  const answer = { status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } }
  const { result } = await answering([answer], (s3) => getObject(s3, "bucket", "a"))
  assert.equal(result, "301 PermanentRedirect: the bucket is in another region. Set AWS_REGION to it: eu-west-1")
})

Deno.test("callS3() goes through the HttpClient service, to the bucket's host or to a path", async () => {
  const urls: Array<string> = []
  const client = HttpClient.make((request, url) => {
    urls.push(`${url.host}${url.pathname}`)
    assert.match(request.headers["authorization"] ?? "", /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/s3\//)
    assert.equal(request.headers["traceparent"], undefined)
    return Effect.succeed(HttpClientResponse.fromWeb(request, new Response("")))
  })
  const put = (bucket: string, env: Readonly<Record<string, string>> = {}) =>
    withEnv({ ...CREDENTIALS, AWS_REGION: "eu-west-1", ...env })(
      Effect.flatMap(readSettings(bucket), (s3) => putObject(s3, bucket, "a b/c", bytesOf("x"))),
    )
  const all = [put("one"), put("with.dot"), put("one", { AWS_ENDPOINT_URL_S3: "https://host:9000/base/" })]
  await Effect.runPromise(Effect.provideService(Effect.all(all), HttpClient.HttpClient, client))
  assert.deepEqual(urls, [
    "one.s3.eu-west-1.amazonaws.com/a%20b/c",
    "s3.eu-west-1.amazonaws.com/with.dot/a%20b/c",
    "host:9000/base/one/a%20b/c",
  ])
})

Deno.test("readSettings() refuses an endpoint that is no URL", async () => {
  const settings = withEnv({ ...CREDENTIALS, AWS_ENDPOINT_URL: "host:9000" })(readSettings("bucket"))
  const { message } = await Effect.runPromise(Effect.flip(settings))
  assert.equal(message, 'AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is "host:9000"; use a URL such as https://host:9000')
})

Deno.test("textOf() and elements() read what escape() and servers write", () => {
  const text = `a<b>&"c'\r\n\té`
  assert.equal(textOf(`<Key>${escape(text)}</Key>`, "Key"), text)
  assert.equal(textOf("<A><Key>&lt;&#x41;&#65;&apos;</Key></A>", "Key"), "<AA'")
  assert.equal(textOf("<Key>a&amp;<![CDATA[&amp;]]>&amp;b</Key>", "Key"), "a&&amp;&b")
  assert.equal(textOf("<Keys>1</Keys>", "Key"), undefined)
  assert.deepEqual(elements("<K/><K x='1'>2</K><Ks>3</Ks><K>\n</K>", "K"), ["", "2", "\n"])
})
