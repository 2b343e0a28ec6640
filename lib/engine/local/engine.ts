/**
 * The local engine: jobs run in the isolate of the program.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Processes from "../../rdd/processes.ts"
import { Attached } from "../../core/attached.ts"
import { Engine } from "../../rdd/engine.ts"
import type { Storage } from "../../rdd/storage.ts"
import { Computed } from "../plan/computed.ts"
import { release } from "../plan/keeping.ts"
import type { Services } from "../plan/scope.ts"
import { currentHeap, type Heap } from "../heap.ts"
import * as StateStore from "../state_store.ts"
import * as BlockStore from "../storage/block_store.ts"
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
  /** The heap that the records of a task must fit into. Default: that of the isolate, if its limit is known. */
  readonly heap?: Heap | undefined
  /** Keeps the blocks of persisted RDDs and of receivers. Without it they stay in memory: there are no files. */
  readonly storage?: Storage | undefined
  /** Starts the processes of `pipe` where no other service is provided; without it `pipe` fails. */
  readonly processes?: Processes.Processes | undefined
}

/** Makes a local engine. */
export const make: (options: Options) => Effect.Effect<Engine, never, Scope.Scope | StateStore.StateStore> = Effect
  .fnUntraced(
    function* (options: Options) {
      const { defaultParallelism, parallelism, processes } = options
      const { freezeRecords = false, generateCode = true, loopback = false } = options
      const states = yield* StateStore.StateStore
      const storage = options.storage ?? (yield* BlockStore.makeInMemory)
      const released = new Computed()
      const around = { freezeRecords, generateCode, states, heap: options.heap ?? currentHeap() }
      const gathered: Here["gathered"] = new Attached()
      const here = InPlace.make({ ...around, primitiveAt: InPlace.primitiveAt, gathered })
      const elsewhere = (loopback ? Loopback.elsewhere : options.elsewhere)?.({ ...around, gathered, executor: here })
      const executor = elsewhere?.executor ?? here
      const services: Services = {
        parallelism,
        defaultParallelism,
        executor,
        states,
        storage,
        released,
        turns: new WeakMap(),
      }
      const actions = new Actions(services, processes, elsewhere?.addressing ?? (() => undefined))
      return {
        defaultParallelism: defaultParallelism ?? parallelism,
        storage,
        // An RDD's type says which records, errors and services an action has; engines do not know them.
        run: ((rdd, partitions, each) => actions.run(rdd, partitions, each as never)) as Engine["run"],
        compute: ((rdd) => actions.compute(rdd)) as Engine["compute"],
        layout: ((rdd) => actions.layout(rdd)) as Engine["layout"],
        openBatch: (work) =>
          Effect.map(
            Effect.suspend(() => work.notes && elsewhere ? elsewhere.openBatch(work.notes) : Effect.void),
            () => new LocalBatch(work, released),
          ),
        endBatch: (time, outcome) =>
          Effect.andThen(
            outcome === "commit" ? states.commit(time) : states.abort(time),
            elsewhere?.endBatch(time) ?? Effect.void,
          ),
        captureStates: (time, given, refresh) => states.capture(time, given, { refresh }),
        restoreState: states.restore,
        stateVersion: (id) => states.version(id),
        stateMeasures: (id) => states.measures(id),
        release: (rdd) =>
          Effect.sync(() => {
            if (rdd.primitive.kind === "persist") release(released.release(rdd), storage)
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
