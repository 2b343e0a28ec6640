/** A pipeline on a Spark cluster that keeps up with a batch interval of one second. */
import { RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import { Deferred, Effect, Layer } from "effect"
import { steady, updates } from "./cluster_graphs.ts"
import { pairs } from "./data.ts"
import { figure } from "./measure.ts"
import type { Report } from "./report.ts"
import type { Size } from "./size.ts"

const KEYS = 10_000
const RECORDS = 1000
const BATCHES = 200
/** How many batches pass before workers are warm. */
const WARM = 20

/** Runs batches in real time. Gives how many milliseconds after its batch time each has ended. */
const lagsOf = (master: `sc://${string}`, keys: number, batches: number): Promise<ReadonlyArray<number>> => {
  const lags: Array<number> = []
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    const isOver = yield* Deferred.make<void>()
    yield* StreamingContext.addStreamingListener(ssc, (event) =>
      Effect.suspend(() => {
        if (event._tag !== "BatchCompleted") return Effect.void
        return lags.push(event.batch.lag ?? NaN) === batches ? Deferred.succeed(isOver, undefined) : Effect.void
      }))
    const active = yield* StreamingContext.start(ssc, steady(keys))
    yield* Effect.raceFirst(StreamingContext.awaitTermination(active), Deferred.await(isOver))
  })
  const services = Layer.mergeAll(Scheduler.layer("1 second"), SparkContext.layer({ master, appName: "steady" }))
  return Effect.runPromise(Effect.as(Effect.scoped(Effect.provide(program, services)), lags))
}

/** Measures how late batches end, in the first and in the second half of a run. */
export const keepingUp = async (size: Size, master: `sc://${string}`, title: string): Promise<Report> => {
  const batches = size.rounds(BATCHES)
  const warm = size.isQuick ? 0 : WARM
  for (let batch = 0; batch < batches; batch++) {
    updates.push(RDD.parallelize(pairs(0, batch, size.count(RECORDS), size.count(KEYS)), { partitions: 2 }))
  }
  const lags = (await lagsOf(master, size.count(KEYS), batches)).slice(warm)
  const half = lags.length >> 1
  const [first, second] = ["lag in the first half", "lag in the second half"] as const
  return {
    title: `${title}, ${batches} batches`,
    isWall: true,
    figures: [figure(first, lags.slice(0, half)), figure(second, lags.slice(half))],
    goals: [{ of: second, most: 1000 }, { of: second, base: first, most: 200 }],
  }
}
