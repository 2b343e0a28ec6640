/**
 * The layers of a graph. Each layer is built once for a run, and the whole run shares its services.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { AnyDStream } from "../dstream.ts"
import type { AnyGraph } from "./graph.ts"
import { nodes } from "./nodes.ts"

/** Returns the services that a graph provides to an input: those of all `provide` operators between the input and an output. */
export type Services = (input: AnyDStream) => Context.Context<never>

/**
 * Builds the layers of a graph in the scope of the run, and remembers them in the run's memo map.
 *
 * A layer may need services of the layers between it and the outputs. If several streams above an input provide the same service,
 * the input gets one of them.
 */
export const build = (
  graph: AnyGraph,
  memoMap: Layer.MemoMap,
): Effect.Effect<Services, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Scope.Scope
    const above = new Map<AnyDStream, Context.Context<never>>()
    for (const stream of nodes(graph).toReversed()) {
      const given = above.get(stream) ?? Context.empty()
      const layer = stream.traits.layer as Layer.Layer<never, unknown, unknown> | undefined
      const services = layer === undefined ? given : Context.merge(
        given,
        yield* Effect.provideContext(Layer.buildWithMemoMap(layer, memoMap, scope), given),
      )
      for (const parent of stream.parents) {
        const others = above.get(parent)
        above.set(parent, others === undefined ? services : Context.merge(services, others))
      }
    }
    const bySource = new Map<unknown, Context.Context<never>>()
    for (const stream of nodes(graph)) {
      const { source } = stream.traits
      const services = above.get(stream)
      if (source === undefined || services === undefined) continue
      const others = bySource.get(source)
      bySource.set(source, others === undefined ? services : Context.merge(services, others))
    }
    return (input) => bySource.get(input.traits.source) ?? Context.empty()
  }) as Effect.Effect<Services, unknown, Scope.Scope>
