/**
 * Streams that read the shards of a stream of Kinesis by ranges of sequence numbers.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { invalidOptions } from "../../core/option_checks.ts"
import { inRealTime } from "../../core/steady_clock.ts"
import type { DStream } from "../../dstream/dstream.ts"
import { fromPositions } from "../../dstream/inputs/input.ts"
import type { Positions } from "../../dstream/inputs/positions.ts"
import { durationCheck, millisOf } from "../durations.ts"
import type { SettingError } from "../settings.ts"
import { AllShards, type Assignment } from "./assignment.ts"
import { whenAway } from "./away.ts"
import { openStream, type StreamClient } from "./client.ts"
import type { KinesisError } from "./errors.ts"
import { type AwsService, connectionProblems, endpointCheck, type KinesisConnection } from "./options.ts"
import { type Plan, Planner } from "./planner.ts"
import { type Decode, rangesRDD, textData, wholeRecords } from "./reading.ts"
import type { InitialPosition, KinesisRecord, ShardRange } from "./shard.ts"

/** Options of {@link stream} and {@link textStream}. */
export interface StreamOptions extends KinesisConnection {
  /** Where to begin without a checkpoint, and without leases of an earlier program. Default: `latest`. */
  readonly initialPosition?: InitialPosition | undefined
  /**
   * Shares the stream with other programs of this name: each shard is read by one of them. A table of DynamoDB with this name holds
   * a lease for each shard, and how far batches have read it. Default: the program reads all shards, and no table is used. Spark:
   * `checkpointAppName`.
   */
  readonly applicationName?: string | undefined
  /** How long a program that has died keeps its leases. Default: 10 seconds. */
  readonly leaseDuration?: Duration.Input | undefined
  /** Where DynamoDB is, and the credentials for it. Default: AWS in the same region, and the credentials for Kinesis. */
  readonly dynamodb?: AwsService | undefined
  /**
   * How long the stream waits before it asks a shard again that had no more records. It asks for each batch, and every second
   * in between. The service allows five calls a second for each shard, all readers together. Default: 200 milliseconds.
   */
  readonly readInterval?: Duration.Input | undefined
  /**
   * How many bytes of records may be in memory, fetched ahead or in batches that are not done, before fetching stops. Default:
   * 128 MiB.
   */
  readonly bufferBytes?: number | undefined
  /**
   * What happens if records have been deleted before they were read: the stream keeps them too short a time, or was deleted.
   * `true` (the default): the batch fails. `false`: it goes on with the records that there are, with a warning; the metric
   * `dstream_kinesis_losses` counts these warnings.
   */
  readonly failOnDataLoss?: boolean | undefined
}

const DEFAULTS = { leaseDuration: "10 seconds", readInterval: "200 millis", bufferBytes: 128 * 1024 * 1024 } as const

/** How often shards are asked between batches. */
const FETCH_INTERVAL = Duration.seconds(1)

const describe = (ranges: ReadonlyArray<ShardRange>): string =>
  ranges.filter(({ records }) => records > 0).map(({ first, last, records, shardId }) =>
    `shard: ${shardId}\trecords: ${records}\tsequence numbers: ${first} to ${last}`
  ).join("\n")

const assignmentOf = (
  client: StreamClient,
  { applicationName, failOnDataLoss = true, initialPosition = "latest", ...options }: StreamOptions,
): Effect.Effect<Assignment, KinesisError | SettingError, Scope.Scope> =>
  applicationName === undefined
    ? Effect.succeed(new AllShards(client, initialPosition, failOnDataLoss))
    // Programs without leases do not load the client of DynamoDB.
    : Effect.flatMap(Effect.promise(() => import("./leases.ts")), ({ openLeases }) =>
      openLeases(client, {
        applicationName,
        initialPosition,
        failOnDataLoss,
        leaseMs: millisOf(options.leaseDuration ?? DEFAULTS.leaseDuration),
        region: options.region,
        // An endpoint of Kinesis is none of DynamoDB; credentials are usually the same.
        service: { credentials: options.credentials, ...options.dynamodb },
      }))

