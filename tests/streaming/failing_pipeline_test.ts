/** Compares states and windows over randomly failing batches with a model. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"
import { engines } from "./support.ts"

type Pair = [key: string, n: number]

/**
 * The records of a batch and its fault. `evaluation`: the batch cannot be evaluated. `poison`: it cannot be computed. `once`: it can
 * be computed at the second attempt.
 */
interface Given {
  readonly records: ReadonlyArray<Pair>
  readonly fault: "none" | "evaluation" | "poison" | "once"
}

const givens = fc.array(
  fc.record<Given>({
    records: fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 9 })), { maxLength: 4 }),
    fault: fc.constantFrom("none", "none", "none", "evaluation", "poison", "once"),
  }),
  { minLength: 1, maxLength: 9 },
)
const frames = fc.record({ length: fc.integer({ min: 1, max: 4 }), slide: fc.integer({ min: 1, max: 4 }) })

type Output = "state" | "window" | "reduced" | "inverse" | "late"
type Found = Map<string, unknown>

const add = (a: number, b: number) => a + b
const sums = (pairs: Iterable<Pair>): Array<Pair> => {
  const all = new Map<string, number>()
  for (const [key, n] of pairs) all.set(key, (all.get(key) ?? 0) + n)
  return sorted(Array.from(all))
}
const sorted = (pairs: ReadonlyArray<Pair>) => pairs.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)

/** The records that each output must get in each batch in which it succeeds. */
const expected = (given: ReadonlyArray<Given>, frame: { readonly length: number; readonly slide: number }): Found => {
  const found: Found = new Map()
  const good: Array<ReadonlyArray<Pair>> = []
  given.forEach(({ fault, records }, i) => {
    good.push(fault === "none" || fault === "once" ? records : [])
    if (fault === "evaluation" || fault === "poison") return
    const note = (output: Output, what: unknown) => found.set(`${output} ${i + 1}`, what)
    note("state", sums(good.flat()))
    if ((i + 1) % frame.slide === 0) {
      const batches = good.slice(Math.max(0, i + 1 - frame.length), i + 1)
      note("window", sorted(batches.flat()))
      note("reduced", sums(batches.flat()))
      note("inverse", sums(batches.flat()))
    }
    if ((i + 1) % 3 === 0) note("late", sums(good.flat()))
  })
  return found
}

/** The records that the outputs get from the library. */
const actual = async (
  given: ReadonlyArray<Given>,
  frame: { readonly length: number; readonly slide: number },
  options: Testing.Options,
): Promise<Found> => {
  const found: Found = new Map()
  const tried = new Set<number>()
  const pairs = Testing.input(given.map(({ records }) => records)).pipe(DStream.transform((rdd, { time }) => {
    const fault = given[time / 1000 - 1]?.fault
    if (fault === "evaluation") throw new RangeError("cannot be evaluated")
    return RDD.mapPartitions(rdd, (records): ReadonlyArray<Pair> => {
      if (fault !== "poison" && (fault !== "once" || tried.has(time))) return records
      tried.add(time)
      throw new RangeError("cannot be computed")
    })
  }))
  const state = DStream.updateStateByKey(
    pairs,
    (values: ReadonlyArray<number>, before: Option.Option<number>) =>
      Option.some(values.reduce(add, Option.getOrElse(before, () => 0))),
  )
  const [length, slide] = [`${frame.length} seconds`, `${frame.slide} seconds`] as const
  const streams: ReadonlyArray<readonly [Output, DStream.DStream<Pair>]> = [
    ["state", state],
    ["window", DStream.window(pairs, length, { slide })],
    ["reduced", DStream.reduceByKeyAndWindow(pairs, add, length, { slide })],
    ["inverse", DStream.reduceByKeyAndWindow(pairs, add, length, { slide, inverse: (a, b) => a - b })],
    ["late", DStream.window(state, "1 second", { slide: "3 seconds" })],
  ]
  const outputs = streams.map(([name, stream]) =>
    DStream.foreachRDD(
      stream,
      (rdd, { time }) =>
        Effect.map(RDD.collect(rdd), (records) => void found.set(`${name} ${time / 1000}`, sorted(records))),
    )
  )
  await Effect.runPromise(Testing.runOutputs(outputs as unknown as readonly [DStream.Output], options))
  return found
}

for (const engine of engines) {
  Deno.test(`states and windows contain exactly the batches that could be evaluated and computed [${engine}]`, () =>
    fc.assert(
      fc.asyncProperty(
        givens,
        frames,
        fc.constantFrom(OutputPolicy.skip, OutputPolicy.continueOn),
        async (given, frame, then) => {
          const onFailure = OutputPolicy.retry(Schedule.recurs(2), then)
          assert.deepEqual(await actual(given, frame, { engine, onFailure }), expected(given, frame))
        },
      ),
      // The other engines compute with the same code, and only place it elsewhere.
      { numRuns: engine === "local" ? 25 : 10 },
    ))
}
