/**
 * Programs that start again from their checkpoint when a Spark cluster has lost what they had on it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { explainFailure } from "../../core/errors.ts"
import { isLoss, SparkUnavailable } from "../../engine/spark/errors.ts"
import { CheckpointFailed } from "../checkpoint/errors.ts"
import { BatchFailed } from "../errors.ts"

/** Waits of 1 to 30 seconds. */
const waits: Schedule.Schedule<unknown> = Schedule.min([
  Schedule.exponential("1 second"),
  Schedule.spaced("30 seconds"),
])

const isLostOrAway = (error: unknown): boolean => isLoss(error) || error instanceof SparkUnavailable

/** Whether a context has stopped because the cluster is away, or has lost what the context had on it. */
const hasStoppedContext = (error: unknown): boolean =>
  (error instanceof BatchFailed || error instanceof CheckpointFailed) && isLostOrAway(error.reason)

/**
 * Runs a program again when its context stops because a Spark cluster has lost its records or its session, or cannot be
 * reached. With a checkpoint, the new run takes the last states and windows from there, and runs the batches since again.
 *
 * The program must make everything itself: wrap it after its `SparkContext.layer` and `Effect.scoped`, so that each run has its
 * own context and its own session on the cluster. Other failures end it. So does a cluster that cannot be reached by the first
 * run; later runs wait for it. Each restart is logged as a warning. The first one comes after a second, later ones after at most
 * 30 seconds, unless `schedule` says otherwise.
 *
 * @example
 * ```ts
 * import { DStream, Graph, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * export const lines = Graph.module(import.meta, (port: number) => [
 *   DStream.socketTextStream("localhost", port).pipe(
 *     DStream.named("lines"),
 *     DStream.countByWindow("1 minute"),
 *     DStream.named("count"),
 *     DStream.print(),
 *     DStream.nameOutput("console"),
 *   ),
 * ])
 *
 * export const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.getOrCreate("/var/lib/lines", StreamingContext.make)
 *   const active = yield* StreamingContext.start(ssc, lines(9999))
 *   yield* StreamingContext.awaitTermination(active)
 * }).pipe(
 *   Effect.provide(Scheduler.layer("1 second")),
 *   Effect.provide(SparkContext.layer({ master: "sc://spark:15002", appName: "Lines" })),
 *   Effect.scoped,
 *   StreamingContext.restartOnLoss,
 * )
 * ```
 */
export const restartOnLoss = <A, E, R, R2 = never>(
  program: Effect.Effect<A, E, R>,
  schedule: Schedule.Schedule<unknown, E, never, R2> = waits,
): Effect.Effect<A, E, R | R2> =>
  Effect.suspend(() => {
    let hasRun = false
    return Effect.retry(program, {
      schedule,
      while: (error) => {
        hasRun ||= hasStoppedContext(error)
        if (!hasRun || !(hasStoppedContext(error) || isLostOrAway(error))) return false
        const reason = error instanceof Error ? explainFailure(error) : String(error)
        return Effect.as(Effect.logWarning(`The program starts again from its checkpoint: ${reason}`), true)
      },
    })
  })
