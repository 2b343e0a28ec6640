/**
 * Streams that read topics by offset ranges, without a receiver and without joining a group.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { invalidOptions } from "../../core/option_checks.ts"
import { currentTimeMillis } from "../../core/steady_clock.ts"
import type { DStream } from "../../dstream/dstream.ts"
import { fromPositions } from "../../dstream/inputs/input.ts"
import type { Planned, Positions } from "../../dstream/inputs/positions.ts"
import { durationCheck, millisOf } from "../durations.ts"
import type { SettingError } from "../settings.ts"
import { committing, RETRY_MS, whenAway } from "./away.ts"
import type { RDD } from "../../rdd/rdd.ts"
import { type Cluster, type Isolation, openCluster, type TopicPartition } from "./cluster.ts"
import type { KafkaError } from "./errors.ts"
import { countOf, type OffsetRange } from "./offset_range.ts"
import { connectionProblems, type KafkaConnection } from "./options.ts"
import { type Plan, Planner } from "./planner.ts"
import { type Decode, rangesRDD } from "./reading.ts"
import { type KafkaRecord, textValues, wholeRecords } from "./record_blocks.ts"
import { type StartingOffsets, type Subscription, subscriptionProblem } from "./subscription.ts"

/** What a stream or an RDD does about records. */
export interface ReadOptions {
  /**
   * `read_committed` (the default) leaves out the records of transactions that were aborted, and waits for those that are
   * open. `read_uncommitted` reads everything, as Kafka's own consumers do by default.
   */
  readonly isolation?: Isolation | undefined
  /**
   * What happens if records have been deleted before they were read: the topic keeps them too short a time, or was deleted.
   * `true` (the default): the batch fails. `false`: it goes on with the records that there are, with a warning; the metric
   * `dstream_kafka_lost_records` counts what is missing.
   */
  readonly failOnDataLoss?: boolean | undefined
}

/** Options of {@link directStream} and {@link directTextStream}, together with what to subscribe to. */
export interface StreamOptions extends KafkaConnection, ReadOptions {
  /**
   * Where to begin without a checkpoint. Default: `latest`. Partitions that are found while the stream runs are read from their
   * oldest record.
   */
  readonly startingOffsets?: StartingOffsets | undefined
  /** The group to commit offsets to after each batch, for tools that show lag and for `startingOffsets: "committed"`. Nothing joins it. */
  readonly groupId?: string | undefined
  /**
   * The most records a second that a batch reads of a partition, for all partitions or for each; at least one record a batch.
   * Default: no bound. Spark: `spark.streaming.kafka.maxRatePerPartition`, `PerPartitionConfig`.
   */
  readonly maxRatePerPartition?: number | ((partition: TopicPartition) => number) | undefined
  /**
   * Where records are fetched that tasks in workers need. `driver` (the default): on the driver, which sends them to the workers.
   * `workers`: where the task runs, with connections of its own for each task. Workers must reach the brokers then, and find
   * secrets as the driver does. With `failOnDataLoss: false` the driver fetches in any case.
   */
  readonly readOn?: "workers" | "driver" | undefined
  /** How often to look for new partitions and topics. Default: 30 seconds. Kafka: `metadata.max.age.ms`. */
  readonly metadataMaxAge?: Duration.Input | undefined
}

/** Options of a stream. */
export type DirectStreamOptions = StreamOptions & Subscription

const DEFAULT_MAX_AGE = "30 seconds"

const describe = (ranges: ReadonlyArray<OffsetRange>): string =>
  ranges.filter((range) => countOf(range) > 0).map(({ fromOffset, partition, topic, untilOffset }) =>
    `topic: ${topic}\tpartition: ${partition}\toffsets: ${fromOffset} to ${untilOffset}`
  ).join("\n")

/** What a plan is to the runtime. */
const planned = ({ ids, ranges }: Plan): Planned<Plan> => ({
  position: { ranges, ids },
  records: ranges.reduce((sum, range) => sum + countOf(range), 0),
  metadata: { offsets: ranges, Description: describe(ranges) },
})

