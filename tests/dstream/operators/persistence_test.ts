import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../../lib/dstream.ts"
import * as RDD from "../../../lib/rdd.ts"
import type { StorageLevel } from "../../../lib/storage_level.ts"
import { input, run } from "../batches.ts"

/** Counts the calls of the function of a map whose RDD an action in a transform needs, and then the output. */
const calls = async (keep: <A>(self: DStream.DStream<A>) => DStream.DStream<A>): Promise<number> => {
  let calls = 0
  const counted = input([[1, 2], [3]]).pipe(
    DStream.map((n) => {
      calls++
      return n
    }),
    keep,
    DStream.transform((rdd) => Effect.as(RDD.count(rdd), rdd)),
  )
  assert.deepEqual(await run(counted, 2), [[1, 2], [3]])
  return calls
}

Deno.test("persist() and cache() compute a record once for several actions in a batch", async () => {
  assert.equal(await calls((self) => self), 6)
  assert.equal(await calls(DStream.persist("MEMORY_ONLY")), 3)
  assert.equal(await calls(DStream.cache), 3)
})

Deno.test("persist() reports an unknown storage level before start", () => {
  assert.equal(DStream.persist(input([]), "DISK" as StorageLevel).traits.check?.(1000).length, 1)
  assert.equal(DStream.persist(input([])).traits.check, undefined)
})

Deno.test("cache() keeps at the default level of persist()", async () => {
  const levelOf = (keep: <A>(self: DStream.DStream<A>) => DStream.DStream<A>) =>
    run(DStream.transform(keep(input([[1]])), (rdd) => RDD.parallelize([RDD.getStorageLevel(rdd)])), 1)
  assert.deepEqual(await levelOf((self) => DStream.persist(self)), [["MEMORY_ONLY_SER"]])
  assert.deepEqual(await levelOf(DStream.cache), [["MEMORY_ONLY_SER"]])
})
