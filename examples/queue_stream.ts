/**
 * Pushes an RDD of numbers to a queue every second, and counts the numbers of each batch by their last digit.
 *
 *     deno run examples/queue_stream.ts [batches]    # default: 5
 *
 * @module
 */
import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Effect from "effect/Effect"
import { numbers } from "./arguments.ts"

const program = Effect.gen(function* () {
  const { batches } = yield* numbers(Deno.args, { batches: 5 })
  const queue = DStream.rddQueue<number>()
  const digits = DStream.queueStream(queue).pipe(
    DStream.map((n) => [n % 10, 1]),
    DStream.reduceByKey((a, b) => a + b),
  )
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [DStream.print(digits)])
  for (let i = 0; i < batches; i++) {
    queue.push(RDD.range(1, 1001))
    yield* Effect.sleep("1 second")
  }
  yield* StreamingContext.stop(active, { stopGracefully: true })
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Scheduler.layer("1 second")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "QueueStream" })),
    runMain,
  )
}
