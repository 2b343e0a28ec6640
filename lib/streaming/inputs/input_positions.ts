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
import { InvalidGraph, type Problem } from "../../dstream/graph/validate.ts"
import type { InputLog } from "./input_log.ts"
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"
import { entry, plannedEntry } from "../../dstream/inputs/input_rdd.ts"
import type { RunningInput } from "./running_input.ts"

const NOTHING: Planned<unknown> = { position: undefined }

const notResumable = (stream: AnyDStream): Problem => ({
  operator: stream.operation,
  callSite: stream.site,
  text: "it cannot go on after a restart, so a context with a checkpoint cannot have it. " +
    "Use a source that has positions, such as files, or a receiver",
})

/**
 * Opens a source. A batch reads the position that the source has planned for it. When the batch ends well, its position is
 * committed.
 */
export const fromPositions = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  open: Effect.Effect<AnyPositions, unknown, unknown>,
  log?: InputLog,
) {
  const { source: declared } = stream.traits
  const isReadInWorkers = declared?.kind === "positions" && declared.readInWorkers !== undefined
  const source = yield* open
  /** The last position that was planned. */
  let latest: unknown
  if (log !== undefined) {
    const { resume, summary } = source
    if (resume === undefined) return yield* new InvalidGraph({ problems: [notResumable(stream)] })
    const positions = log.positions(stream)
    if (positions !== undefined && positions.length > 0) {
      latest = positions.at(-1)
      yield* resume(positions as never)
    }
    log.summarizes(stream, summary ?? Effect.sync(() => latest))
  }
  if (source.begin !== undefined) yield* source.begin
  /** The records of the last plan, and whether the source would have had more. */
  let last = 0
  let wasLimited = false
  /** After a restart, the source goes on from where it is now. */
  const nothing: Effect.Effect<InputAllocation, unknown, unknown> = log === undefined || source.summary === undefined
    ? Effect.succeed({ _tag: "Nothing" })
    : Effect.map(source.summary, (position) => ({ _tag: "Nothing", ...(position === undefined ? {} : { position }) }))
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: undefined,
    cut: Effect.void,
    demand: () => Effect.sync(() => wasLimited ? Infinity : 2 * last),
    allocate: (time, bound) =>
      Effect.flatMap(source.plan(time, bound.records), (plan): Effect.Effect<InputAllocation, unknown, unknown> => {
        const { position, records, metadata } = Option.getOrElse(plan, () => NOTHING)
        last = records ?? 0
        wasLimited = last >= bound.records
        if (Option.isNone(plan)) return nothing
        latest = position
        return Effect.succeed({
          _tag: "Position",
          position,
          ...(records === undefined ? {} : { records }),
          ...(metadata === undefined ? {} : { metadata }),
        })
      }),
    ...(source.describe && { describe: source.describe as (position: unknown) => Readonly<Record<string, unknown>> }),
    read: (share, time) =>
      share._tag === "Position"
        ? Effect.map(
          source.read(share.position as never, time),
          (rdd) => isReadInWorkers ? plannedEntry(stream, rdd, share.position) : entry(stream, rdd),
        )
        : Effect.fail(new NoRDD({ operation: stream.operation, time })),
    commit: source.commit?.bind(source) as RunningInput["commit"],
    release: () => Effect.void,
  }
  return input
})
