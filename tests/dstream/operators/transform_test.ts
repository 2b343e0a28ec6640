import assert from "node:assert/strict"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { FunctionFailed, JobFailed } from "../../../lib/core/errors.ts"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import { batch, failure, input, run, unplaced } from "../batches.ts"

class Missing extends Data.TaggedError("Missing") {}

Deno.test("transform() continues with the RDD that its function returns", async () =>
  assert.deepEqual(
    await run(DStream.transform(input([[3, 1, 3], []]), (rdd) => RDD.distinct(rdd, { partitions: 1 })), 2),
    [
      [3, 1],
      [],
    ],
  ))

Deno.test("transform() passes the batch time to its function", async () => {
  const timed = input([["a"], ["b"]]).pipe(
    DStream.transform((rdd, { time }) => RDD.map(rdd, (word) => [word, time])),
  )
  assert.deepEqual(await run(timed, 2), [[["a", 1000]], [["b", 2000]]])
})

Deno.test("transform() takes an Effect, which may run actions", async () => {
  const shares = DStream.transform(
    input([[1, 3]]),
    (rdd) => Effect.map(RDD.fold(rdd, 0, (a, b) => a + b), (sum) => RDD.map(rdd, (n) => n / sum)),
  )
  assert.deepEqual(await Effect.runPromise(Effect.flatten(batch(shares))), [[0.25], [0.75]])
})

Deno.test("transform() runs its function once a batch, however many streams depend on it", async () => {
  let calls = 0
  const counted = DStream.transform(input([[1]]), (rdd) => {
    calls++
    return rdd
  })
  assert.deepEqual(await run(DStream.union(counted, counted)), [[1, 1]])
  assert.equal(calls, 1)
})

Deno.test("transform() fails where its parent has no RDD", async () =>
  assert.ok(await failure(DStream.transform(input([null]), (rdd) => rdd)) instanceof DStream.ParentWithoutRDD))

Deno.test("transform() fails the batch with the error that its function throws", async () => {
  const boom = new Error("boom")
  const thrown = await failure(DStream.transform(input([[1]]), (rdd) => {
    if (rdd !== undefined) throw boom
    return rdd
  }))
  assert.ok(thrown instanceof FunctionFailed)
  assert.equal(thrown.cause, boom)
  const died = await failure(DStream.transform(input([[1]]), (rdd) => Effect.as(Effect.die(boom), rdd)))
  assert.ok(died instanceof FunctionFailed)
})

Deno.test("transform() fails the batch if its function returns no RDD", async () => {
  const given: ReadonlyArray<unknown> = [undefined, null, Effect.succeed(null)]
  for (const result of given) {
    const error = await failure(DStream.transform(input([[1]]), () => result as RDD.RDD<number>))
    assert.ok(error instanceof DStream.TransformWithoutResult)
    assert.equal(
      error.message,
      "Transform function must not return null. Return RDD.empty() instead to represent no element as the result of transformation.",
    )
  }
})

Deno.test("transform() names what its function returned in place of an RDD", async () => {
  const error = await failure(DStream.transform(input([[1]]), () => [1] as unknown as RDD.RDD<number>))
  assert.match(String(error), /must give an RDD, or an Effect of one, but gave: array$/)
})

Deno.test("transform() passes on the typed errors of its function and of the actions in it", async () => {
  assert.ok(await failure(DStream.transform(input([[1]]), () => Effect.fail(new Missing()))) instanceof Missing)
  const failing = DStream.mapEffect(input([[1]]), () => Effect.fail(new Missing()))
  const shown = DStream.transform(failing, (rdd) => Effect.as(RDD.count(rdd), RDD.empty()))
  const error: unknown = await Effect.runPromise(batch(shown).pipe(Effect.flatMap((exit) => Effect.flip(exit))))
  assert.ok(error instanceof JobFailed && error.reason instanceof Missing && error.operator === "mapEffect")
})

Deno.test("transform() keeps the call sites of the RDD operations in its function", async () => {
  let site = ""
  const kept = DStream.transform(input([[1]]), (rdd) => {
    const mapped = RDD.map(rdd, (n) => n)
    site = mapped.site.short
    return mapped
  })
  await run(kept)
  assert.match(site, /^transform_test\.ts:/)
  assert.notEqual(site, kept.site.short)
})

Deno.test("transformWith() and transformAll() pass the RDDs to their function in order", async () => {
  const [a, b] = [input([[1]]), input([["x"]])]
  assert.deepEqual(await run(DStream.transformWith(a, b, (as, bs) => RDD.cartesian(as, bs))), [[[1, "x"]]])
  assert.deepEqual(await run(a.pipe(DStream.transformWith(b, (as, bs) => RDD.union(bs, as)))), [["x", 1]])
  const all = DStream.transformAll(
    [a, b, input([[true]])],
    ([as, bs, cs], { time }) => RDD.map(RDD.unionAll([cs, bs, as]), (each) => [each, time]),
  )
  assert.deepEqual(await run(all), [[[true, 1000], ["x", 1000], [1, 1000]]])
})

Deno.test("transformWith() fails where the second stream has no RDD", async () =>
  assert.ok(
    await failure(DStream.transformWith(input([[1]]), input([null]), (a) => a)) instanceof DStream.ParentWithoutRDD,
  ))

Deno.test("transformAll() reports streams of different slides before start", () =>
  assert.deepEqual(
    DStream.transformAll([input([]), input([], 3000)], ([rdd]) => rdd).traits.check?.(1000).map(unplaced),
    [
      "Some of the DStreams have different slide durations: input has 1000 ms, input has 3000 ms",
    ],
  ))
