/** Streams of X against a local server that behaves as X does. */
import assert from "node:assert/strict"
import type { DStream } from "@dstream/dstream"
import * as Twitter from "@dstream/dstream/twitter"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { disconnect, type TwitterServer } from "../servers/twitter_server.ts"
import { receive, type Receiving } from "../source/running.ts"
import { faultProxy } from "./fault_proxy.ts"
import { test, waitUntil } from "./twitter_testing.ts"

const optionsOf = (server: TwitterServer): Twitter.TwitterOptions => ({
  bearerToken: Redacted.make(server.behaviour.token),
  url: server.url,
})

/** Starts a stream, and waits until it is connected. */
const connected = <A>(server: TwitterServer, stream: DStream.DStream<A>) =>
  Effect.gen(function* () {
    const before = server.count()
    const receiving = yield* receive(stream)
    yield* Effect.promise(() => server.opened(before + 1))
    return receiving
  })

const textsOf = ({ records }: Receiving) => records.map((record) => (record as Twitter.StreamedPost).data.text)

/** What a stream asks for rules: how, and what it adds or deletes. */
const ruleCalls = (server: TwitterServer) =>
  server.asked.filter(({ path }) => path.endsWith("/rules")).map(({ body, method, query }) =>
    method === "GET" ? "list" : `${query["dry_run"] === "true" ? "check " : ""}${JSON.stringify(body)}`
  )

test(
  "rules that are missing are added, old ones are deleted, and those of others are left alone",
  (server) =>
    Effect.gen(function* () {
      server.rules.set("1", { id: "1", value: "old", tag: "dstream:" })
      server.rules.set("2", { id: "2", value: "theirs" })
      server.rules.set("3", { id: "3", value: "deno", tag: "dstream:runtime" })
      const rules = ["spark streaming", { value: "deno", tag: "runtime" }]
      const receiving = yield* connected(server, Twitter.filteredStream({ ...optionsOf(server), rules }))
      const added = { add: [{ value: "spark streaming", tag: "dstream:" }] }
      const expected = [added, { delete: { ids: ["1"] } }, added].map((body) => JSON.stringify(body))
      assert.deepEqual(ruleCalls(server), ["list", "list", `check ${expected[0]}`, ...expected.slice(1)])
      assert.deepEqual(Array.from(server.rules.values(), ({ value }) => value), ["theirs", "deno", "spark streaming"])

      for (const text of ["theirs alone", "theirs and Deno", "Streaming with Spark", "nothing"]) server.publish(text)
      yield* receiving.until(() => receiving.records.length >= 2)
      assert.deepEqual(textsOf(receiving), ["theirs and Deno", "Streaming with Spark"])
      const [first] = receiving.records as ReadonlyArray<Twitter.StreamedPost>
      assert.deepEqual(first?.matching_rules?.map(({ tag }) => tag), [undefined, "dstream:runtime"])
    }),
  { pageSize: 2 },
)

test("a stream that starts again changes nothing about its rules", (server) =>
  Effect.gen(function* () {
    const stream = Twitter.filteredStream({ ...optionsOf(server), rules: ["a", "b"], ruleTagPrefix: "mine/" })
    yield* Effect.scoped(connected(server, stream))
    yield* waitUntil(() => server.streams() === 0)
    yield* Effect.scoped(connected(server, stream))
    const added = { add: [{ value: "a", tag: "mine/" }, { value: "b", tag: "mine/" }] }
    assert.deepEqual(ruleCalls(server), ["list", JSON.stringify(added), "list"])
  }))

