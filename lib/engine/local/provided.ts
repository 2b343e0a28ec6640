/**
 * Layers that close the requirements of a graph from within: built once where the work is done, and released with it.
 *
 * @module
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { ActionError } from "../../rdd/engine.ts"
import type { Job } from "./task.ts"

type AnyLayer = Layer.Layer<never, unknown, unknown>

/**
 * The layers of one job. Those that the running graph holds already are used as they are; others are built on first use
 * and released when the job ends.
 */
export class ProvidedLayers {
  readonly #scope = Scope.makeUnsafe()
  readonly #built = new Map<AnyLayer, Context.Context<never>>()

  /** The services of a layer. */
  #services(layer: AnyLayer): Effect.Effect<Context.Context<never>, unknown, unknown> {
    const known = this.#built.get(layer)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.gen({ self: this }, function* () {
      const held = yield* Effect.serviceOption(Layer.CurrentMemoMap)
      const memo = Option.getOrElse(held, Layer.makeMemoMapUnsafe)
      const context = yield* Layer.buildWithMemoMap(layer, memo, this.#scope)
      this.#built.set(layer, context)
      return context
    })
  }

  /** Runs a job with the services of a layer. A failing build is given to `reason`. */
  provide<A>(layer: AnyLayer, job: Job<A>, reason: (error: unknown) => ActionError<unknown>): Job<A> {
    return this.#services(layer).pipe(
      Effect.mapError(reason),
      Effect.flatMap((context) => Effect.provideContext(job, context)),
    )
  }

  /** Runs a whole job, and releases what it has built. */
  during<A>(job: Job<A>): Job<A> {
    return Effect.onExit(job, (exit) => Scope.close(this.#scope, exit))
  }
}
