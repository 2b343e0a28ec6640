/**
 * The layers of `provide` operations: built where the tasks run, once for each job, and released when the job ends.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Place } from "../plan/task.ts"
import { PlaceFailed } from "./failure.ts"
import { primitiveAt, type Surroundings } from "./operations.ts"

type AnyLayer = Layer.Layer<never, unknown, unknown>

/**
 * The layers of one job. Layers that the running graph has built are used as they are. Others are built on first use and
 * released when the job ends.
 */
class JobLayers {
  #scope: Scope.Closeable | undefined
  readonly #built = new Map<AnyLayer, Context.Context<never>>()

  /** The services of a layer, which is built if need be. */
  services(layer: AnyLayer): Effect.Effect<Context.Context<never>, unknown, unknown> {
    const known = this.#built.get(layer)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.gen({ self: this }, function* () {
      const held = yield* Effect.serviceOption(Layer.CurrentMemoMap)
      const memo = Option.getOrElse(held, Layer.makeMemoMapUnsafe)
      const scope = this.#scope ??= Scope.makeUnsafe()
      const context = yield* Layer.buildWithMemoMap(layer, memo, scope)
      this.#built.set(layer, context)
      return context
    })
  }

  /** Releases the layers that this job has built. */
  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    return this.#scope === undefined ? Effect.void : Scope.close(this.#scope, exit)
  }
}

const CurrentLayers: Context.Reference<JobLayers> = Context.Reference<JobLayers>("@dstream/dstream/CurrentLayers", {
  defaultValue: () => new JobLayers(),
})

/** Runs a job, and then releases the layers that its tasks have built. */
export const during = <A, E, R>(job: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const layers = new JobLayers()
    return Effect.onExit(Effect.provideService(job, CurrentLayers, layers), (exit) => layers.close(exit))
  })

/** Runs part of a task with the services of the layer of a `provide` operation. */
export const provide = <A>(
  around: Surroundings,
  place: Place,
  body: Effect.Effect<A, PlaceFailed, unknown>,
): Effect.Effect<A, PlaceFailed, unknown> =>
  Effect.suspend(() => {
    const { layer } = primitiveAt(around, place, "provide")
    return Effect.flatMap(CurrentLayers, (layers) => layers.services(layer)).pipe(
      Effect.mapError((reason) => new PlaceFailed(place, reason)),
      Effect.flatMap((context) => Effect.provideContext(body, context)),
    )
  })
