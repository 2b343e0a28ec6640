/**
 * The program of the recovery benchmark: running totals of many keys with a checkpoint. Arguments: the directory, the number
 * of keys, and after how many outputs to exit. The first batch has all keys, the others have 10,000 of them. Prints a line
 * with the number of totals at each output, and exits as if it were killed: in the middle of a batch.
 */
import { DStream, RDD, Scheduler, SparkContext, StateSpec, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { pairs } from "./data.ts"

type Pair = readonly [string, number]

const UPDATES = 10_000

const [directory = "", keysGiven, outputsGiven] = Deno.args
const keys = Number(keysGiven)
let outputs = Number(outputsGiven)

const named = (key: number, n: number): Pair => [`key ${key}`, n]

const recordsOf = (position: number): RDD.RDD<Pair> =>
  RDD.parallelize(
    position === 0
      ? Array.from({ length: keys }, (_, key) => named(key, 0))
      : pairs(position, 0, UPDATES, keys).map(([key, n]) => named(key, n)),
  )

const open = Effect.sync(() => {
  let next = 0
  return {
    plan: () => Effect.sync(() => Option.some({ position: next++ })),
    read: (position: number) => Effect.sync(() => recordsOf(position)),
    resume: (positions: ReadonlyArray<number>) => Effect.sync(() => void (next = Math.max(...positions) + 1)),
  }
})

const track = StateSpec.function((key: string, value: Option.Option<number>, sum: StateSpec.State<number>): Pair => {
  const added = Option.getOrElse(value, () => 0)
  // Only the first batch has new keys, all with 0.
  if (added > 0 && !sum.exists()) throw new Error(`The state has lost ${key}`)
  const total = (sum.exists() ? sum.get() : 0) + added
  sum.update(total)
  return [key, total]
})

const totals = DStream.fromPositions("records", "Records", open).pipe(
  DStream.named("records"),
  DStream.mapWithState(track),
  DStream.named("totals"),
  DStream.foreachRDD((rdd) =>
    Effect.map(RDD.count(rdd), (count) => {
      console.log(`output ${count}`)
      if (--outputs === 0) Deno.exit()
    })
  ),
  DStream.nameOutput("count"),
)

await Effect.gen(function* () {
  const ssc = yield* StreamingContext.make
  yield* StreamingContext.checkpoint(ssc, directory)
  yield* StreamingContext.awaitTermination(yield* StreamingContext.start(ssc, [totals]))
}).pipe(
  Effect.scoped,
  Effect.provide(Scheduler.layer("100 millis")),
  Effect.provide(SparkContext.layer({ master: "local", appName: "recovery" })),
  Effect.runPromise,
)
