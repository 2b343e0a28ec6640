/** What streams of X are made of, without a server. */
import assert from "node:assert/strict"
import * as Twitter from "@dstream/dstream/twitter"
import fc from "fast-check"
import * as Config from "effect/Config"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Backoff } from "../../lib/connector/twitter/backoff.ts"
import { LineReader } from "../../lib/connector/twitter/lines.ts"
import { messageOf } from "../../lib/connector/twitter/messages.ts"
import { toPost } from "../../lib/connector/twitter/receiving.ts"
import { RecentIds } from "../../lib/connector/twitter/recent_ids.ts"
import { ruleChanges } from "../../lib/connector/twitter/rules.ts"
import { problemsOf } from "../source/running.ts"

Deno.test("lines are whole wherever their bytes are cut, also within characters", () => {
  const line = fc.string({ unit: "binary" }).map((text) => JSON.stringify({ text }))
  const cuts = fc.array(fc.nat(), { maxLength: 20 })
  fc.assert(fc.property(fc.array(line), cuts, fc.constantFrom("\n", "\r\n"), (lines, cuts, end) => {
    const bytes = new TextEncoder().encode(lines.map((line) => `${end}${line}${end}`).join(""))
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
    const reader = new LineReader()
    const read = places.slice(1).flatMap((to, i) => reader.push(bytes.subarray(places[i], to)))
    assert.deepEqual(read, lines)
    assert.equal(reader.pending, 0)
  }))
})

const error = (reason: Twitter.TwitterReason, retryAfter?: number) =>
  new Twitter.TwitterError({ url: "https://api.x.com", reason, problem: "", retryAfter })

const waits = (
  count: number,
  reason: Twitter.TwitterReason,
  { lasted, retryAfter, backoff = new Backoff() }: { lasted?: number; retryAfter?: number; backoff?: Backoff } = {},
) => Array.from({ length: count }, () => backoff.next(error(reason, retryAfter), lasted) / 1000)

Deno.test("waits grow by 250 ms to 16 s without an answer, and are doubled from 5 s to 320 s after HTTP errors", () => {
  const network = waits(70, "Unreachable")
  assert.deepEqual(network.slice(0, 4), [0.25, 0.5, 0.75, 1])
  assert.deepEqual(network.slice(62), [15.75, 16, 16, 16, 16, 16, 16, 16])
  assert.deepEqual(waits(9, "Unavailable"), [5, 10, 20, 40, 80, 160, 320, 320, 320])
})

Deno.test("waits for a rate limit are doubled from a minute, or last until X says", () => {
  assert.deepEqual(waits(6, "RateLimited"), [60, 120, 240, 480, 960, 960])
  assert.deepEqual(waits(3, "RateLimited", { retryAfter: 123_000 }), [123, 123, 123])
  assert.deepEqual(waits(1, "RateLimited", { retryAfter: 1e9 }), [960])
})

Deno.test("a stream connects again at once after a connection that has lasted, and slows down if it does not last", () => {
  const backoff = new Backoff()
  assert.deepEqual(waits(3, "Unreachable", { backoff }), [0.25, 0.5, 0.75])
  assert.deepEqual(waits(3, "Dropped", { backoff, lasted: 1000 }), [0, 0, 0])
  assert.deepEqual(waits(3, "Dropped", { lasted: 10 }), [0, 0.25, 0.5])
  assert.deepEqual(waits(3, "Dropped"), [0.25, 0.5, 0.75])
  assert.deepEqual(waits(2, "Unavailable", { backoff, lasted: 1000 }), [5, 5])
})

const EPOCH = 1_288_834_974_657
const idAt = (ms: number, sequence = 0) => String((BigInt(ms - EPOCH) << 22n) + BigInt(sequence))
const NOW = Date.parse("2026-01-01T00:00:00Z")

Deno.test("the IDs of recent posts survive as a position, and say for how many minutes to ask again", () => {
  const ids = new RecentIds(5, undefined)
  assert.equal(ids.minutesUntil(NOW), undefined)
  ids.connected(NOW)
  assert.equal(ids.minutesUntil(NOW + 20_000), 1)
  assert.deepEqual([ids.add(idAt(NOW)), ids.add(idAt(NOW)), ids.add(idAt(NOW, 1))], [true, false, true])
  const again = new RecentIds(5, ids.position())
  assert.deepEqual([again.add(idAt(NOW)), again.add(idAt(NOW, 1)), again.add(idAt(NOW, 2))], [false, false, true])
  const asked = [0, 25_000, 35_000, 95_000, 1_000_000].map((ms) => again.minutesUntil(NOW + ms))
  assert.deepEqual(asked, [1, 1, 2, 3, 5])
  assert.equal(new RecentIds(1, "something else").minutesUntil(NOW), undefined)
})

Deno.test("no more IDs are kept than backfill may bring again, and 20,000 at most", () => {
  const ids = new RecentIds(2, undefined)
  for (let minute = 0; minute < 60; minute++) for (let i = 0; i < 10; i++) ids.add(idAt(NOW + minute * 60_000, i))
  assert.equal(ids.position().length, 4 * 10 * 8)
  assert.equal(ids.add(idAt(NOW + 57 * 60_000)), false)
  for (let i = 0; i < 30_000; i++) ids.add(idAt(NOW + 60 * 60_000, i))
  assert.equal(ids.position().length, 20_000 * 8)
  assert.equal(ids.add(idAt(NOW + 60 * 60_000, 29_999)), false)
})

