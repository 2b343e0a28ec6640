import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { onEngines, recording, test } from "./support.ts"

const { make, start, stop } = StreamingContext

class Factor extends Context.Service<Factor, { readonly id: number }>()("test/Factor") {}

/** A layer that counts how often it is built and released. */
const counting = () => {
  const counts = { built: 0, released: 0 }
  const layer = Layer.effect(
    Factor,
    Effect.acquireRelease(
      Effect.sync(() => ({ id: ++counts.built })),
      () => Effect.sync(() => void counts.released++),
    ),
  )
  return { counts, layer }
}

const factorReceiver = Receiver.make({
  name: "Factor",
  onStart: (store: Receiver.Store<number>) => Effect.flatMap(Factor, ({ id }) => store.one(id)),
})

onEngines(
  "provide() builds its layer once for a run; inputs, evaluation and jobs share it, and it is released at the end",
  () =>
    Effect.gen(function* () {
      const { counts, layer } = counting()
      const seen: Array<readonly [number, ReadonlyArray<number>]> = []
      const stream = DStream.receiverStream(factorReceiver).pipe(
        DStream.transform((rdd) => Effect.map(Factor, ({ id }) => RDD.union(rdd, RDD.parallelize([10 * id])))),
        DStream.mapEffect((n) => Effect.map(Factor, ({ id }) => n + 100 * id)),
        DStream.provide(layer),
      )
      const active = yield* start(yield* make, [recording(stream, seen)])
      yield* Testing.advance(active, 5)
      assert.deepEqual([counts, seen.slice(0, 2)], [{ built: 1, released: 0 }, [[1000, [101, 110]], [2000, [110]]]])
      yield* stop(active)
      assert.deepEqual(counts, { built: 1, released: 1 })
    }),
)

test("a provided layer may need services of a later provide(), and two provide() calls with the same layer share one instance", () =>
  Effect.gen(function* () {
    class Twice extends Context.Service<Twice, number>()("test/Twice") {}
    const { counts, layer } = counting()
    const twice = Layer.effect(Twice, Effect.map(Factor, ({ id }) => 2 * id))
    const seen: Array<readonly [number, ReadonlyArray<number>]> = []
    const left = Testing.input([[1]]).pipe(
      DStream.mapEffect((n) => Effect.map(Twice, (twice) => n * twice)),
      DStream.provide(twice),
      DStream.provide(layer),
    )
    const right = Testing.input([[5]]).pipe(
      DStream.mapEffect((n) => Effect.map(Factor, ({ id }) => n * id)),
      DStream.provide(layer),
    )
    const active = yield* start(yield* make, [recording(DStream.union(left, right), seen)])
    yield* Testing.advance(active)
    assert.deepEqual([counts.built, seen], [1, [[1000, [2, 5]]]])
  }))

test("an input that is used both with and without provide() gets the layer's services", () =>
  Effect.gen(function* () {
    const { counts, layer } = counting()
    for (const order of ["with first", "without first"]) {
      const input = DStream.receiverStream(factorReceiver)
      const seen: Array<readonly [number, ReadonlyArray<number>]> = []
      const provided = recording(DStream.provide(input, layer), seen)
      const bare = recording(input as unknown as DStream.DStream<number>, [])
      const ssc = yield* make
      const active = yield* start(ssc, order === "with first" ? [provided, bare] : [bare, provided])
      yield* Testing.advance(active)
      yield* stop(active, { stopSparkContext: false })
      assert.deepEqual(seen.map(([, records]) => records), [[counts.built]])
    }
  }))
