/**
 * Spark Streaming's DStreams for Deno, on Effect: a stream as a sequence of RDDs, one for each batch interval.
 *
 * @example
 * ```ts
 * import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
 * import { Effect } from "effect"
 *
 * const wordCounts = DStream.socketTextStream("localhost", 9999).pipe(
 *   DStream.flatMap((line) => line.split(" ")),
 *   DStream.map((word) => [word, 1]),
 *   DStream.reduceByKey((a, b) => a + b),
 * )
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(wordCounts)])
 *   yield* StreamingContext.awaitTermination(active)
 * })
 *
 * if (import.meta.main) {
 *   program.pipe(
 *     Effect.provide(Scheduler.layer("1 second")),
 *     Effect.provide(SparkContext.layer({ master: "local[2]", appName: "NetworkWordCount" })),
 *     runMain,
 *   )
 * }
 * ```
 *
 * @module
 */
/** Values that tasks add to, and that the driver reads. */
export * as Accumulator from "./lib/accumulator.ts"
export * as Broadcast from "./lib/broadcast.ts"
export * as DriverState from "./lib/driver_state.ts"
export * as DStream from "./lib/dstream.ts"
export * as Durations from "./lib/durations.ts"
export * as Graph from "./lib/graph.ts"
export * as Interval from "./lib/interval.ts"
export * as OutputPolicy from "./lib/output_policy.ts"
export * as Partitioner from "./lib/partitioner.ts"
export * as RDD from "./lib/rdd.ts"
export * as Receiver from "./lib/receiver.ts"
export * as Scheduler from "./lib/scheduler.ts"
export * as Sockets from "./lib/sockets.ts"
export * as SparkContext from "./lib/spark_context.ts"
export * as StateSpec from "./lib/state_spec.ts"
export * as StorageLevel from "./lib/storage_level.ts"
export * as StreamingContext from "./lib/streaming_context.ts"
export * as Text from "./lib/text.ts"
export * as Time from "./lib/time.ts"
export { runMain } from "./lib/run_main.ts"
