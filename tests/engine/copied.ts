/** An engine with a graph copy made by hand: some RDDs have addresses, at which the copy has other RDDs. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import * as StateStore from "../../lib/engine/state_store.ts"
import { type Address, CurrentJob, Engine } from "../../lib/rdd/engine.ts"
import type { AnyRDD } from "../../lib/rdd/rdd.ts"

/** The RDDs of the driver, each with that of the copy. */
export type Pairs = ReadonlyArray<readonly [mine: AnyRDD, theirs: AnyRDD]>

/** An RDD, made once for the driver and once for the copy, with all RDDs below it in pairs. `make` is told for whom. */
export const twice = <R extends AnyRDD>(make: (side: "driver" | "copy") => R): readonly [rdd: R, pairs: Pairs] => {
  const [mine, theirs] = [make("driver"), make("copy")]
  const pairs: Array<readonly [AnyRDD, AnyRDD]> = [[mine, theirs]]
  for (const [a, b] of pairs) a.parents.forEach((parent, i) => pairs.push([parent, b.parents[i] as AnyRDD]))
  return [mine, pairs]
}

/** A loopback engine whose open batch knows these pairs. */
export const layer = (pairs: Pairs): Layer.Layer<Engine> => {
  const addressOf = (rdd: AnyRDD): Address | undefined => {
    const place = pairs.findIndex(([mine]) => mine === rdd)
    return place < 0 ? undefined : { time: 1000, stream: 0, place }
  }
  return Layer.effectContext(Effect.gen(function* () {
    const engine = yield* LocalEngine.make({ parallelism: 2, loopback: true })
    engine.useCopy?.({
      evaluate: () => Effect.void,
      operationAt: ({ place }) => pairs[place]?.[1],
      release: () => {},
    })
    const work = { time: 1000, jobs: [], kept: [], addressOf, notes: undefined }
    const batch = yield* Effect.orDie(engine.openBatch(work) as Effect.Effect<never>)
    const job = { batchTime: 1000, outputId: 0, attempt: 0, batch }
    return Context.make(Engine, engine).pipe(Context.add(CurrentJob, job))
  })).pipe(Layer.provide(StateStore.layerMemory))
}