const open = <A>(
  operation: string,
  options: StreamOptions,
  decode: Decode<A>,
): Effect.Effect<Positions<Plan, A, KinesisError | SettingError>, KinesisError | SettingError, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* openStream(options)
    const assignment = yield* assignmentOf(client, options)
    const { bufferBytes = DEFAULTS.bufferBytes, failOnDataLoss = true, readInterval = DEFAULTS.readInterval } = options
    const planner = new Planner(client, assignment, {
      bufferBytes,
      failOnDataLoss,
      readIntervalMs: millisOf(readInterval),
    })
    const orWithout = whenAway()
    const fetch = (limit: number) => orWithout(`find new records of ${options.streamName}`, planner.fetch(limit))
    const scope = yield* Effect.scope
    // Errors that stay are found again by the next batch, and are reported there.
    const fetching = Effect.ignore(planner.fill(Infinity)).pipe(
      Effect.schedule(Schedule.spaced(FETCH_INTERVAL)),
      inRealTime,
    )
    return {
      // Wrong credentials or a missing stream are an error of the start. A service that does not answer yet is not.
      begin: Effect.andThen(fetch(Infinity), Effect.asVoid(Effect.forkIn(fetching, scope))),
      plan: (time, limit) =>
        Effect.andThen(
          fetch(limit),
          Effect.sync(() => {
            const plan = planner.plan(time, limit)
            return Option.some({ position: plan, records: plan.ranges.reduce((sum, { records }) => sum + records, 0) })
          }),
        ),
      read: ({ ranges }) =>
        Effect.sync(() => {
          const read = ranges.filter(({ from }) => from.kind !== "end")
          return rangesRDD(operation, client, read, { decode, failOnDataLoss, planned: planner.planned })
        }),
      describe: ({ ranges }) => ({ ranges, Description: describe(ranges) }),
      commit: (plan, time) => planner.commit(plan, time),
      resume: (plans) => Effect.sync(() => planner.resume(plans)),
      summary: Effect.sync(() => planner.idle.ranges.length === 0 ? undefined : planner.idle),
    }
  })

const isTime = (u: unknown): boolean => u instanceof Date ? !Number.isNaN(Number(u)) : Number.isFinite(u)
const isPosition = (u: unknown): boolean =>
  u === "latest" || u === "trimHorizon" || (typeof u === "object" && u !== null && isTime(Reflect.get(u, "at")))

const problemsOf = (where: string, options: StreamOptions): ReadonlyArray<string> => {
  const { applicationName, dynamodb = {}, initialPosition = "latest" } = options
  const { bufferBytes = DEFAULTS.bufferBytes, leaseDuration = DEFAULTS.leaseDuration } = options
  const { readInterval = DEFAULTS.readInterval } = options
  return [
    ...connectionProblems(where, options),
    ...invalidOptions(where, [
      endpointCheck("dynamodb.endpoint", dynamodb),
      [applicationName !== "", "applicationName", applicationName, "the name of a table"],
      [millisOf(leaseDuration) > 0, "leaseDuration", leaseDuration, "a duration above 0"],
      durationCheck("readInterval", readInterval),
      [bufferBytes > 0, "bufferBytes", bufferBytes, "a number above 0"],
      [isPosition(initialPosition), "initialPosition", initialPosition, "latest, trimHorizon or { at: a time }"],
    ]),
  ]
}

const made = <A>(
  operation: "stream" | "textStream",
  options: StreamOptions,
  decode: Decode<A>,
): DStream<A, KinesisError | SettingError> =>
  fromPositions(operation, "Kinesis", open(operation, options, decode), {
    check: () => problemsOf(`Kinesis.${operation}`, options),
  })

/**
 * Makes a stream of the records of a stream of Kinesis. The RDD of a batch has one partition for each shard, with the records in
 * their order.
 *
 * The stream fetches records before batches need them. When a batch is planned, it gets a range of sequence numbers of each
 * shard: records that have been fetched and belong to no earlier batch. They stay in memory until the batch has succeeded. If
 * a range is needed again after that, or by another process, it is fetched again.
 *
 * With a checkpoint each record is in exactly one batch, also after a restart. After a shard was split or merged, its children
 * are read when all of its own records have been read.
 *
 * While the service does not answer, batches have no new records; errors that do not pass, such as wrong credentials, fail at
 * once.
 *
 * Spark: `KinesisInputDStream.builder`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kinesis from "@dstream/dstream/kinesis"
 *
 * const sizes = Kinesis.stream({ streamName: "clicks", region: "eu-central-1", initialPosition: "trimHorizon" }).pipe(
 *   DStream.map(({ data, partitionKey }) => [partitionKey, data.length] as const),
 * )
 * assert.equal(sizes.operation, "map")
 * ```
 */
export const stream = (options: StreamOptions): DStream<KinesisRecord, KinesisError | SettingError> =>
  made("stream", options, wholeRecords)

/**
 * Makes a stream of the data of a stream of Kinesis as UTF-8 text, as {@link stream} makes one of whole records. Invalid bytes
 * become U+FFFD.
 *
 * Spark: `KinesisInputDStream.builder` with `buildWithMessageHandler`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kinesis from "@dstream/dstream/kinesis"
 *
 * const counts = Kinesis.textStream({ streamName: "lines", region: "eu-central-1", applicationName: "word-count" }).pipe(
 *   DStream.flatMap((line) => line.split(" ")),
 *   DStream.countByValue(),
 * )
 * assert.equal(counts.operation, "countByValue")
 * ```
 */
export const textStream = (options: StreamOptions): DStream<string, KinesisError | SettingError> =>
  made("textStream", options, textData)
