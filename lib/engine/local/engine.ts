/**
 * The local engine: jobs run in the isolate of the program.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Processes from "../../rdd/processes.ts"
import { Engine } from "../../rdd/engine.ts"
import { Computed } from "../plan/computed.ts"
import type { Services } from "../plan/scope.ts"
import * as StateStore from "../state_store.ts"
import { Actions } from "./actions.ts"
import type { Elsewhere, Here } from "./elsewhere.ts"
import * as InPlace from "./in_place.ts"
import * as Loopback from "./loopback.ts"
import { LocalBatch } from "./open_batch.ts"

/** The options of a local engine. */
export interface Options {
  /** How many partitions may wait for effects side by side, and the default number of partitions of a source. */
  readonly parallelism: number
  /** The default number of partitions of sources and of operations by key, which have as many as their parents otherwise. */
  readonly defaultParallelism?: number | undefined
  /** Whether loops may be generated code (true). Where generating code is forbidden, closures are used in any case. */
  readonly generateCode?: boolean | undefined
  /** Makes records that several streams can see read-only, to find functions that change them (false). */
  readonly freezeRecords?: boolean | undefined
  /**
   * Whether tasks go through the codec, as on an engine with other isolates (false). Their functions are those of the graph
   * copy; without a copy, the driver's own.
   */
  readonly loopback?: boolean | undefined
  /** Other isolates that run tasks. Undefined: all tasks run on the driver. */
  readonly elsewhere?: ((here: Here) => Elsewhere) | undefined
  /** Starts the processes of `pipe` where no other service is provided; without it `pipe` fails. */
  readonly processes?: Processes.Processes | undefined
}

/** Makes a local engine. */
export const make: (options: Options) => Effect.Effect<Engine, never, StateStore.StateStore> = Effect
  .fnUntraced(
    function* (options: Options) {
      const { defaultParallelism, parallelism, processes } = options
      const { freezeRecords = false, generateCode = true, loopback = false } = options
      const states = yield* StateStore.StateStore
      const released = new Computed()
      const around = { freezeRecords, generateCode, states }
      const gathered: Here["gathered"] = new WeakMap()
      const here = InPlace.make({ ...around, primitiveAt: InPlace.primitiveAt, gathered })
      const elsewhere = (loopback ? Loopback.elsewhere : options.elsewhere)?.({ ...around, gathered, executor: here })
      const executor = elsewhere?.executor ?? here
      const services: Services = { parallelism, defaultParallelism, executor, states, released, turns: new WeakMap() }
      const actions = new Actions(services, processes, elsewhere?.addressing ?? (() => undefined))
      return {
        defaultParallelism: defaultParallelism ?? parallelism,
        // An RDD's type says which records, errors and services an action has; engines do not know them.
        run: ((rdd, partitions, each) => actions.run(rdd, partitions, each as never)) as Engine["run"],
        compute: ((rdd) => actions.compute(rdd)) as Engine["compute"],
        layout: ((rdd) => actions.layout(rdd)) as Engine["layout"],
        openBatch: (work) =>
          Effect.gen(function* () {
            if (work.notes !== undefined) yield* elsewhere?.openBatch(work.notes) ?? Effect.void
            return new LocalBatch(work, released)
          }),
        endBatch: (time, outcome) =>
          Effect.andThen(
            outcome === "commit" ? states.commit(time) : states.abort(time),
            Effect.sync(() => elsewhere?.endBatch(time)),
          ),
        captureStates: (time, given, refresh) => states.capture(time, given, { refresh }),
        restoreState: states.restore,
        stateVersion: (id) => states.version(id),
        stateMeasures: (id) => states.measures(id),
        release: (rdd) =>
          Effect.sync(() => {
            if (rdd.primitive.kind === "persist") released.release(rdd)
          }),
        abandon: (rdd) => Effect.sync(() => actions.abandon(rdd)),
        forgetStates: states.forget,
        ...elsewhere?.methods,
      }
    },
  )

/** A local engine with a state store in memory, as a layer. */
export const layer = (options: Options): Layer.Layer<Engine> =>
  Layer.effect(Engine, make(options)).pipe(Layer.provide(StateStore.layerMemory))
