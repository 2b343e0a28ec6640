/** An engine whose tasks travel: every RDD has an address, at which the copy of the graph has the RDD itself. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LocalEngine from "../../lib/engine/local/engine.ts"
import * as StateStore from "../../lib/engine/state_store.ts"
import { type Address, CurrentJob, Engine } from "../../lib/rdd/engine.ts"
import type { AnyRDD } from "../../lib/rdd/rdd.ts"

/** Numbers RDDs as they are asked for. */
const numbering = () => {
  const addresses = new Map<AnyRDD, Address>()
  const rdds: Array<AnyRDD> = []
  return {
    addressOf: (rdd: AnyRDD): Address => {
      const known = addresses.get(rdd)
      if (known !== undefined) return known
      const address = { time: 0, stream: 0, place: rdds.push(rdd) - 1 }
      addresses.set(rdd, address)
      return address
    },
    operationAt: ({ place }: Address) => rdds[place],
  }
}

/** The engine, and an open batch for all jobs. */
export const layer = (options: Omit<LocalEngine.Options, "loopback">): Layer.Layer<Engine> =>
  Layer.effectContext(Effect.gen(function* () {
    const engine = yield* LocalEngine.make({ ...options, loopback: true })
    const { addressOf, operationAt } = numbering()
    engine.useCopy?.({ evaluate: () => Effect.void, operationAt, release: () => {} })
    const batch = yield* Effect.orDie(
      engine.openBatch({ time: 0, jobs: [], kept: [], addressOf, notes: undefined }) as Effect.Effect<never>,
    )
    const job = { batchTime: undefined, outputId: 0, attempt: 0, batch }
    return Context.make(Engine, engine).pipe(Context.add(CurrentJob, job))
  })).pipe(Layer.provide(StateStore.layerMemory))
