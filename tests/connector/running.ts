/** Running contexts of connectors' streams, for tests against real servers. */
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

/** How long tests keep a server away: for a minute with the environment variable DSTREAM_AWAY_SECONDS=60. Default: 2 seconds. */
export const AWAY_MS = 1000 * Number(Deno.env.get("DSTREAM_AWAY_SECONDS") ?? 2)

/** A context with batches of 50 ms, of real time. */
export const services = Layer.mergeAll(
  Scheduler.layer("50 millis"),
  SparkContext.layer({ master: "local[2]", appName: "test" }),
  Layer.fresh(Layer.sync(StreamingContext.Registry, () => ({ active: undefined }))),
  Logger.layer([]),
)

/** Runs a stream until a condition on its records holds or its context fails, and returns the records. */
export const run = <A>(
  stream: DStream.DStream<A>,
  isDone: (records: ReadonlyArray<A>) => boolean,
  meanwhile: Effect.Effect<unknown, unknown> = Effect.void,
  timeout: Duration.Input = AWAY_MS + 20_000,
): Promise<{ readonly records: ReadonlyArray<A>; readonly exit: Exit.Exit<unknown, unknown> }> =>
  Effect.gen(function* () {
    const records: Array<A> = []
    const output = DStream.foreachRDD(
      stream,
      (rdd) => Effect.map(RDD.collect(rdd), (some) => void records.push(...some)),
    )
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    yield* meanwhile
    const done: Effect.Effect<void> = Effect.suspend(() =>
      isDone(records) ? Effect.void : Effect.andThen(Effect.sleep("10 millis"), done)
    )
    const ended = Effect.andThen(StreamingContext.awaitTermination(active), Effect.void)
    const exit = yield* Effect.exit(Effect.timeout(Effect.raceFirst(done, ended), timeout))
    return { records, exit }
  }).pipe(
    Effect.scoped,
    Effect.provide(services),
    Effect.runPromise,
  )