test("a rule that X refuses stops the stream with the reason, and no rule is deleted", (server) =>
  Effect.gen(function* () {
    server.rules.set("1", { id: "1", value: "old", tag: "dstream:" })
    const rules = ["good", "nonsense:x"]
    const { running } = yield* receive(Twitter.filteredStream({ ...optionsOf(server), rules }))
    const error = yield* Effect.flip(Deferred.await(running.failure))
    assert.ok(error.reason instanceof Twitter.TwitterError && error.reason.reason === "InvalidRules")
    assert.match(
      error.message,
      /X at http:\/\/.*\/rules: X refuses rules; check the option rules\. "nonsense:x": UnprocessableEntity: Reference to invalid operator/,
    )
    assert.deepEqual(Array.from(server.rules.values(), ({ value }) => value), ["old"])
  }))

test("too many rules stop the stream", (server) =>
  Effect.gen(function* () {
    const { running } = yield* receive(Twitter.filteredStream({ ...optionsOf(server), rules: ["a", "b", "c"] }))
    const error = yield* Effect.flip(Deferred.await(running.failure))
    assert.match(error.message, /RulesCapExceeded: Your app has more than 2 rules/)
  }), { maxRules: 2 })

test("new rules take the place of old ones also when the app may have no more", (server) =>
  Effect.gen(function* () {
    for (const id of ["1", "2"]) server.rules.set(id, { id, value: `old ${id}`, tag: "dstream:" })
    yield* connected(server, Twitter.filteredStream({ ...optionsOf(server), rules: ["a", "old 1"] }))
    assert.deepEqual(Array.from(server.rules.values(), ({ value }) => value), ["old 1", "a"])
  }), { maxRules: 2 })

test("rules that were deleted at X are added again when X misses them", (server) =>
  Effect.gen(function* () {
    const receiving = yield* connected(server, Twitter.filteredStream({ ...optionsOf(server), rules: ["a"] }))
    server.rules.clear()
    server.end()
    yield* waitUntil(() => receiving.log.some((line) => line.includes("(status 409)")))
    assert.match(receiving.log.join("\n"), /Connecting to X again in 5000 ms: .*You must define at least one rule/)
    yield* Effect.promise(() => server.opened(2))
    assert.equal(server.rules.size, 1)
  }))

test("fields and expansions are asked for, and JSON records are what X has sent", (server) =>
  Effect.gen(function* () {
    const receiving = yield* connected(
      server,
      Twitter.sampleJsonStream({
        ...optionsOf(server),
        fields: { tweet: ["lang", "entities"], user: ["name"], poll: [] },
        expansions: ["author_id", "attachments.media_keys"],
      }),
    )
    const { headers, path, query } = server.asked.at(-1) ?? assert.fail()
    assert.equal(path, "/2/tweets/sample/stream")
    assert.deepEqual(query, {
      "tweet.fields": "lang,entities",
      "user.fields": "name",
      expansions: "author_id,attachments.media_keys",
    })
    assert.equal(headers["accept-encoding"], "identity")
    const line = '{"data": {"id": "1", "text": "20 €", "odd":  null}, "includes": {"users": 1}}'
    server.send(`${line}\r\n`)
    yield* receiving.until(() => receiving.records.length > 0)
    assert.deepEqual(receiving.records, [line])
  }))

