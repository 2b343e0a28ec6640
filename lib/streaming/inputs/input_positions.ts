/**
 * Inputs that are read by position: the source plans a position for each batch, and the batch reads it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { NoRDD } from "../../dstream/batch.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyPositions, Planned } from "../../dstream/inputs/positions.ts"
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"
import { entry, type RunningInput } from "./running_input.ts"

const NOTHING: Planned<unknown> = { position: undefined }

/**
 * Opens a source. A batch reads the position that the source has planned for it. When the batch ends well, its position is
 * committed.
 */
export const fromPositions = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  open: Effect.Effect<AnyPositions, unknown, unknown>,
) {
  const source = yield* open
  /** The records of the last plan, and whether the source would have had more. */
  let last = 0
  let wasLimited = false
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: undefined,
    cut: Effect.void,
    demand: () => Effect.sync(() => wasLimited ? Infinity : 2 * last),
    allocate: (time, bound) =>
      Effect.map(source.plan(time, bound.records), (planned): InputAllocation => {
        const { position, records, metadata } = Option.getOrElse(planned, () => NOTHING)
        last = records ?? 0
        wasLimited = last >= bound.records
        return Option.isNone(planned) ? { _tag: "Nothing" } : {
          _tag: "Position",
          position,
          ...(records === undefined ? {} : { records }),
          ...(metadata === undefined ? {} : { metadata }),
        }
      }),
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
