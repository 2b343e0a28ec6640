import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as DStream from "../../lib/dstream.ts"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import { layerEngine } from "../../lib/engine/spark_context.ts"
import * as StateStore from "../../lib/engine/state_store.ts"
import * as BlockStore from "../../lib/engine/storage/block_store.ts"
import { FileError, unavailable } from "../../lib/rdd/files/files.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Scheduler from "../../lib/scheduler.ts"
import { Registry } from "../../lib/streaming/context/registry.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import * as VirtualTime from "../../lib/testing/virtual_time.ts"

/** An engine whose block store has no room, and no files. */
const withoutRoom = Effect.gen(function* () {
  const directory = Effect.fail(new FileError({ path: "", operation: "", reason: "Unavailable", cause: "no files" }))
  const storage = yield* BlockStore.make({ limit: 0, files: unavailable, directory })
  return yield* LocalEngine.make({ parallelism: 1, storage })
})

const layer = Layer.mergeAll(
  Layer.succeed(Scheduler.Scheduler, { batchDuration: 1000 }),
  layerEngine({ master: "local", appName: "test" }, withoutRoom).pipe(
    Layer.provide(Layer.fresh(StateStore.layerMemory)),
  ),
  Layer.succeed(Registry, { active: undefined }),
  Logger.layer([]),
).pipe(Layer.provideMerge(VirtualTime.layer(0))) as Layer.Layer<Testing.Services>

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
      }).pipe(Effect.scoped, Effect.provide(layer)),
    ))
}
