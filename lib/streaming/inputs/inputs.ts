/**
 * The inputs of a running context: receivers, and sources that are read by position.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { inputs as inputsOf } from "../../dstream/graph/nodes.ts"
import { inputName } from "../../dstream/inputs/input.ts"
import type { Services } from "../../dstream/graph/layers.ts"
import type { StreamingEvent } from "../listeners/events.ts"
import type { Allocation, InputAllocation } from "../../dstream/inputs/allocation.ts"
import { fromReceiver, type ReceiverSettings } from "./input_blocks.ts"
import { fromPositions } from "./input_positions.ts"
import type { InputLog } from "./input_log.ts"
import type { RunningInput } from "./running_input.ts"

/** Starts all inputs of a graph, each with the services that the graph provides to it. They close with the scope. */
export const start = (
  graph: AnyGraph,
  services: Services,
  settings: ReceiverSettings,
  publish: (event: StreamingEvent) => void,
  log?: InputLog,
): Effect.Effect<ReadonlyArray<RunningInput>, unknown, Scope.Scope> =>
  Effect.forEach(inputsOf(graph), (stream, id) => {
    const { source } = stream.traits
    const name = inputName(stream, id)
    const running: Effect.Effect<RunningInput, unknown, unknown> = source?.kind === "blocks"
      ? fromReceiver(id, name, stream, source.receiver, settings, publish, log)
      : fromPositions(id, name, stream, source?.open ?? Effect.die(new TypeError(`${name} has no source`)), log)
    return Effect.provideContext(running, services(stream))
  }) as Effect.Effect<ReadonlyArray<RunningInput>, unknown, Scope.Scope>

const nothing: InputAllocation = { _tag: "Nothing" }

/** Returns the share of one input in an allocation. */
export const shareOf = ({ inputs }: Allocation, { name }: RunningInput): InputAllocation => inputs[name] ?? nothing
