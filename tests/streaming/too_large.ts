/**
 * A job whose one partition does not fit into the heap of the process. The argument says what it does. Prints the error
 * that it fails with.
 */
import { DStream, RDD, Receiver, Scheduler, SparkContext, StreamingContext } from "../../mod.ts"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import type { Engine } from "../../lib/rdd/engine.ts"

const [shape = ""] = Deno.args

type Pair = [number, { readonly id: number; readonly name: string }]
const pairs = RDD.range(0, 1_000_000, { partitions: 1 }).pipe(
  RDD.flatMap((i) =>
    Array.from({ length: 20 }, (_, j): Pair => [j * 100 + i % 100, { id: i * 20 + j, name: `${i} ${j}` }])
  ),
)

let next = 0
const flood = Receiver.make({
  name: "Flood",
  onStart: (store: Receiver.Store<[string, number]>) =>
    Effect.forever(Effect.suspend(() => {
      const some = Array.from({ length: 1_000 }, (): [string, number] => [`key ${next++} `.padEnd(500, "."), 1])
      return Effect.andThen(store.all(some), Effect.sleep(1))
    })),
})
const counts = DStream.receiverStream(flood).pipe(
  DStream.updateStateByKey((ones: ReadonlyArray<number>, n: Option.Option<number>) =>
    Option.some(Option.getOrElse(n, () => 0) + ones.length)
  ),
)

const state = Effect.gen(function* () {
  const ssc = yield* StreamingContext.makeWith({ backpressure: false, maxRate: 100_000 })
  const active = yield* StreamingContext.start(ssc, [DStream.foreachRDD(counts, RDD.count)])
  yield* StreamingContext.awaitTermination(active)
})

const jobs = {
  groupByKey: RDD.count(RDD.groupByKey(pairs)),
  sort: RDD.count(RDD.sortByKey(pairs)),
  persist: RDD.count(RDD.persist(pairs, "MEMORY_ONLY")),
  state: Effect.scoped(Effect.provide(state, Scheduler.layer("500 millis"))),
}
const isJob = (name: string): name is keyof typeof jobs => name in jobs

const job: Effect.Effect<unknown, unknown, Engine | SparkContext.SparkContext> = isJob(shape)
  ? jobs[shape]
  : Effect.void
const error = await Effect.runPromise(
  Effect.flip(job).pipe(
    Effect.provide(SparkContext.layer({ master: "local", appName: "too large" })),
    Effect.provide(Logger.layer([])),
  ),
)
console.log(String(error))
Deno.exit(0)
