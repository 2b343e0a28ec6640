/**
 * Inputs whose sources plan positions, which batches read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { NoRDD } from "../../dstream/batch.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyPositions } from "../../dstream/inputs/positions.ts"
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"
import { entry, type RunningInput } from "./running_input.ts"

/** Opens a source. Each batch reads the positions that the source plans for it; those of batches that end well are committed. */
export const fromPositions = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  open: Effect.Effect<AnyPositions, unknown, unknown>,
) {
  const source = yield* open
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: undefined,
    cut: Effect.void,
    allocate: (time) =>
      Effect.map(
        source.plan(time),
        Option.match({
          onNone: (): InputAllocation => ({ _tag: "Nothing" }),
          onSome: ({ position, records, metadata }) => ({
            _tag: "Position",
            position,
            ...(records === undefined ? {} : { records }),
            ...(metadata === undefined ? {} : { metadata }),
          }),
        }),
      ),
    read: (share, time) =>
      share._tag === "Position"
        ? Effect.map(source.read(share.position as never, time), (rdd) => entry(stream, rdd))
        : Effect.fail(new NoRDD({ operation: stream.operation, time })),
    commit: (share, time) =>
      share._tag === "Position" && source.commit !== undefined
        ? source.commit(share.position as never, time)
        : Effect.void,
    release: () => Effect.void,
  }
  return input
})