Deno.test("ruleChanges() adds what is missing, deletes what has the prefix and is not wanted, and leaves other rules alone", () => {
  const there = [
    { id: "1", value: "kept", tag: "ours:" },
    { id: "2", value: "gone", tag: "ours:x" },
    { id: "3", value: "renamed", tag: "ours:old" },
    { id: "4", value: "theirs", tag: "theirs" },
    { id: "5", value: "shared", tag: "" },
  ]
  const wanted = [
    { value: "kept", tag: "ours:" },
    { value: "renamed", tag: "ours:new" },
    { value: "shared", tag: "ours:" },
    { value: "added", tag: "ours:" },
  ]
  assert.deepEqual(ruleChanges(there, wanted, "ours:"), {
    add: [{ value: "renamed", tag: "ours:new" }, { value: "added", tag: "ours:" }],
    remove: ["2", "3"],
    keep: ["1", "5"],
  })
})

Deno.test("messageOf() tells posts, ends and other messages apart", () => {
  const of = (value: unknown) => messageOf(JSON.stringify(value))
  const problem = { title: "t", detail: "d", type: "https://api.x.com/2/problems/resource-not-found" }
  const post = { data: { id: "12", text: "a" }, errors: [problem], matching_rules: [{ id: "1", tag: "x" }] }
  assert.deepEqual(of(post), { kind: "post", id: "12", rules: [{ id: "1", tag: "x" }], value: post })
  const reasonOf = (type: string, isList: boolean) => {
    const end = { title: "t", detail: "d", type: `https://api.twitter.com/2/problems/${type}` }
    const message = of(isList ? { errors: [problem, end] } : end)
    return message.kind === "end" ? message.reason : message.kind
  }
  for (const isList of [true, false]) {
    assert.equal(reasonOf("operational-disconnect", isList), "Dropped")
    assert.equal(reasonOf("streaming-connection", isList), "RateLimited")
    assert.equal(reasonOf("usage-capped", isList), "RateLimited")
    assert.equal(reasonOf("something-new", isList), "other")
  }
  for (const value of [1, null, [], {}, { data: 1 }, { data: { id: 12 } }, { data: { id: "1x" } }, { errors: 1 }]) {
    assert.equal(of(value).kind, "other", JSON.stringify(value))
  }
  assert.deepEqual(messageOf('{"data": oops'), { kind: "other", problem: "X has sent a line that is no JSON" })
})

Deno.test("a typed post keeps fields that its type does not name, and one without a text is no post", () => {
  const decode = (value: unknown) => {
    const line = JSON.stringify(value)
    const message = messageOf(line)
    assert.ok(message.kind === "post")
    return toPost(message, line)
  }
  const whole = {
    data: {
      id: "1",
      text: "#a",
      new_field: { x: [1, null] },
      entities: { hashtags: [{ start: 0, end: 2, tag: "a", later: true }], annotations: [{ type: "Place" }] },
      public_metrics: { like_count: 1, new_count: 2 },
    },
    includes: { users: [{ id: "2", name: "n", username: "u", verified: false }], topics: [1] },
    matching_rules: [{ id: "3", tag: "t" }],
    errors: [{ title: "Not Found Error" }],
  }
  assert.deepEqual(Result.getOrThrow(decode(whole)), whole)
  const wrong = decode({ data: { id: "1" } })
  assert.match(Result.isFailure(wrong) ? wrong.failure : "", /^X has sent a post of another form: .*text/)
})

Deno.test("streams name options that are not allowed, and never show a token", () => {
  const problems = (options: Partial<Twitter.FilteredOptions>) =>
    problemsOf(Twitter.filteredStream({ bearerToken: "token", rules: ["a"], ...options })).join("\n")
  assert.equal(problems({}), "")
  assert.equal(problems({ bearerToken: Config.Redacted("X_BEARER_TOKEN"), url: Config.String("X_URL") }), "")
  assert.match(problems({ bearerToken: "" }), /^Twitter\.filteredStream: bearerToken is missing; give/)
  for (const bearerToken of ["my secret", "secret\n", Redacted.make("ge-secret-heim\u00e9")]) {
    assert.match(problems({ bearerToken }), /^Twitter\.filteredStream: bearerToken has a character/)
    assert.doesNotMatch(problems({ bearerToken }), /secret|heim/)
  }
  assert.match(problems({ url: "api.x.com" }), /url is not a URL; give one such as https:\/\/api\.x\.com/)
  for (const backfillMinutes of [0, 6, 1.5]) assert.match(problems({ backfillMinutes }), /a whole number from 1 to 5/)
  assert.match(problems({ keepAliveTimeout: 0 }), /keepAliveTimeout is 0, but must be a positive duration/)
  assert.match(problems({ expansions: ["a&b"] }), /expansions is a&b, but must be a list of names/)
  assert.match(problems({ rules: [] }), /rules is empty; leave it out/)
  assert.match(problems({ rules: [" "] }), /a rule is "", but must be a text/)
  assert.match(problems({ rules: ["a", { value: "a", tag: "x" }] }), /the rule "a" is there twice/)
  assert.match(problems({ ruleTagPrefix: "" }), /ruleTagPrefix is empty/)
})
