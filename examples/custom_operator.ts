/**
 * Defines an operator outside the library. A DStream is an Effect that yields its RDD of the current batch, so an operator
 * is an Effect that yields its parents and returns a new RDD.
 *
 *     deno run examples/custom_operator.ts
 *
 * @module
 */
import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import { atMost } from "./arguments.ts"

/** Keeps the `n` records of every batch for which `measure` is largest, each paired with its measure. */
const largest = (n: number, measure: (word: string) => number) => <E, R>(self: DStream.DStream<string, E, R>) =>
  DStream.make(
    "largest",
    [self],
    [measure],
    Effect.fnUntraced(function* (measure) {
      const words = yield* self
      return words.pipe(
        RDD.distinct(),
        RDD.sortBy(measure, { ascending: false }),
        RDD.zipWithIndex,
        RDD.filter(([, index]) => index < n),
        RDD.map(([word]) => [word, measure(word)]),
      )
    }),
  )

const words = DStream.queueStream(DStream.rddQueue(["a bb ccc", "dddd ee f", "gg"].map((line) => line.split(" "))))
  .pipe(
    largest(2, (word) => word.length),
  )

const program = Effect.gen(function* () {
  yield* atMost(Deno.args, 0)
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(words)])
  yield* StreamingContext.awaitTerminationOrTimeout(active, "3500 millis")
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "CustomOperator" })),
    runMain,
  )
}
