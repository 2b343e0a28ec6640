/**
 * Laws of the windows. Windows and slides are counted in batches.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Tupled } from "../core/tupled.ts"
import type { AnyDStream, DStream } from "../dstream/dstream.ts"
import { reduceByKey } from "../dstream/operators/keyed.ts"
import { reduce } from "../dstream/operators/reducing.ts"
import { window as windowOf } from "../dstream/windows/window.ts"
import { reduceByKeyAndWindow } from "../dstream/windows/keyed.ts"
import { reduceByWindow as reduceByWindowOf } from "../dstream/windows/reduce.ts"
import { normal } from "./compare.ts"
import type { Options } from "./harness.ts"
import { type Cases as SizedCases, type Law, lawOfBatches } from "./law.ts"
import { type Inputs, inputsOf, lengthOf, streamsOf } from "./law_streams.ts"
import type { ElementOptions } from "./laws_element.ts"
import type { PairOptions } from "./laws_keyed.ts"
import { neededBy } from "./needed_batches.ts"
import { run } from "./runs.ts"

/** An operator with the meaning of `window`. Durations are in milliseconds. */
export type WindowOperator = <A>(
  stream: DStream<A>,
  window: number,
  options: { readonly slide: number },
) => DStream<A, unknown>

/** An operator with the meaning of `reduceByKeyAndWindow` with an inverse. Durations are in milliseconds. */
export type InverseWindowOperator = <K, V extends Tupled>(
  stream: DStream<readonly [K, V]>,
  f: (a: V, b: V) => V,
  window: number,
  options: { readonly slide: number; readonly inverse: (a: V, b: V) => V },
) => DStream<readonly [K, V], unknown>

const windowWith: WindowOperator = (stream, window, options) => windowOf(stream, window, options)
const inverseWith: InverseWindowOperator = (stream, f, window, options) =>
  reduceByKeyAndWindow(stream, f, window, options)

/** The two pipelines of a law about windows. `batchMs` is the batch interval in milliseconds. */
interface Sides<A, B> {
  readonly left: (stream: DStream<A>, batchMs: number) => DStream<B, unknown>
  readonly right: (stream: DStream<A>, batchMs: number) => DStream<B, unknown>
}

type Cases<A> = Inputs<[ReadonlyArray<A> | null]>

const batchMsOf = ({ batchDuration = "1 second" }: Options): number => Duration.toMillis(batchDuration)

/** Generates batches, enough of them for windows that are given in batches. */
const windowCases = <A>(
  input: ElementOptions<A>["input"],
  sides: (batchMs: number) => ReadonlyArray<(stream: DStream<A>) => AnyDStream>,
): SizedCases<Cases<A>> => ({
  ...inputsOf<[ReadonlyArray<A> | null]>([input], []),
  neededBatches: (batchMs) => neededBy(sides(batchMs), 1, batchMs),
})

const windowLaw = <A, B>(
  name: string,
  input: ElementOptions<A>["input"],
  sides: Sides<A, B>,
  order: "list" | "bag",
): Law => {
  const side = (make: Sides<A, B>["left"]) => (given: Cases<A>, options: Options) => {
    const [stream] = streamsOf(given)
    return run(make(stream as DStream<A>, batchMsOf(options)), { ...options, batches: lengthOf(given) })
  }
  const sidesOf = (batchMs: number) =>
    [sides.left, sides.right].map((make) => (stream: DStream<A>) => make(stream, batchMs))
  return lawOfBatches(
    name,
    windowCases<A>(input, sidesOf),
    {
      left: side(sides.left),
      right: side(sides.right),
      reading: normal({ order }),
    },
  )
}

/**
 * States that a window of `window` batches that slides by `slide` batches is the concatenation of its batches, oldest
 * first.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const law = Testing.laws.windowIsConcatenation(3, 2, { input: Testing.arrivals(fc.nat(), { maxBatches: 8 }) })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const windowIsConcatenation = <A>(
  window: number,
  slide: number,
  options: ElementOptions<A> & { readonly window?: WindowOperator | undefined },
): Law => {
  const { input, window: operator = windowWith } = options
  const cases = windowCases<A>(input, (batchMs) => [
    (stream) => operator(stream, window * batchMs, { slide: slide * batchMs }),
  ])
  return lawOfBatches("window = concatenation of its batches", cases, {
    left: (given, how) => {
      const [stream] = streamsOf(given)
      const batchMs = batchMsOf(how)
      const windows = operator(stream as DStream<A>, window * batchMs, { slide: slide * batchMs })
      return run(windows, { ...how, batches: lengthOf(given) })
    },
    right: ({ inputs: [batches] }) =>
      Effect.sync(() =>
        batches.map((_, i) =>
          (i + 1) % slide === 0
            ? batches.slice(Math.max(0, i + 1 - window), i + 1).flatMap((records) => records ?? [])
            : undefined
        )
      ),
    reading: normal({ order: "list" }),
  })
}

/**
 * States that `reduceByWindow` equals `window` followed by `reduce`. It holds for functions that are associative.
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(fc.string(), { maxBatches: 8 })
 * const law = Testing.laws.reduceByWindowIsReduceOfWindow((a: string, b) => a + b, 3, 1, { input })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const reduceByWindowIsReduceOfWindow = <A extends Tupled>(
  f: (a: A, b: A) => A,
  window: number,
  slide: number,
  options: ElementOptions<A>,
): Law =>
  windowLaw<A, A>("reduceByWindow = reduce of the window", options.input, {
    left: (stream, batchMs) => reduceByWindowOf(stream, f, window * batchMs, { slide: slide * batchMs }),
    right: (stream, batchMs) => reduce(windowOf(stream, window * batchMs, { slide: slide * batchMs }), f),
  }, "list")

/**
 * States that a window with an inverse, which removes the batches that leave it, has the same pairs as a window that
 * reduces all its batches anew. It holds for functions that are associative and commutative, with an inverse that
 * undoes them ({@link undoes}).
 *
 * @example
 * ```ts
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.arrivals(Testing.pairs(fc.integer()), { maxBatches: 8, maxRecords: 4 })
 * const law = Testing.laws.inverseWindowIsPlain((a: number, b) => a + b, (a, b) => a - b, 3, 1, { input })
 * await Effect.runPromise(Testing.check(law, { runs: 20 }))
 * ```
 */
export const inverseWindowIsPlain = <K, V extends Tupled>(
  f: (a: V, b: V) => V,
  inverse: (a: V, b: V) => V,
  window: number,
  slide: number,
  options: PairOptions<K, V> & { readonly inverseWindow?: InverseWindowOperator | undefined },
): Law => {
  const { input, inverseWindow = inverseWith } = options
  return windowLaw<readonly [K, V], readonly [K, V]>("inverse window = plain window", input, {
    left: (pairs, batchMs) => inverseWindow(pairs, f, window * batchMs, { slide: slide * batchMs, inverse }),
    right: (pairs, batchMs) => reduceByKey(windowOf(pairs, window * batchMs, { slide: slide * batchMs }), f),
  }, "bag")
}
