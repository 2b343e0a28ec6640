/** Inputs for the tests of windows, and the expected windows. */
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

/** A batch: records, `null` for no RDD, one whose evaluation fails, or one in which outputs fail when they run. */
export type Given<A> = ReadonlyArray<A> | null | "fails" | { readonly outputFails: ReadonlyArray<A> }

/** The engines that the tests run on. */
export const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "cluster"]

const recordsOf = <A>(given: Given<A> | undefined): ReadonlyArray<A> | null => {
  if (given === null || given === "fails") return null
  return given === undefined ? [] : "outputFails" in given ? given.outputFails : given
}

const isBad = (given: Given<unknown> | undefined): boolean =>
  given !== undefined && given !== null && typeof given === "object" && "outputFails" in given

/** Runs a window over batches of one second, continues after failures, and returns the window of each batch. */
export const runWindow = async <A, B>(
  batches: ReadonlyArray<Given<A>>,
  windowed: (stream: DStream.DStream<A>) => DStream.DStream<B, unknown>,
  options: Testing.Options = {},
): Promise<ReadonlyArray<ReadonlyArray<B> | undefined>> => {
  const stream = Testing.input<A, never>(
    batches.map((given) => given === "fails" ? Effect.die(new Error("no such batch")) : recordsOf(given)),
  )
  const found = new Map<number, ReadonlyArray<B>>()
  const outputs = [
    DStream.foreachRDD(stream, () => Effect.void),
    DStream.foreachRDD(
      windowed(stream),
      (rdd, { time }) =>
        isBad(batches[time / 1000 - 1])
          ? Effect.fail("not this time" as unknown)
          : Effect.map(RDD.collect(rdd), (records) => void found.set(time, records)),
    ),
  ] as const
  await Effect.runPromise(
    Testing.runOutputs(outputs, {
      batches: batches.length,
      onFailure: OutputPolicy.continueOn,
      ...options,
    }) as Effect.Effect<
      unknown
    >,
  )
  return batches.map((_, i) => found.get((i + 1) * 1000))
}

/** The expected windows of `w` batches with a slide of `s` batches. Batches that failed take no part. */
export const naive = <A>(
  batches: ReadonlyArray<Given<A>>,
  w: number,
  s: number,
): ReadonlyArray<ReadonlyArray<A> | undefined> =>
  batches.map((given, i) =>
    (i + 1) % s !== 0 || given === "fails" || isBad(given)
      ? undefined
      : batches.slice(Math.max(0, i + 1 - w), i + 1).flatMap((each) => recordsOf(each) ?? [])
  )

/** Random batches of these records, some of which are missing or fail. */
export const givens = <A>(record: fc.Arbitrary<A>, maxLength = 14): fc.Arbitrary<ReadonlyArray<Given<A>>> => {
  const records = fc.array(record, { maxLength: 4 })
  return fc.array(
    fc.oneof(
      { weight: 10, arbitrary: records },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constant("fails" as const) },
      { weight: 1, arbitrary: fc.record({ outputFails: records }) },
    ),
    { maxLength },
  )
}

/** A random duration and slide, in batches. */
export const frames: fc.Arbitrary<readonly [w: number, s: number]> = fc.tuple(
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 4 }),
)

/** Converts a number of batches to milliseconds. */
export const batchesLong = (n: number): number => n * 1000

/** Reduces the values of each key with a Map. */
export const reduced = <K, V>(
  pairs: ReadonlyArray<readonly [K, V]> | undefined,
  f: (a: V, b: V) => V,
): ReadonlyArray<[K, V]> | undefined => {
  if (pairs === undefined) return undefined
  const found = new Map<K, V>()
  for (const [key, value] of pairs) {
    const known = found.get(key)
    found.set(key, known === undefined ? value : f(known, value))
  }
  return Array.from(found)
}