const open = <A>(
  options: DirectStreamOptions,
  read: (plan: Plan, open: Effect.Effect<Cluster, SettingError, Scope.Scope>) => RDD<A, KafkaError | SettingError>,
): Effect.Effect<Positions<Plan, A, KafkaError | SettingError>, KafkaError | SettingError, Scope.Scope> =>
  Effect.gen(function* () {
    const cluster = yield* openCluster(options)
    const { failOnDataLoss = true, groupId, isolation = "read_committed", maxRatePerPartition: rate = Infinity } =
      options
    const planner = new Planner(cluster, {
      subscription: options,
      startingOffsets: options.startingOffsets ?? "latest",
      groupId,
      isolation,
      failOnDataLoss,
      rateOf: typeof rate === "function" ? rate : () => rate,
      maxAgeMs: millisOf(options.metadataMaxAge ?? DEFAULT_MAX_AGE),
    })
    const orInstead = whenAway()
    let previous = yield* currentTimeMillis
    // A wrong password or a missing topic is an error of the start. Brokers that do not answer yet are not.
    yield* orInstead(cluster.retrying(planner.discover(previous), RETRY_MS), () => undefined)
    const plan = (time: number, limit: number) =>
      Effect.suspend(() => {
        const seconds = time > previous ? (time - previous) / 1000 : 1
        previous = time
        // A leader that moves is found at once. Brokers that are away are not waited for.
        const isHere = ({ reason }: KafkaError) => reason !== "Unreachable"
        const attempt = cluster.retrying(planner.plan(time, seconds, limit), Infinity, isHere)
        return Effect.tap(orInstead(attempt, () => planner.idle), (plan) => Effect.sync(() => planner.advance(plan)))
      })
    return {
      plan: (time, limit) => Effect.map(plan(time, limit), (plan) => Option.some(planned(plan))),
      read: (plan) => Effect.sync(() => read(plan, Effect.succeed(cluster))),
      commit: groupId === undefined ? undefined : committing(cluster, groupId),
      resume: (plans) => Effect.sync(() => planner.resume(plans)),
      summary: Effect.sync(() => planner.idle.ranges.length === 0 ? undefined : planner.idle),
    }
  })

const isRate = (rate: unknown): boolean => typeof rate === "function" || Number(rate) > 0

const problemsOf = (where: string, options: DirectStreamOptions): ReadonlyArray<string> => {
  const { groupId, maxRatePerPartition = Infinity, metadataMaxAge = DEFAULT_MAX_AGE, readOn, startingOffsets } = options
  const subscription = subscriptionProblem(where, options)
  const isStart = startingOffsets !== "committed" || groupId !== undefined
  return [
    ...connectionProblems(where, options),
    ...(subscription === undefined ? [] : [subscription]),
    ...invalidOptions(where, [
      [isRate(maxRatePerPartition), "maxRatePerPartition", maxRatePerPartition, "a number above 0, or a function"],
      durationCheck("metadataMaxAge", metadataMaxAge),
      [readOn === undefined || readOn === "workers" || readOn === "driver", "readOn", readOn, "workers or driver"],
      [isStart, "startingOffsets", "committed", "used with a groupId"],
    ]),
  ]
}

const stream = <A>(
  operation: "directStream" | "directTextStream",
  options: DirectStreamOptions,
  decode: Decode<A>,
): DStream<A, KafkaError | SettingError> => {
  const { failOnDataLoss = true, isolation = "read_committed", readOn = "driver" } = options
  const read = ({ ids, ranges }: Plan, open: Effect.Effect<Cluster, SettingError, Scope.Scope>) =>
    rangesRDD(operation, ranges, { decode, isolation, failOnDataLoss, ids }, open)
  // What is left out is logged and counted, which the driver would not see of workers.
  const isReadInWorkers = readOn === "workers" && failOnDataLoss
  return fromPositions(operation, "Kafka", open(options, read), {
    check: () => problemsOf(`Kafka.${operation}`, options),
    readInWorkers: isReadInWorkers ? (plan: Plan) => read(plan, openCluster(options)) : undefined,
  })
}

/**
 * Makes a stream of the records of Kafka topics. The RDD of a batch has one partition for each partition of the topics, with the
 * records in their order.
 *
 * Each batch plans a range of offsets for each partition, reads it where a job computes it, and commits it when the batch has
 * succeeded. No receiver stores the records and no group is joined. With a checkpoint each record is in exactly one batch, also
 * after a restart. The bound of back-pressure is shared out by lag. While no broker answers, batches have no new records;
 * errors that do not pass, such as a wrong password, fail at once.
 *
 * Spark: `KafkaUtils.createDirectStream`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kafka from "@dstream/dstream/kafka"
 *
 * const sizes = Kafka.directStream({ brokers: "localhost:9092", subscribe: "clicks", startingOffsets: "earliest" }).pipe(
 *   DStream.map(({ offset, partition, value }) => [partition, offset, value?.length ?? 0] as const),
 * )
 * assert.equal(sizes.operation, "map")
 * ```
 */
export const directStream = (options: DirectStreamOptions): DStream<KafkaRecord, KafkaError | SettingError> =>
  stream("directStream", options, wholeRecords)

/**
 * Makes a stream of the values of Kafka topics as UTF-8 text, as {@link directStream} makes one of whole records. Values stay
 * bytes until a job reads them. A record without a value gives an empty string; invalid bytes become U+FFFD.
 *
 * Spark: `KafkaUtils.createDirectStream` with `StringDeserializer`, and `map(_.value)`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kafka from "@dstream/dstream/kafka"
 *
 * const counts = Kafka.directTextStream({ brokers: "localhost:9092", subscribe: ["words"] }).pipe(
 *   DStream.flatMap((line) => line.split(" ")),
 *   DStream.countByValue(),
 * )
 * assert.equal(counts.operation, "countByValue")
 * ```
 */
export const directTextStream = (options: DirectStreamOptions): DStream<string, KafkaError | SettingError> =>
  stream("directTextStream", options, textValues)
