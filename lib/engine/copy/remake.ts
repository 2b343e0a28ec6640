/**
 * Rebuilding a graph, as another isolate does that calls the same function.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Codec from "../../core/codec.ts"
import { describeCause } from "../../core/errors.ts"
import { type Fingerprint, fingerprint } from "../../dstream/graph/fingerprint.ts"
import { type GraphMismatch, mismatch } from "../../dstream/graph/mismatch.ts"
import { type AnyGraph, makeAgain } from "../../dstream/graph/graph.ts"
import { buildOf, type Origin } from "../../dstream/graph/origin.ts"
import { InvalidGraph } from "../../dstream/graph/validate.ts"

/**
 * Calls the graph's function again, as another isolate would: with the configuration that the codec has encoded and
 * decoded.
 */
const callAgain = (origin: Origin): Effect.Effect<AnyGraph, InvalidGraph> =>
  Effect.try({
    try: () => {
      const [config] = Codec.decode(Codec.encode([origin.config]))
      return makeAgain(buildOf(origin), { call: origin.call, config })
    },
    catch: (cause) => {
      const text = `${origin.module} cannot make the graph again from its configuration: ${describeCause(cause)}`
      return new InvalidGraph({ problems: [{ operator: undefined, callSite: undefined, text }] })
    },
  })

/**
 * Makes the graph of an origin again. Fails with `GraphMismatch` if it has another fingerprint, and with `InvalidGraph` if the
 * configuration cannot be encoded or the function throws.
 */
export const remake = (
  origin: Origin,
  original: Fingerprint,
): Effect.Effect<AnyGraph, GraphMismatch | InvalidGraph> =>
  Effect.flatMap(callAgain(origin), (copy) => {
    const different = mismatch(original, fingerprint(copy))
    return different === undefined ? Effect.succeed(copy) : Effect.fail(different)
  })

/** Makes a copy of a graph that a module declares, as {@link remake} does. Returns undefined for a plain list of outputs. */
export const rebuild = (graph: AnyGraph): Effect.Effect<AnyGraph | undefined, GraphMismatch | InvalidGraph> =>
  Effect.suspend(() => graph.origin === undefined ? Effect.undefined : remake(graph.origin, fingerprint(graph)))
