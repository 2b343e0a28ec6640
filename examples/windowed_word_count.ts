/**
 * Counts words in a sliding window. Words that enter the window are added to the counts, words that leave are subtracted.
 * No lines come after six seconds, so the counts fall to zero.
 *
 *     deno run examples/windowed_word_count.ts [seconds] [window] [slide]    # defaults: 20 10 2, all in seconds
 *
 * @module
 */
import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import { numbers } from "./arguments.ts"

/** The stream gets one line a second. */
const lines = ["to be or not to be", "that is the question", "to be", "to sleep", "perchance to dream", "to be"]

const windowedCounts = (window: number, slide: number) =>
  DStream.queueStream(DStream.rddQueue(lines.map((line) => [line]))).pipe(
    DStream.flatMap((line) => line.split(" ")),
    DStream.map((word) => [word, 1]),
    DStream.reduceByKeyAndWindow((a, b) => a + b, `${window} seconds`, {
      slide: `${slide} seconds`,
      inverse: (a, b) => a - b,
      filter: ([, count]) => count > 0,
      partitions: 1,
    }),
  )

const program = Effect.gen(function* () {
  const { seconds, slide, window } = yield* numbers(Deno.args, { seconds: 20, window: 10, slide: 2 })
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(windowedCounts(window, slide))])
  yield* StreamingContext.awaitTerminationOrTimeout(active, `${seconds} seconds`)
  yield* StreamingContext.stop(active, { stopGracefully: true })
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "WindowedWordCount" })),
    runMain,
  )
}
