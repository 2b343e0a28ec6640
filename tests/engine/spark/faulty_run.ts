/** Runs graphs of failures. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Graph from "../../../lib/graph.ts"
import * as Scheduler from "../../../lib/scheduler.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Prices, seen } from "./faulty_graphs.ts"

/** Where and how long a graph runs. */
export interface Running extends SparkContext.SparkOptions {
  /** The batch interval in milliseconds. */
  readonly interval: number
  /** Whether to stop. Asked every 20 ms. */
  readonly isOver: () => boolean | Promise<boolean>
  /** Where the checkpoint is. */
  readonly directory?: string
}

/** Stops when the output of a graph has seen as many batches. */
export const after = (batches: number) => () => seen.length >= batches

/** The services of the graphs that have them from the program. */
export const prices = Layer.succeed(Prices, { of: (word) => word.length * 10 })

/**
 * Runs a graph until it is over. Gives what its output has seen, also in runs before. Fails with the failure of the context.
 */
export const running = (
  graph: Graph.Graph<unknown, SparkContext.SparkContext | Prices>,
  { directory, interval, isOver, ...options }: Running,
) => {
  const program = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    if (directory !== undefined) yield* StreamingContext.checkpoint(ssc, directory)
    const active = yield* StreamingContext.start(ssc, graph)
    const asked = Effect.flatMap(
      Effect.promise(async () => await isOver()),
      (over) => over ? Effect.void : Effect.fail("not yet"),
    )
    yield* Effect.raceFirst(
      StreamingContext.awaitTermination(active),
      Effect.retry(asked, { schedule: Schedule.spaced("20 millis") }),
    )
    return Array.from(seen)
  })
  const layer = Layer.mergeAll(SparkContext.layer(options), Scheduler.layer(interval), prices)
  return Effect.scoped(Effect.provide(program, layer))
}

/** Runs a graph as {@link running} does, but forgets what was seen before. Rejects with the failure of the context. */
export const run = async (...given: Parameters<typeof running>): Promise<ReadonlyArray<unknown>> => {
  seen.length = 0
  return await Effect.runPromise(running(...given))
}
