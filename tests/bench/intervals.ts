/** The shortest batch interval that a word count on the real clock keeps up with. */
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import { Effect, Layer } from "effect"
import { lines } from "./data.ts"
import { figure, median } from "./measure.ts"
import type { Bench } from "./report.ts"

const INTERVALS = [10, 5, 2, 1] as const
const LINES = 10
const SHORTEST = "shortest interval kept up with"

/** Runs batches for `seconds`. Gives how long after its batch time each of them has ended, in milliseconds. */
const delays = (interval: number, seconds: number): Promise<ReadonlyArray<number>> => {
  const ended: Array<number> = []
  const program = Effect.gen(function* () {
    const output = DStream.constant(RDD.parallelize(lines(0, LINES))).pipe(
      DStream.flatMap((line) => line.split(" ")),
      DStream.map((word) => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
      DStream.foreachRDD((rdd) => RDD.collect(rdd)),
    )
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.addStreamingListener(ssc, (event) =>
      Effect.sync(() => {
        if (event._tag === "BatchCompleted") ended.push(Date.now() - event.batch.batchTime)
      }))
    const active = yield* StreamingContext.start(ssc, [output])
    yield* Effect.sleep(`${seconds} seconds`)
    yield* StreamingContext.stop(active)
  })
  const layers = Layer.merge(
    Scheduler.layer(`${interval} millis`),
    SparkContext.layer({ master: "local", appName: "bench" }),
  )
  return Effect.runPromise(Effect.scoped(Effect.provide(program, layers))).then(() => ended)
}

/** Whether batches end soon, and at the end no later than at the start. */
const keepsUp = (interval: number, times: ReadonlyArray<number>): boolean => {
  const part = Math.ceil(times.length / 3)
  return median(times.slice(-part)) <= Math.max(3 * interval, median(times.slice(0, part)) + interval)
}

/** The benchmarks of this file. */
export const intervals: Readonly<Record<string, Bench>> = {
  interval: async (size) => {
    const seconds = size.isQuick ? 0.2 : 4
    const all: Array<readonly [interval: number, times: ReadonlyArray<number>]> = []
    for (const interval of INTERVALS) all.push([interval, await delays(interval, seconds)])
    const kept = all.filter(([interval, times]) => keepsUp(interval, times)).map(([interval]) => interval)
    return {
      title: `batches of ${LINES} lines on the real clock`,
      figures: [
        figure(SHORTEST, [Math.min(...kept)], { unit: "ms interval" }),
        ...all.map(([interval, times]) =>
          figure(`every ${interval} ms: from batch time to the end of the batch`, times)
        ),
      ],
      goals: [{ of: SHORTEST, most: 2 }],
    }
  },
}
