import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as DStream from "../../lib/dstream.ts"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import * as BlockStore from "../../lib/engine/storage/block_store.ts"
import { FileError, unavailable } from "../../lib/rdd/files/files.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { layerOn } from "../../lib/testing/engine_layer.ts"

/** An engine whose block store has no room, and no files. */
const withoutRoom = Effect.gen(function* () {
  const directory = Effect.fail(new FileError({ path: "", operation: "", reason: "Unavailable", cause: "no files" }))
  const storage = yield* BlockStore.make({ limit: 0, files: unavailable, directory })
  return yield* LocalEngine.make({ parallelism: 1, storage })
})

const add = (a: number, b: number) => a + b

for (const inverse of [undefined, (a: number, b: number) => a - b]) {
  const name = inverse === undefined ? "without" : "with"
  Deno.test(`a sliding window ${name} an inverse computes each batch once where the block store has no room`, () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const mapped: Array<number> = []
        const seen: Array<ReadonlyArray<number>> = []
        const output = Testing.input([[1], [10], [100], [1000]]).pipe(
          DStream.map((n) => (mapped.push(n), n)),
          DStream.reduceByWindow(add, "2 seconds", { inverse }),
          DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records))),
        )
        const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
        yield* Testing.advance(active, 4)
        yield* StreamingContext.stop(active)
        assert.deepEqual(seen, [[1], [11], [110], [1100]])
        assert.deepEqual(mapped, [1, 10, 100, 1000])
      }).pipe(Effect.scoped, Effect.provide(layerOn(withoutRoom, { master: "local" }))),
    ))
}
