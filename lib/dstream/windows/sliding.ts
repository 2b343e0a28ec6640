/**
 * Sliding aggregates, which all reductions over windows are made of.
 *
 * Each batch is reduced by itself, and the result is kept while windows need it. The aggregate of the window is state.
 * Each slide updates it by the batches that enter and leave the window. If the state of the slide before is missing, it
 * is made anew of all batches of the window.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type CallSite, callSite, withCallSite } from "../../core/call_site.ts"
import type { Piecewise } from "../../core/pace.ts"
import { divisor } from "../../core/divisor.ts"
import type { Partitioner } from "../../rdd/partitioner.ts"
import { persist } from "../../rdd/operators/persistence.ts"
import type { Callable } from "../../rdd/primitive.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { unionAll } from "../../rdd/operators/unions.ts"
import { mapValues } from "../../rdd/operators/values.ts"
import { Batch } from "../batch.ts"
import { type AnyDStream, type DStream, lift, makeSelf, optional } from "../dstream.ts"
import { stateful } from "../state/stateful.ts"
import type { Position, Slide } from "./aggregate.ts"
import { totalFields } from "./exactness.ts"
import { type Frame, looking, recalled } from "./frame.ts"

type Pairs = RDD<readonly [unknown, unknown], unknown, unknown>

/** The user's functions of a sliding aggregate, by name. Optional ones may be undefined. */
type Functions = Readonly<Record<string, Callable | undefined>>

/** A sliding aggregate. */
export interface Sliding<F extends Functions> {
  readonly operation: string
  readonly frame: Frame
  /** The user's functions. `reduce` and `slide` get them from here. */
  readonly functions: F
  /** Reduces the records of one batch to one pair for each key, placed by the partitioner. */
  readonly reduce: (rdd: RDD<never, unknown, unknown>, batch: Batch, functions: F) => Pairs
  /** The partitioner of the state and of the reduced batches. */
  readonly partitioner: (batch: Batch) => Partitioner
  /** Updates the aggregates. */
  readonly slide: (functions: F) => Slide
  /** Whether the slide gets the batches that leave the window, too. */
  readonly seesLeaving: boolean
  /** Lists what is wrong with the arguments besides the durations. */
  readonly check?: ((batchDuration: number) => ReadonlyArray<string>) | undefined
  /** Makes the records of a partition from its aggregates. Without it the records are pairs of key and aggregate. */
  readonly emit?: ((values: ReadonlyArray<unknown>) => ReadonlyArray<unknown>) | undefined
}

const positionOf = ({ time, zeroTime }: Batch, duration: number, slide: number): Position => ({
  end: time,
  start: time - duration,
  previousEnd: time - slide,
  duration,
  zeroTime,
  pane: divisor(duration, slide),
})

/**
 * The batches that leave and enter the window in one slide, as one RDD; all batches of the window if none of them stay.
 */
const changes = <F extends Functions>(
  { operation, frame, seesLeaving }: Sliding<F>,
  timed: AnyDStream,
  site: CallSite,
): AnyDStream =>
  makeSelf(
    `${operation}.changes`,
    [timed],
    [],
    (self) =>
      Effect.flatMap(Batch, (batch) => {
        const { window } = frame
        const { time } = batch
        const before = time - (self.slideDuration ?? batch.batchDuration)
        const rdds = () => {
          if (before <= time - window) return recalled(timed, batch, time - window, time)
          const leaving = seesLeaving ? recalled(timed, batch, before - window, time - window) : []
          return [...leaving, ...recalled(timed, batch, before, time)]
        }
        return Effect.map(
          optional(timed),
          () => withCallSite(site, (): RDD<unknown, unknown, unknown> => unionAll(rdds())),
        )
      }),
    { ...looking(frame), isInternal: true },
  )

/** Makes the records of a partition from its aggregates. */
function* emitted<A>(slid: ReturnType<Slide>, emit: (values: ReadonlyArray<unknown>) => A): Piecewise<A> {
  return emit((yield* slid).values)
}

/** Makes a sliding aggregate of a stream. */
export const sliding = <A, E, R, B, const F extends Functions>(
  self: DStream<A, E, R>,
  options: Sliding<F>,
): DStream<B, E, R> => {
  const { check, emit, frame, functions, operation, partitioner, reduce, seesLeaving, slide } = options
  const site = callSite()
  // The functions are listed by the stateful operator below, which this stream is a part of.
  const timed = lift(operation, self, [], (rdd, batch) => {
    const { time } = batch
    const reduced = mapValues(reduce(rdd as never, batch, functions), (value): [number, unknown] => [time, value])
    // Batches that have ended are not computed again: their input may be gone.
    return persist(reduced, "MEMORY_AND_DISK")
  }, { keeps: "whileNeeded", isInternal: true })
  const checks = (batchDuration: number) => [...frame.check(batchDuration), ...check?.(batchDuration) ?? []]
  const given = Object.values(functions).filter((f) => f !== undefined)
  const slideTo = slide(functions)
  return stateful(operation, changes(options, timed, site), given, site, (..._) => ({ batch, data }) => {
    if (data === undefined) return undefined
    const { window } = frame
    const { batchDuration, time } = batch
    const step = frame.slide ?? batchDuration
    const position = positionOf(batch, window, step)
    return {
      data,
      partitioner: partitioner(batch),
      keyed: emit === undefined,
      // Windows that share no batch with the one before are made anew: they expect a version that never exists.
      expects: step >= window ? NaN : time - step,
      whole: step >= window ? undefined : () => unionAll(recalled(timed, batch, time - window, time)),
      f: (state, pairs, _, fresh) => {
        const slid = slideTo(position, state, pairs, fresh)
        return emit === undefined ? slid : emitted(slid, emit)
      },
    }
  }, {
    check: checks,
    durable: {
      shape: `window ${frame.window} ms every ${frame.slide ?? "batch"}`,
      fields: seesLeaving ? totalFields : undefined,
      rebuilds: !seesLeaving || (frame.slide !== undefined && frame.slide >= frame.window),
    },
  })
}
