import assert from "node:assert/strict"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { broken } from "./laws.ts"

const below = (limit: number) =>
  Testing.law(`numbers are below ${limit}`, fc.array(fc.nat()), {
    left: (numbers) => Effect.succeed(numbers.every((n) => n < limit)),
    right: () => Effect.succeed(true),
  })

Deno.test("check() reports the law, the smallest input, both results, and how to reproduce them", async () => {
  const failed = await broken(below(42))
  assert.deepEqual(failed.given, [42])
  const lines = failed.message.split("\n")
  assert.deepEqual(lines.slice(0, 4), [
    '"numbers are below 42" does not hold on the engine local',
    "  for    [42]",
    "  left   false",
    "  right  true",
  ])
  assert.match(
    lines[4] ?? "",
    /^ {2}found by input \d+, shrunk \d+ times; reproduce it with \{ seed: 1, path: "\d[\d:]*" \}; the law was made at check_test\.ts:\d+:\d+$/,
  )
})

Deno.test("check() fails in the same way with the same seed, and at once with the path", async () => {
  const { message, path, seed } = await broken(below(42), { seed: 7 })
  assert.equal((await broken(below(42), { seed })).message, message)
  const again = await broken(below(42), { seed, path })
  assert.deepEqual([again.given, again.runs, again.shrinks], [[42], 1, 0])
})

Deno.test("check() reports the number of inputs and the seed of a law that holds", async () => {
  const law = Testing.law("true", fc.nat(), { left: () => Effect.void, right: () => Effect.void })
  assert.deepEqual(await Effect.runPromise(Testing.check(law, { runs: 7, seed: 3 })), { law: "true", runs: 7, seed: 3 })
})

Deno.test("check() runs on every engine it is given, and names the one that breaks the law", async () => {
  const seen: Array<unknown> = []
  const law = Testing.law("not on closures", fc.constant(0), {
    left: (_, { engine }) => Effect.sync(() => void seen.push(engine)).pipe(Effect.as(engine === "closures")),
    right: () => Effect.succeed(false),
  })
  const { engine } = await broken(law, { engines: ["loopback", "closures", "local"] })
  assert.equal(engine, "closures")
  assert.deepEqual(seen, ["loopback", "closures"])
})

Deno.test("check() counts a law as broken if a side fails, even if both fail", async () => {
  const failing = Testing.sameStreams("failing", [Testing.batches(fc.nat())], {
    left: (stream) => DStream.mapEffect(stream, () => Effect.fail(new Error("out of paper"))),
    right: (stream) =>
      DStream.map(stream, () => {
        throw new Error("out of ink")
      }),
  })
  const { given, message } = await broken(failing)
  assert.deepEqual(given, { inputs: [[[0]]], partitions: 1 })
  assert.match(message, /left {3}failed: .*out of paper\n {2}right {2}failed: .*out of ink/)
})

Deno.test("check() counts a side that throws as failed", async () => {
  const throwing = Testing.law("throwing", fc.nat(), {
    left: () => {
      throw new Error("no stream")
    },
    right: () => Effect.succeed(1),
  })
  assert.match((await broken(throwing)).message, /left {3}failed: no stream\n {2}right {2}1/)
})

Deno.test("check() stops when it is interrupted", () =>
  Effect.runPromise(Effect.gen(function* () {
    let tried = 0
    const law = Testing.law("slow", fc.nat(), {
      left: () => Effect.andThen(Effect.sync(() => tried++), Effect.never),
      right: () => Effect.void,
    })
    const fiber = yield* Effect.forkChild(Testing.check(law), { startImmediately: true })
    yield* Effect.promise(() => Promise.resolve())
    yield* Fiber.interrupt(fiber)
    const exit = yield* Fiber.await(fiber)
    assert.ok(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
    assert.ok(tried <= 1)
  })))

Deno.test("checkAll() stops at the first broken law", async () => {
  const tried: Array<string> = []
  const named = (name: string, right: number) =>
    Testing.law(name, fc.constant(0), {
      left: () => Effect.sync(() => (tried.push(name), 0)),
      right: () => Effect.succeed(right),
    })
  const laws = [named("first", 0), named("second", 1), named("third", 0)]
  const failed = await Effect.runPromise(Effect.flip(Testing.checkAll(laws, { runs: 1 })))
  assert.equal(failed.law, "second")
  assert.deepEqual(tried, ["first", "second"])
})

Deno.test("law() compares NaN with itself, -0 with 0, and dates by time", async () => {
  const same = (left: unknown, right: unknown) =>
    Effect.runPromise(Effect.exit(Testing.check(
      Testing.law("same", fc.constant(0), { left: () => Effect.succeed(left), right: () => Effect.succeed(right) }),
      { runs: 1 },
    ))).then(Exit.isSuccess)
  assert.equal(await same([NaN, [-0]], [NaN, [0]]), true)
  assert.equal(await same(new Date(1), new Date(1)), true)
  assert.equal(await same(new Date(1), new Date(2)), false)
  assert.equal(await same([1], [1, 2]), false)
})
