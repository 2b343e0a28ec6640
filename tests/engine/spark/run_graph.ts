/** Runs a graph on a master, and gives what its output has seen. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scheduler from "../../../lib/scheduler.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { type Config, graph, seen } from "./graphs.ts"

/** Runs a graph until its output has seen all batches. */
export const runGraph = async (
  config: Config,
  options: SparkContext.SparkOptions,
): Promise<ReadonlyArray<unknown>> => {
  seen.length = 0
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    const active = yield* StreamingContext.start(ssc, graph(config))
    const isOver = Effect.suspend(() => seen.length < config.batches ? Effect.fail("not yet") : Effect.void)
    yield* Effect.raceFirst(
      StreamingContext.awaitTermination(active),
      Effect.retry(isOver, { schedule: Schedule.spaced("20 millis") }),
    )
    return seen.slice(0, config.batches)
  })
  const layer = Layer.mergeAll(SparkContext.layer(options), Scheduler.layer(config.interval))
  return await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)))
}
