/** An engine with a graph copy made by hand: some RDDs have addresses, at which the copy has other RDDs. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Attached } from "../../lib/core/attached.ts"
import * as Layer from "effect/Layer"
import { Actions } from "../../lib/engine/local/actions.ts"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import * as BlockStore from "../../lib/engine/storage/block_store.ts"
import * as InPlace from "../../lib/engine/local/in_place.ts"
import * as Loopback from "../../lib/engine/local/loopback.ts"
import { LocalBatch } from "../../lib/engine/local/open_batch.ts"
import { Computed } from "../../lib/engine/plan/computed.ts"
import type { Executor } from "../../lib/engine/plan/executor.ts"
import type { Services } from "../../lib/engine/plan/scope.ts"
import { splitting } from "../../lib/engine/plan/split.ts"
import type { Written } from "../../lib/engine/plan/task.ts"
import * as StateStore from "../../lib/engine/state_store.ts"
import { type Address, CurrentJob, Engine, type GraphCopy } from "../../lib/rdd/engine.ts"
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

/** How many records a task has written. */
const countOf = (written: Written): number =>
  "records" in written ? written.length : written.reduce((sum, bucket) => sum + (bucket?.values.length ?? 0), 0)

/**
 * A loopback engine whose open batch knows these pairs. `written` is given the number of records that each task has written in
 * the copy: these come to the driver.
 */
export const layer = (pairs: Pairs, written: (records: number) => void = () => {}): Layer.Layer<Engine> => {
  const addressOf = (rdd: AnyRDD): Address | undefined => {
    const place = pairs.findIndex(([mine]) => mine === rdd)
    return place < 0 ? undefined : { time: 1000, stream: 0, place }
  }
  const copy: GraphCopy = {
    codingOf: () => undefined,
    errors: [],
    evaluate: () => Effect.void,
    operationAt: ({ place }) => pairs[place]?.[1],
    release: () => {},
  }
  return Layer.effectContext(Effect.gen(function* () {
    const states = yield* StateStore.StateStore
    const around = { generateCode: true, states, freezeRecords: false }
    const here = InPlace.make({ ...around, primitiveAt: InPlace.primitiveAt, gathered: new Attached() })
    const elsewhere = Loopback.make(around, () => copy)
    const counting: Executor = {
      run: (task) => Effect.tap(elsewhere.run(task), (it) => Effect.sync(() => written(countOf(it)))),
    }
    const released = new Computed()
    const services: Services = {
      parallelism: 2,
      defaultParallelism: undefined,
      executor: splitting(counting, here),
      states,
      storage: yield* BlockStore.makeInMemory,
      released,
      turns: new WeakMap(),
    }
    const actions = new Actions(services, undefined, (batch) => Loopback.addressing(copy, batch))
    const engine: Engine = {
      ...yield* LocalEngine.make({ parallelism: 2, loopback: true }),
      run: ((rdd, partitions, each) => actions.run(rdd, partitions, each as never)) as Engine["run"],
      layout: ((rdd) => actions.layout(rdd)) as Engine["layout"],
    }
    const batch = new LocalBatch({ time: 1000, jobs: [], kept: [], addressOf, notes: undefined }, released)
    const job = { batchTime: 1000, outputId: 0, attempt: 0, batch }
    return Context.make(Engine, engine).pipe(Context.add(CurrentJob, job))
  })).pipe(Layer.provide(StateStore.layerMemory))
}
