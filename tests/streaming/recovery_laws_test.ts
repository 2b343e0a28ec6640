/** Recovery of random inputs at random points: many operators, alone and in combinations. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { Testing } from "../../lib/testing.ts"

/** How many inputs each law is checked with. `DSTREAM_RUNS` sets another number. */
const RUNS = Number(Deno.env.get("DSTREAM_RUNS") ?? 3)

type Pairs = DStream.DStream<readonly [string, number]>
type Pipeline = (pairs: Pairs) => DStream.DStream<unknown, unknown>

const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b

const total = (values: ReadonlyArray<number>, before: Option.Option<number>) => {
  const sum = values.reduce(add, Option.getOrElse(before, () => 0))
  // Keys go and come back.
  return values.length === 0 && sum % 3 === 0 ? Option.none<number>() : Option.some(sum)
}

const timed = StateSpec.timed(
  (time: number, key: string, value: Option.Option<number>, state: StateSpec.State<number>) => {
    if (state.isTimingOut()) return Option.some(`${key} left at ${time}`)
    const sum = Option.getOrElse(state.getOption(), () => 0) + Option.getOrElse(value, () => 0)
    if (sum % 5 === 4) state.remove()
    else state.update(sum)
    return Option.some(`${key} ${sum}`)
  },
).pipe(StateSpec.timeout("2 seconds"))

const pipelines: Readonly<Record<string, Pipeline>> = {
  "updateStateByKey that removes keys": (pairs) => pairs.pipe(DStream.updateStateByKey(total), DStream.named("totals")),
  "mapWithState with removals and timeouts": (pairs) => pairs.pipe(DStream.mapWithState(timed), DStream.named("timed")),
  "snapshots of a state": (pairs) =>
    DStream.stateSnapshots(pairs.pipe(DStream.mapWithState(timed), DStream.named("timed"))),
  "a window with an inverse and a filter": (pairs) =>
    pairs.pipe(
      DStream.reduceByKeyAndWindow(add, "4 seconds", {
        inverse: subtract,
        slide: "2 seconds",
        filter: ([, n]) => n !== 0,
      }),
      DStream.named("inverse"),
    ),
  "a window without an inverse": (pairs) =>
    pairs.pipe(DStream.reduceByKeyAndWindow(add, "6 seconds", { slide: "3 seconds" }), DStream.named("plain")),
  "windows of a state": (pairs) =>
    pairs.pipe(
      DStream.updateStateByKey(total),
      DStream.named("totals"),
      DStream.reduceByKeyAndWindow(Math.max, "3 seconds"),
      DStream.named("largest"),
    ),
  "a state of a window": (pairs) =>
    pairs.pipe(
      DStream.window("4 seconds", { slide: "2 seconds" }),
      DStream.named("recent"),
      DStream.updateStateByKey(total),
      DStream.named("totals"),
    ),
  "groups of a window, joined with a state": (pairs) => {
    const groups = pairs.pipe(DStream.groupByKeyAndWindow("3 seconds"), DStream.named("groups"))
    const totals = pairs.pipe(DStream.updateStateByKey(total), DStream.named("totals"))
    return groups.pipe(
      DStream.map(([key, values]): [string, string] => [key, values.toSorted((a, b) => a - b).join()]),
      DStream.union(totals.pipe(DStream.map(([key, n]): [string, string] => [key, String(n)]))),
    )
  },
  "one window in two others": (pairs) => {
    const recent = pairs.pipe(DStream.window("2 seconds"), DStream.named("recent"))
    const two = recent.pipe(DStream.countByWindow("2 seconds", { slide: "3 seconds" }), DStream.named("two"))
    const three = recent.pipe(DStream.countByWindow("3 seconds", { slide: "3 seconds" }), DStream.named("three"))
    return DStream.union(two, DStream.transform(three, (rdd) => Effect.succeed(RDD.map(rdd, (n) => -n))))
  },
}

const pairs = Testing.pairs(fc.integer({ min: -5, max: 5 }))
/** Some of these batches have no RDD, with which some operators fail. */
const arrivals = Testing.arrivals(pairs)
const batches = Testing.batches(pairs)

for (const [name, pipeline] of Object.entries(pipelines)) {
  Deno.test(`recovery, upgrades and rescaling are invisible: ${name}`, async () => {
    const input = name.includes("joined") ? batches : arrivals
    const check = (law: Testing.Law, engines: ReadonlyArray<Testing.EngineName> = ["local"]) =>
      Effect.runPromise(Testing.check(law, { runs: RUNS, engines }))
    await check(Testing.laws.recoveryIsInvisible(pipeline, { input }), ["local", "cluster"])
    await check(
      Testing.laws.upgradeIsInvisible(pipeline, (pairs) => pipeline(DStream.map(pairs, (pair) => pair)), { input }),
    )
    await check(Testing.laws.rescalingIsInvisible(pipeline, { input }))
  })
}
