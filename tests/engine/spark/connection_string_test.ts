/** Connection strings of Spark. */
import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { addressOf, type Endpoint, parseConnectionString } from "../../../lib/engine/spark/connect/connection_string.ts"

const parse = (text: string): Endpoint => Effect.runSync(parseConnectionString(text))
const messageOf = (text: string): string => Effect.runSync(Effect.flip(parseConnectionString(text))).message

/** An endpoint with its secrets in plain text. */
const shown = ({ headers, token, ...rest }: Endpoint) => ({
  ...rest,
  token: token === undefined ? undefined : Redacted.value(token),
  headers: Object.fromEntries(headers.map(([name, value]) => [name, Redacted.value(value)])),
})

const defaults = {
  port: 15002,
  isSecure: false,
  token: undefined,
  userId: "dstream",
  userAgent: "dstream",
  sessionId: undefined,
  headers: {},
}

Deno.test("the parts of a connection string", () => {
  const cases: ReadonlyArray<readonly [text: string, expected: object]> = [
    ["sc://spark", { host: "spark" }],
    ["sc://spark/", { host: "spark" }],
    ["sc://spark/;", { host: "spark" }],
    ["sc://spark:1/", { host: "spark", port: 1 }],
    ["sc://spark.example.com:65535/;user_id=ann;", { host: "spark.example.com", port: 65535, userId: "ann" }],
    ["sc://[::1]:15003", { host: "::1", port: 15003 }],
    ["sc://spark/;use_ssl=true", { host: "spark", isSecure: true }],
    ["sc://spark/;use_ssl=FALSE", { host: "spark", isSecure: false }],
    ["sc://spark/;token=a%3Bb%20c", { host: "spark", isSecure: true, token: "a;b c" }],
    ["sc://spark/;token=YWJj==", { host: "spark", isSecure: true, token: "YWJj==" }],
    ["sc://localhost/;token=abc;use_ssl=false", { host: "localhost", isSecure: false, token: "abc" }],
    ["sc://spark/;user_agent=my%20app;X-Team=blue", {
      host: "spark",
      userAgent: "my app",
      headers: { "x-team": "blue" },
    }],
    ["sc://spark/;session_id=0F8FAD5B-D9CB-469F-A165-70867728950E", {
      host: "spark",
      sessionId: "0f8fad5b-d9cb-469f-a165-70867728950e",
    }],
    ["sc://spark/;grpc_max_message_size=1000", { host: "spark" }],
  ]
  for (const [text, expected] of cases) assert.deepEqual(shown(parse(text)), { ...defaults, ...expected }, text)
})

Deno.test("what is no connection string is refused", () => {
  const cases: ReadonlyArray<readonly [text: string, message: RegExp]> = [
    ["", /must be sc:\/\/host:port/],
    ["spark:15002", /must be sc:\/\/host:port/],
    ["sc://", /must be sc:\/\/host:port/],
    ["sc:///;token=abc", /must be sc:\/\/host:port/],
    ["sc://spark:0", /must be sc:\/\/host:port/],
    ["sc://spark:65536", /must be sc:\/\/host:port/],
    ["sc://spark:port", /must be sc:\/\/host:port/],
    ["sc://::1", /must be sc:\/\/host:port/],
    ["sc://spark/path", /must be sc:\/\/host:port/],
    ["sc://spark;token=abc", /must be sc:\/\/host:port/],
    ["sc://spark/;token", /a parameter is not name=value/],
    ["sc://spark/;=abc", /a parameter is not name=value/],
    ["sc://spark/;token=", /the parameter token has no valid value/],
    ["sc://spark/;token=%zz", /the parameter token has no valid value/],
    ["sc://spark/;token=a;token=b", /the parameter token is given twice/],
    ["sc://spark/;use_ssl=yes", /use_ssl is true or false/],
    ["sc://spark/;session_id=1", /session_id is a UUID/],
    ["sc://spark/;token=abc;use_ssl=false", /a token is sent over an encrypted connection only/],
    ["sc://spark/;x team=blue", /parameter x team can be a header/],
    ["sc://spark/;team=bl%0Aue", /parameter team can be a header/],
  ]
  for (const [text, message] of cases) assert.match(messageOf(text), message, text)
})

Deno.test("no message has the secrets of a connection string", () => {
  const faulty = [
    "sc://spark:0/;token=s3cret",
    "sc://spark;token=s3cret",
    "sc://spark/token=s3cret",
    "sc://spark/;s3cret",
    "sc://spark/;token=s3cret;token=s3cret",
    "sc://spark/;token=s3cret;use_ssl=false",
    "sc://spark/;token=s3cret%zz",
    "sc://user:s3cret@spark/",
    "sc://spark?token=s3cret",
    "http://spark/;token=s3cret",
    "token=s3cret",
  ]
  for (const text of faulty) assert.doesNotMatch(messageOf(text), /s3cret/, text)
  const endpoint = parse("sc://spark/;token=s3cret;x-key=s3cret")
  assert.doesNotMatch(Deno.inspect(endpoint, { depth: 9 }) + JSON.stringify(endpoint), /s3cret/)
})

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/).filter((it) =>
  !/^(token|use_ssl|user_|session_id|grpc_)/.test(it)
)
const printable = fc.stringMatching(/^[\x21-\x7e]{1,20}$/)
const anyText = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })

Deno.test("property: a connection string that is put together is taken apart again", () => {
  fc.assert(fc.property(
    fc.record({
      host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
      port: fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
      token: fc.option(anyText, { nil: undefined }),
      user_id: fc.option(anyText, { nil: undefined }),
      user_agent: fc.option(anyText, { nil: undefined }),
      session_id: fc.option(fc.uuid(), { nil: undefined }),
      use_ssl: fc.option(fc.constant("true"), { nil: undefined }),
      headers: fc.dictionary(name, printable, { maxKeys: 4 }),
    }),
    ({ headers, host, port, ...parameters }) => {
      const parts = Object.entries({ ...parameters, ...headers }).flatMap(([name, value]) =>
        value === undefined ? [] : [`;${name}=${encodeURIComponent(value)}`]
      )
      const address = `${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`
      const endpoint = parse(`sc://${address}/${parts.join("")}`)
      assert.deepEqual(shown(endpoint), {
        host,
        port: port ?? 15002,
        isSecure: parameters.use_ssl !== undefined || parameters.token !== undefined,
        token: parameters.token,
        userId: parameters.user_id ?? "dstream",
        userAgent: parameters.user_agent ?? "dstream",
        sessionId: parameters.session_id,
        headers: { ...headers },
      })
      assert.ok(addressOf(endpoint).endsWith(`:${port ?? 15002}`))
    },
  ))
})

Deno.test("property: any text is either parsed or refused", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((text) => `sc://spark/;${text}`)), (text) => {
    const result = Effect.runSync(Effect.result(parseConnectionString(text)))
    if (Result.isFailure(result)) assert.equal(result.failure._tag, "InvalidOption")
  }))
})
