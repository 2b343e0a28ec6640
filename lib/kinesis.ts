/**
 * Amazon Kinesis Data Streams as a source that is read by ranges of sequence numbers.
 *
 * **Guarantees.** With a checkpoint, in: exactly once; at least once when a program takes over the shards of one that has died.
 *
 * Needs the npm packages `@aws-sdk/client-kinesis`, `@smithy/node-http-handler` and, for programs that share a stream,
 * `@aws-sdk/client-dynamodb`, and the permissions net, env and sys; read as well if region or credentials are in files.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kinesis from "@dstream/dstream/kinesis"
 *
 * const words = Kinesis.textStream({ streamName: "lines", region: "eu-central-1" }).pipe(
 *   DStream.flatMap((line) => line.split(" ")),
 * )
 * assert.equal(words.operation, "flatMap")
 * ```
 *
 * @module
 */
export { KinesisError, type KinesisReason } from "./connector/kinesis/errors.ts"
export type {
  AwsCredentials,
  AwsKeys,
  AwsService,
  KinesisConnection,
  ProvidedKeys,
} from "./connector/kinesis/options.ts"
export type { InitialPosition, KinesisRecord } from "./connector/kinesis/shard.ts"
export { stream, type StreamOptions, textStream } from "./connector/kinesis/stream.ts"
export { type SecretSetting, type Setting, SettingError } from "./connector/settings.ts"
