/**
 * The layer of a test context that runs on a given engine.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import { layerEngine, type SparkContext } from "../engine/spark_context.ts"
import * as StateStore from "../engine/state_store.ts"
import type { Engine } from "../rdd/engine.ts"
import { Registry } from "../streaming/context/registry.ts"
import { Scheduler } from "../streaming/scheduler.ts"
import * as VirtualTime from "./virtual_time.ts"

/** Options of {@link layerOn}. */
export interface EngineLayerOptions {
  /** The master URL, which is only shown. Default: `local[2]`. */
  readonly master?: string | undefined
  /** The batch interval in milliseconds. Default: 1000. */
  readonly batchDuration?: number | undefined
  /** The first time of the clock, in milliseconds since the epoch. Default: 0. */
  readonly clockStart?: number | undefined
  /** Whether logs are written. Default: false. */
  readonly logs?: boolean | undefined
}

/** Provides a scheduler, a SparkContext on the engine, an active context of its own, and a clock that only tests move. */
export const layerOn = (
  engine: Effect.Effect<Engine, never, Scope.Scope | StateStore.StateStore>,
  { batchDuration = 1000, clockStart = 0, logs = false, master = "local[2]" }: EngineLayerOptions = {},
): Layer.Layer<Scheduler | SparkContext | Engine> =>
  Layer.mergeAll(
    Layer.succeed(Scheduler, { batchDuration }),
    layerEngine({ master, appName: "test" }, engine).pipe(Layer.provide(Layer.fresh(StateStore.layerMemory))),
    Layer.succeed(Registry, { active: undefined }),
    ...(logs ? [] : [Logger.layer([])]),
  ).pipe(Layer.provideMerge(VirtualTime.layer(clockStart))) as Layer.Layer<Scheduler | SparkContext | Engine>
