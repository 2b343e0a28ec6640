/**
 * Sliding aggregates: what the reductions over windows have in common.
 *
 * Each batch is reduced by itself and kept. The aggregate of the window is state that one slide changes by the batches that
 * enter and those that leave; if the slide before is missing it is made anew of all batches of the window.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type CallSite, callSite, withCallSite } from "../../core/call_site.ts"
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
import type { Slide, Standing } from "./aggregate.ts"
import { type Frame, looking, recalled } from "./frame.ts"

type Pairs = RDD<readonly [unknown, unknown], unknown, unknown>

/** A sliding aggregate. */
export interface Sliding {
  readonly operation: string
  readonly frame: Frame
  /** Reduces the records of one batch to one pair for each key, placed by the partitioner. */
  readonly reduce: (rdd: RDD<never, unknown, unknown>, batch: Batch) => Pairs
  readonly partitioner: (batch: Batch) => Partitioner
  readonly slide: Slide
  /** Whether it is shown what leaves the window, too. */
  readonly leaving: boolean
  readonly functions: ReadonlyArray<Callable>
  /** What is wrong besides the durations. */
  readonly check?: ((batchDuration: number) => ReadonlyArray<string>) | undefined
  /** Makes the records of a partition of its aggregates. Without it they are pairs, with their keys. */
  readonly emit?: ((values: ReadonlyArray<unknown>) => ReadonlyArray<unknown>) | undefined
}

const standing = ({ time, zeroTime }: Batch, window: number, slide: number): Standing => ({
  time,
  limit: time - window,
  window,
  before: time - slide,
  zeroTime,
  pane: divisor(window, slide),
})

/** The batches that a slide changes the window by: those that leave and those that enter, or all of it where none stay. */
const changes = ({ operation, frame, leaving }: Sliding, timed: AnyDStream, site: CallSite): AnyDStream =>
  makeSelf(
    `${operation}.changes`,
    [timed],
    (self) =>
      Effect.flatMap(Batch, (batch) => {
        const { window } = frame
        const { time } = batch
        const before = time - (self.slideDuration ?? batch.batchDuration)
        const rdds = () => {
          if (before <= time - window) return recalled(timed, batch, time - window, time)
          const left = leaving ? recalled(timed, batch, before - window, time - window) : []
          return [...left, ...recalled(timed, batch, before, time)]
        }
        return Effect.map(
          optional(timed),
          () => withCallSite(site, (): RDD<unknown, unknown, unknown> => unionAll(rdds())),
        )
      }),
    { ...looking(frame), isInternal: true },
  )

/** Makes a sliding aggregate of a stream. */
export const sliding = <A, E, R, B>(self: DStream<A, E, R>, options: Sliding): DStream<B, E, R> => {
  const { check, emit, frame, functions, operation, partitioner, reduce, slide } = options
  const site = callSite()
  const timed = lift(operation, self, (rdd, batch) => {
    const { time } = batch
    return persist(mapValues(reduce(rdd as never, batch), (value): [number, unknown] => [time, value]))
  }, { functions, keeps: "whileNeeded", isInternal: true })
  const checks = (batchDuration: number) => [...frame.check(batchDuration), ...check?.(batchDuration) ?? []]
  return stateful(operation, changes(options, timed, site), site, ({ batch, data }) => {
    if (data === undefined) return undefined
    const { window } = frame
    const { batchDuration, time } = batch
    const step = frame.slide ?? batchDuration
    const change = slide(standing(batch, window, step))
    return {
      data,
      partitioner: partitioner(batch),
      keyed: emit === undefined,
      // Windows that share no batch are made anew each time: no version is the one to add to.
      expects: step >= window ? NaN : time - step,
      whole: step >= window ? undefined : () => unionAll(recalled(timed, batch, time - window, time)),
      f: emit === undefined
        ? change
        : (state, pairs, partition, fresh) => emit(change(state, pairs, partition, fresh).values),
    }
  }, { functions, check: checks })
}
