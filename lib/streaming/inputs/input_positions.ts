/**
 * Inputs whose sources plan positions, which batches read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { AnyPositions } from "../../dstream/inputs/positions.ts"
import type { InputAllocation } from "./allocation.ts"
import { entry, type RunningInput } from "./running_input.ts"
import { noAllocation } from "../batch/timeline.ts"

/** Opens a source; each batch reads what it plans for that, and what has been read well is committed. */
export const fromPositions = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  open: Effect.Effect<AnyPositions, unknown, unknown>,
) {
  const source = yield* open
  const planned = new Map<number, unknown>()
  const uncommitted = new Set<number>()
  const at = (time: number) => planned.get(time) as never
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
          onSome: ({ position, records, metadata }) => {
            planned.set(time, position)
            uncommitted.add(time)
            return {
              _tag: "Position",
              position,
              ...(records === undefined ? {} : { records }),
              ...(metadata === undefined ? {} : { metadata }),
            }
          },
        }),
      ),
    read: (time) =>
      planned.has(time)
        ? Effect.map(source.read(at(time), time), (rdd) => entry(stream, rdd))
        : noAllocation(stream, time),
    commit: (time) =>
      Effect.forEach(
        Array.from(uncommitted).filter((each) => each <= time),
        (each) =>
          Effect.andThen(
            source.commit === undefined ? Effect.void : source.commit(at(each), each),
            Effect.sync(() => uncommitted.delete(each)),
          ),
        { discard: true },
      ),
    drop: (time) => void uncommitted.delete(time),
    ended: () => Effect.void,
    forget: (time) => {
      for (const each of planned.keys()) {
        if (each > time) continue
        planned.delete(each)
        uncommitted.delete(each)
      }
    },
  }
  return input
})