test("posts are whole when their bytes come in pieces, and bad lines in between are reported", (server) =>
  Effect.gen(function* () {
    const receiving = yield* connected(server, Twitter.sampleStream(optionsOf(server)))
    const text = "naïve 🙂 €"
    const good = (id: number) => `${JSON.stringify({ data: { id: String(id), text } })}\r\n`
    const bytes = new TextEncoder().encode(`\r\n${good(1)}\r\n\r\n{"data": oops\r\n{"new": "message"}\r\n${good(2)}`)
    for (const byte of bytes) {
      server.send(Uint8Array.of(byte))
      yield* Effect.yieldNow
    }
    server.send(`${JSON.stringify({ data: { id: "3" } })}\r\n`, good(4), good(5).slice(0, 20))
    yield* receiving.until(() => receiving.records.length >= 3)
    assert.deepEqual(receiving.records, [1, 2, 4].map((id) => ({ data: { id: String(id), text } })))
    const reports = receiving.log.filter((line) => line.startsWith("error"))
    assert.match(reports[0] ?? "", /X has sent a line that is no JSON: \{"data": oops: undefined$/)
    assert.match(reports[1] ?? "", /X has sent a message that is no post: \{"new": "message"\}/)
    assert.match(reports[2] ?? "", /X has sent a post of another form: .*text/)
    assert.equal(reports.length, 3)
  }))

test("a stream goes on after X has disconnected it, and reports why", (server) =>
  Effect.gen(function* () {
    const receiving = yield* connected(server, Twitter.sampleStream(optionsOf(server)))
    server.publish("before")
    yield* receiving.until(() => receiving.records.length === 1)
    server.end(disconnect("UpstreamOperationalDisconnect"))
    yield* waitUntil(() => server.streams() === 0)
    server.publish("meanwhile")
    yield* Effect.promise(() => server.opened(2))
    server.publish("after")
    yield* receiving.until(() => receiving.records.length === 2)
    assert.deepEqual(textsOf(receiving), ["before", "after"])
    assert.deepEqual(receiving.log, [
      "started",
      "error Connecting to X again in 0 ms: " +
      `X at ${server.url}/2/tweets/sample/stream: X ends the connection: ` +
      "operational-disconnect: This stream has been disconnected for operational reasons.",
    ])
  }))

test("with backfill, posts that were sent meanwhile arrive, and none arrives twice", (server) =>
  Effect.gen(function* () {
    const options = { ...optionsOf(server), backfillMinutes: 5 }
    server.publish("before the stream")
    const receiving = yield* connected(server, Twitter.sampleStream(options))
    server.publish("before")
    yield* receiving.until(() => receiving.records.length === 1)
    for (let i = 2; i < 5; i++) {
      server.end()
      server.publish(`meanwhile ${i}`)
      yield* Effect.promise(() => server.opened(i))
      server.publish(`after ${i}`)
      yield* receiving.until(() => textsOf(receiving).includes(`after ${i}`))
    }
    const later = [2, 3, 4].flatMap((i) => [`meanwhile ${i}`, `after ${i}`])
    // X sends what was written within the minute before the stream connected again, so also what was there before.
    assert.deepEqual(textsOf(receiving), ["before", "before the stream", ...later])
    const minutes = server.asked.map(({ query }) => query["backfill_minutes"])
    assert.deepEqual(minutes, [undefined, "1", "1", "1"])
  }))

test(
  "backfill that the access level does not have stops the stream when it connects again",
  (server) =>
    Effect.gen(function* () {
      const { running } = yield* connected(server, Twitter.sampleStream({ ...optionsOf(server), backfillMinutes: 1 }))
      server.end()
      const error = yield* Effect.flip(Deferred.await(running.failure))
      assert.match(
        error.message,
        /check the options and the access level.*backfill_minutes is not available \(status 400\)/,
      )
    }),
  { hasBackfill: false },
)

test("a second connection of an app waits for a minute, and not for the rate limit", (server) =>
  Effect.gen(function* () {
    yield* connected(server, Twitter.sampleStream(optionsOf(server)))
    const second = yield* receive(Twitter.sampleStream(optionsOf(server)))
    yield* waitUntil(() => second.log.length > 1)
    assert.match(
      second.log[1] ?? "",
      /Connecting to X again in 60000 ms: .*maximum allowed connection limit.* \(status 429\)/,
    )
  }))

test(
  "a stream that batches do not take from is disconnected, and gets all posts in the end",
  (server) =>
    Effect.gen(function* () {
      const options = { ...optionsOf(server), backfillMinutes: 1 }
      const receiving = yield* receive(Twitter.sampleStream(options), { capacity: 10_000 })
      yield* Effect.promise(() => server.opened())
      const texts = Array.from({ length: 40 }, (_, i) => `${i} ${"long ".repeat(100_000)}`)
      for (const text of texts) server.publish(text)
      yield* waitUntil(() => server.streams() === 0)
      server.behaviour.maxBacklogBytes = Infinity
      yield* receiving.until(() => receiving.records.length >= texts.length)
      yield* Effect.sleep("300 millis")
      yield* receiving.until(() => true)
      assert.ok(receiving.log.some((line) => line.includes("operational-disconnect")), receiving.log.join("\n"))
      assert.deepEqual(textsOf(receiving).map((text) => parseInt(text)), texts.map((_, i) => i))
    }),
  { maxBacklogBytes: 5_000_000 },
)

test("a connection on which nothing arrives any more is replaced", (server) =>
  Effect.gen(function* () {
    const proxy = faultProxy(() => server.port)
    yield* Effect.addFinalizer(() => Effect.promise(() => proxy[Symbol.asyncDispose]()))
    const url = `http://127.0.0.1:${proxy.port}`
    const options = { ...optionsOf(server), url, keepAliveTimeout: "1 second", backfillMinutes: 1 } as const
    const receiving = yield* connected(server, Twitter.sampleStream(options))
    server.publish("before")
    yield* receiving.until(() => receiving.records.length === 1)
    yield* Effect.sleep("1500 millis")
    assert.deepEqual(receiving.log, ["started"])
    proxy.stall()
    server.publish("after")
    yield* waitUntil(() => receiving.log.length > 1)
    proxy.go()
    yield* receiving.until(() => receiving.records.length === 2)
    assert.match(receiving.log.join("\n"), /sample\/stream: nothing has arrived for 1s/)
  }), { keepAliveMs: 50, maxConnections: 10 })

test("a stream waits for a server that is not there", (server) =>
  Effect.gen(function* () {
    const proxy = faultProxy(() => server.port)
    yield* Effect.addFinalizer(() => Effect.promise(() => proxy[Symbol.asyncDispose]()))
    proxy.refuse()
    const url = `http://127.0.0.1:${proxy.port}`
    const receiving = yield* receive(Twitter.filteredStream({ ...optionsOf(server), url, rules: ["a"] }))
    yield* waitUntil(() => receiving.log.length > 2)
    assert.match(receiving.log[1] ?? "", /again in 250 ms: X at http:.*\/rules: no answer from http:/)
    proxy.accept()
    yield* Effect.promise(() => server.opened())
  }))

Deno.test({
  name: "a stream that may not connect stops, and says which permission it needs",
  permissions: { net: ["127.0.0.1"], read: true },
  fn: () =>
    Effect.gen(function* () {
      const { running } = yield* receive(Twitter.sampleStream({ bearerToken: "token" }))
      const error = yield* Effect.flip(Deferred.await(running.failure))
      assert.match(error.message, /the permission to connect is missing; run with --allow-net=api\.x\.com$/)
    }).pipe(Effect.scoped, Effect.runPromise),
})

test("a bearer token that the configuration does not have stops the stream, and a wrong one too", (server) =>
  Effect.gen(function* () {
    const bearerToken = Config.Redacted("X_BEARER_TOKEN")
    const provided = (record: Readonly<Record<string, string>>) =>
      receive(Twitter.sampleStream({ ...optionsOf(server), bearerToken })).pipe(
        Effect.flatMap(({ running }) => Effect.flip(Deferred.await(running.failure))),
        Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord(record)),
      )
    const missing = yield* provided({})
    assert.ok(missing.reason instanceof Twitter.SettingError)
    assert.match(missing.message, /Cannot read the setting bearerToken: .*X_BEARER_TOKEN/)
    const broken = yield* provided({ X_BEARER_TOKEN: "two words" })
    assert.match(broken.message, /Cannot read the setting bearerToken: it has a character that tokens do not have/)
    assert.doesNotMatch(broken.message, /words/)
    assert.equal(server.asked.length, 0)
    const wrong = yield* provided({ X_BEARER_TOKEN: "wrong" })
    assert.match(wrong.message, /X refuses the bearer token; check the option bearerToken.* \(status 401\)/)
    assert.equal(server.asked.length, 1)
  }))
