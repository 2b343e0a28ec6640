import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as Partitioner from "../../../lib/partitioner.ts"
import type { Engine } from "../../../lib/rdd/engine.ts"

const MEBIBYTE = 1024 * 1024

/** Runs a job on a heap of 10 MiB, of which `used` is used at the beginning of each turn. */
const onHeap = <A, E>(used: number, job: Effect.Effect<A, E, Engine>): Promise<A> =>
  Effect.runPromise(
    Effect.provide(
      job,
      LocalEngine.layer({ parallelism: 2, heap: { limit: 10 * MEBIBYTE, used: () => used * MEBIBYTE } }),
    ),
  )

/** Fails the test if the job does not fail with `PartitionTooLarge` in an operator. */
const tooLarge = async <A>(
  operator: string,
  job: Effect.Effect<
    A,
    { readonly operator: string; readonly partition: number | undefined; readonly reason: unknown },
    Engine
  >,
) => {
  const error = await onHeap(9, Effect.flip(job))
  const { reason } = error
  assert(reason instanceof Error && "_tag" in reason && "bytes" in reason && "limit" in reason, String(error))
  assert.deepEqual([reason._tag, error.operator, error.partition], ["PartitionTooLarge", operator, 0])
  assert(typeof reason.bytes === "number" && reason.bytes > 5 * MEBIBYTE)
  assert.equal(reason.limit, 5 * MEBIBYTE)
  assert.match(String(error), /in partition 0: .* about \d+ MiB of memory, and 5 MiB are allowed .*more partitions/)
  // The same job runs as long as the heap has room.
  await onHeap(1, job)
}

/** A slow source of pairs: the event loop gets turns while it is read. */
const pairs = (n: number, key: (i: number) => number) =>
  RDD.range(0, n, { partitions: 1 }).pipe(RDD.map((i): [number, string] => [key(i), `value ${i} `.padEnd(100, ".")]))

Deno.test("groupByKey() of more than half of the heap fails with the partition, its bytes and the limit", () =>
  tooLarge("groupByKey", RDD.collect(RDD.groupByKey(pairs(200_000, () => 1)))))

Deno.test("reduceByKey() of too many keys fails", () =>
  tooLarge("reduceByKey", RDD.collect(RDD.reduceByKey(pairs(200_000, (i) => i), (a) => a))))

Deno.test("a cogroup of too many values fails", async () => {
  let used = 1
  const heap = { limit: 10 * MEBIBYTE, used: () => used * MEBIBYTE }
  const by = Partitioner.hash(1)
  const kept = RDD.persist(RDD.partitionBy(pairs(60_000, (i) => i), by))
  const some = RDD.partitionBy(pairs(1, (i) => i), by)
  const job = Effect.gen(function* () {
    yield* RDD.count(kept)
    used = 9
    return yield* RDD.collect(RDD.cogroup(kept, some))
  })
  const error = await Effect.runPromise(Effect.provide(Effect.flip(job), LocalEngine.layer({ parallelism: 2, heap })))
  assert.deepEqual([error.reason._tag, error.operator, error.partition], ["PartitionTooLarge", "cogroup", 0])
})

Deno.test("a sort of too many records fails", () =>
  tooLarge("map", RDD.collect(RDD.sortByKey(pairs(200_000, (i) => -i)))))

Deno.test("a job on a full heap goes on, if its own records are few", async () => {
  assert.equal(await onHeap(9.9, RDD.count(RDD.groupByKey(pairs(20_000, (i) => i % 7)))), 7)
})
