/**
 * The local engine: jobs run in the isolate of the program.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Codec from "../../core/codec.ts"
import type * as Processes from "../../rdd/processes.ts"
import { Engine, type GraphCopy } from "../../rdd/engine.ts"
import { Computed } from "../plan/computed.ts"
import type { Services } from "../plan/scope.ts"
import { splitting } from "../plan/split.ts"
import * as StateStore from "../state_store.ts"
import { Actions } from "./actions.ts"
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
  /** Starts the processes of `pipe` where no other service is provided; without it `pipe` fails. */
  readonly processes?: Processes.Processes | undefined
}

/** Copies plain data as another isolate would get it. */
const throughCodec = (data: unknown): unknown => Codec.decode(Codec.encode([data]))[0]

/** Makes a local engine. */
export const make: (options: Options) => Effect.Effect<Engine, never, StateStore.StateStore> = Effect
  .fnUntraced(
    function* (options: Options) {
      const { defaultParallelism, parallelism, processes } = options
      const { freezeRecords = false, generateCode = true, loopback = false } = options
      const states = yield* StateStore.StateStore
      let copy: GraphCopy | undefined
      const released = new Computed()
      const around = { freezeRecords, generateCode, states }
      const here = InPlace.make({ ...around, primitiveAt: InPlace.primitiveAt, gathered: new WeakMap() })
      const executor = loopback ? splitting(Loopback.make(around, () => copy), here) : here
      const services: Services = { parallelism, defaultParallelism, executor, states, released, turns: new WeakMap() }
      const actions = new Actions(
        services,
        processes,
        (batch) => loopback ? Loopback.addressing(copy, batch) : undefined,
      )
      return {
        defaultParallelism: defaultParallelism ?? parallelism,
        // An RDD's type says which records, errors and services an action has; engines do not know them.
        run: ((rdd, partitions, each) => actions.run(rdd, partitions, each as never)) as Engine["run"],
        compute: ((rdd) => actions.compute(rdd)) as Engine["compute"],
        layout: ((rdd) => actions.layout(rdd)) as Engine["layout"],
        openBatch: (work) =>
          Effect.gen(function* () {
            if (copy !== undefined && work.notes !== undefined) yield* copy.evaluate(throughCodec(work.notes))
            return new LocalBatch(work, released)
          }),
        endBatch: (time, outcome) =>
          Effect.andThen(
            outcome === "commit" ? states.commit(time) : states.abort(time),
            Effect.sync(() => copy?.release(time)),
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
        ...(loopback && {
          useCopy: (given: GraphCopy | undefined) => {
            copy = given
          },
        }),
      }
    },
  )

/** A local engine with a state store in memory, as a layer. */
export const layer = (options: Options): Layer.Layer<Engine> =>
  Layer.effect(Engine, make(options)).pipe(Layer.provide(StateStore.layerMemory))
