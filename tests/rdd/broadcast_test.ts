import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Broadcast from "../../lib/broadcast.ts"
import * as RDD from "../../lib/rdd.ts"
import { onEngines } from "./run.ts"

onEngines("value can be read in functions of RDDs, whatever its type", () =>
  Effect.gen(function* () {
    const table = Broadcast.make({ price: (n: number) => n * 2 })
    const rdd = RDD.range(0, 3).pipe(RDD.map((n) => table.value.price(n)))
    assert.deepEqual(yield* RDD.collect(rdd), [0, 2, 4])
    yield* Broadcast.unpersist(table)
    assert.deepEqual(yield* RDD.collect(rdd), [0, 2, 4])
  }))

onEngines(
  "destroy() makes later reads fail with BroadcastDestroyed, in tasks and on the driver; a second call changes nothing",
  () =>
    Effect.gen(function* () {
      const answer = Broadcast.make(42)
      const rdd = RDD.range(0, 3).pipe(RDD.map((n) => n + answer.value))
      yield* Broadcast.destroy(answer)
      yield* Broadcast.destroy(answer)
      const failure = yield* Effect.flip(RDD.collect(rdd))
      assert.equal(failure.reason._tag, "BroadcastDestroyed")
      assert.match(
        failure.reason.message,
        /^Attempted to use Broadcast\(\d+\) after it was destroyed \(destroy at broadcast_test.ts:\d+:\d+\)$/,
      )
      const merged = yield* Effect.flip(RDD.reduce(RDD.range(0, 3), (a, b) => a + b + answer.value))
      assert.equal(merged._tag === "JobFailed" && merged.reason._tag, "BroadcastDestroyed")
      assert.throws(() => answer.value, Broadcast.BroadcastDestroyed)
    }),
)

onEngines("make() refuses an RDD", () =>
  Effect.gen(function* () {
    // @ts-expect-error: an RDD is no value
    const wrong: Broadcast.Broadcast<unknown> = Broadcast.make(RDD.range(0, 3))
    const failure = yield* Effect.flip(RDD.collect(RDD.map(RDD.range(0, 2), () => wrong.value === 0)))
    assert.equal(failure.reason._tag, "InvalidOption")
    assert.match(
      failure.message,
      /Can not directly broadcast RDDs; instead, call collect\(\) and broadcast the result\./,
    )
  }))

Deno.test("make() gives broadcasts consecutive numbers", () => {
  const [a, b] = [Broadcast.make(1), Broadcast.make(1)]
  assert.equal(b.id, a.id + 1)
  assert.equal(String(a), `Broadcast(${a.id})`)
})
