/**
 * Transactions: batches of records and a mark that become visible together.
 *
 * @module
 */
import {
  addOffsetsToTxnV3,
  addPartitionsToTxnV3,
  type Connection,
  createAPI,
  describeTransactionsV0,
  endTxnV3,
  initProducerIdV4,
  produceV9,
  txnOffsetCommitV3,
  Writer,
} from "@platformatic/kafka"
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import { byTopic, type Cluster, nameOf, type TopicPartition } from "./cluster.ts"
import type { BatchBuilder, Compression } from "./encoding.ts"
import { hasCode, type KafkaError } from "./errors.ts"
import type { Address } from "./options.ts"

/** A batch of records for a partition. */
export interface Outgoing extends TopicPartition {
  readonly batch: BatchBuilder
}

/** A note about a partition that is kept in a group, where consumers keep the offset to go on from. */
export interface Mark extends TopicPartition {
  readonly group: string
  readonly offset: number
  readonly metadata: string
}

interface Encoded extends TopicPartition {
  readonly bytes: Uint8Array
}

/** How long brokers wait for their replicas. */
const PRODUCE_TIMEOUT_MS = 25_000
/** For how many milliseconds brokers are asked to end the transaction before the current one, whatever `retryFor` says. */
const END_PREVIOUS_MS = 60_000
/** All replicas that are in sync have the records when the broker answers. */
const ALL_REPLICAS = -1

const produceRequest = (transactionalId: string, batches: ReadonlyArray<Encoded>): Writer =>
  Writer.create()
    .appendString(transactionalId)
    .appendInt16(ALL_REPLICAS)
    .appendInt32(PRODUCE_TIMEOUT_MS)
    .appendArray(byTopic(batches, (each) => each), (writer, { name, partitions }) => {
      writer.appendString(name).appendArray(partitions, (writer, { bytes, partition }) => {
        writer.appendInt32(partition)
          .appendUnsignedVarInt(bytes.length + 1)
          .append(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      })
    })
    .appendTaggedFields()

const produceAPI = createAPI<Parameters<typeof produceRequest>, unknown>(0, 9, produceRequest, produceV9.parseResponse)

/** A batch that the broker has, because the answer to it got lost and it was sent again. */
const isRepeated = (error: KafkaError): boolean => hasCode(error, "DUPLICATE_SEQUENCE_NUMBER")

/**
 * An open transaction. Only one process at a time can have one for a transactional id: beginning one ends that of a
 * predecessor, which then cannot write or commit any more.
 */
export class Transaction {
  readonly #cluster: Cluster
  readonly #id: string
  readonly #compression: Compression
  readonly #producerId: bigint
  readonly #epoch: number
  /** Partitions that belong to the transaction, with how many records each was sent. */
  readonly #sent = new Map<string, number>()
  #hasBegun = false

  constructor(cluster: Cluster, id: string, compression: Compression, producerId: bigint, epoch: number) {
    this.#cluster = cluster
    this.#id = id
    this.#compression = compression
    this.#producerId = producerId
    this.#epoch = epoch
  }

  /** Asks the broker that keeps the transaction. */
  readonly #coordinated = <A>(
    operation: string,
    send: (connection: Connection) => Promise<A>,
    retryMs?: number,
  ): Effect.Effect<A, KafkaError> =>
    this.#cluster.retrying(atCoordinator(this.#cluster, "transaction", this.#id, operation, send), retryMs)

  readonly #addPartitions = (
    partitions: ReadonlyArray<TopicPartition>,
    retryMs?: number,
  ): Effect.Effect<void, KafkaError> =>
    this.#coordinated(
      `begin to write to ${partitions.map(nameOf).join(", ")}`,
      async (connection) => {
        await addPartitionsToTxnV3.api.async(connection, [{
          transactionalId: this.#id,
          producerId: this.#producerId,
          producerEpoch: this.#epoch,
          verifyOnly: false,
          topics: byTopic(partitions, ({ partition }) => partition),
        }])
        this.#hasBegun = true
      },
      retryMs,
    )

  readonly #addGroup = (group: string, retryMs?: number): Effect.Effect<void, KafkaError> =>
    this.#coordinated(
      `add the group ${group} to a transaction`,
      async (connection) => {
        await addOffsetsToTxnV3.api.async(connection, this.#id, this.#producerId, this.#epoch, group)
        this.#hasBegun = true
      },
      retryMs,
    )

  /** Sends batches, at most one for each partition. They are stored when it succeeds, but not visible. */
  readonly send = (batches: ReadonlyArray<Outgoing>): Effect.Effect<void, KafkaError> =>
    Effect.gen({ self: this }, function* () {
      const fresh = batches.filter((each) => !this.#sent.has(nameOf(each)))
      if (fresh.length > 0) {
        yield* this.#addPartitions(fresh)
        for (const each of fresh) this.#sent.set(nameOf(each), 0)
      }
      const encoded = batches.map(({ batch, partition, topic }): Encoded => ({
        topic,
        partition,
        bytes: batch.encode({
          producerId: this.#producerId,
          producerEpoch: this.#epoch,
          sequence: this.#sent.get(nameOf({ topic, partition })) ?? 0,
          compression: this.#compression,
        }),
      }))
      yield* Effect.forEach(encoded, (each) => this.#produce(each), { concurrency: "unbounded", discard: true })
      for (const { batch, ...place } of batches) {
        this.#sent.set(nameOf(place), (this.#sent.get(nameOf(place)) ?? 0) + batch.count)
      }
    })

  /** Sends a batch until a broker has it. Its sequence number keeps it from being stored twice. */
  readonly #produce = (batch: Encoded): Effect.Effect<void, KafkaError> => {
    const operation = `write to ${nameOf(batch)}`
    const attempt = Effect.flatMap(
      Effect.suspend(() => this.#cluster.leader(batch, operation)),
      (broker: Address) =>
        this.#cluster.call(broker, operation, (connection) => produceAPI.async(connection, this.#id, [batch])),
    )
    return this.#cluster.retrying(Effect.catchIf(attempt, isRepeated, () => Effect.void))
  }

  /** Makes everything that was sent visible, together with the mark. */
  readonly commit = ({ group, metadata, offset, partition, topic }: Mark): Effect.Effect<void, KafkaError> =>
    Effect.gen({ self: this }, function* () {
      const offsets = {
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: metadata,
      }
      yield* this.#addGroup(group)
      yield* this.#cluster.retrying(atCoordinator(
        this.#cluster,
        "group",
        group,
        `commit to the group ${group}`,
        (connection) =>
          txnOffsetCommitV3.api.async(connection, this.#id, group, this.#producerId, this.#epoch, -1, "", null, [
            { name: topic, partitions: [offsets] },
          ]),
      ))
      yield* this.#end(true)
    })

  /**
   * Ends the transaction before this one again, in the partitions and in the group, for brokers that have lost its end. Called
   * before anything is sent.
   */
  readonly endPrevious = (
    partitions: ReadonlyArray<TopicPartition>,
    group: string,
    isCommitted: boolean,
  ): Effect.Effect<void, KafkaError> =>
    // The end of a transaction also ends what the same producer has left open in the partitions that belong to it.
    this.#addPartitions(partitions, END_PREVIOUS_MS).pipe(
      Effect.andThen(this.#addGroup(group, END_PREVIOUS_MS)),
      Effect.andThen(this.#end(isCommitted, END_PREVIOUS_MS)),
      // To abort what was to be committed would delete a batch that counts as written.
      Effect.ensuring(Effect.sync(() => this.#hasBegun = false)),
      Effect.uninterruptible,
    )

  readonly #end = (isCommitted: boolean, retryMs?: number): Effect.Effect<void, KafkaError> =>
    this.#coordinated(
      isCommitted ? "commit a transaction" : "abort a transaction",
      async (connection) => {
        await endTxnV3.api.async(connection, this.#id, this.#producerId, this.#epoch, isCommitted)
        this.#hasBegun = false
      },
      retryMs,
    )

  /** Aborts the transaction if it is open, so that readers need not wait for its end. */
  readonly abort: Effect.Effect<void, KafkaError> = Effect.suspend(() =>
    this.#hasBegun ? this.#end(false) : Effect.void
  )
}

/** Asks the broker that keeps a group or a transactional id. One attempt. */
const atCoordinator = <A>(
  cluster: Cluster,
  kind: "group" | "transaction",
  key: string,
  operation: string,
  send: (connection: Connection) => Promise<A>,
): Effect.Effect<A, KafkaError> =>
  Effect.flatMap(
    Effect.suspend(() => cluster.coordinator(kind, key, operation)),
    (broker) => cluster.call(broker, operation, send),
  )

/** How the transaction before the current one has ended. Undefined if the brokers do not know. */
export type PreviousEnd = "committed" | "aborted" | undefined

/** How the last transaction of an id has ended, if it has ended. */
const previousEnd = (cluster: Cluster, id: string): Effect.Effect<PreviousEnd, KafkaError> =>
  atCoordinator(
    cluster,
    "transaction",
    id,
    `ask how the last transaction of ${id} has ended`,
    (connection) => describeTransactionsV0.api.async(connection, [id]),
  ).pipe(
    Effect.map(({ transactionStates: [found] }): PreviousEnd =>
      found?.transactionState === "CompleteCommit"
        ? "committed"
        : found?.transactionState === "CompleteAbort"
        ? "aborted"
        : undefined
    ),
    Effect.catchIf((error) => hasCode(error, "TRANSACTIONAL_ID_NOT_FOUND"), () => Effect.succeed(undefined)),
  )

/** Begins a transaction, and ends that of a predecessor with the same id. */
export const beginTransaction = (
  cluster: Cluster,
  id: string,
  timeoutMs: number,
  compression: Compression,
): Effect.Effect<{ readonly transaction: Transaction; readonly previous: PreviousEnd }, KafkaError> => {
  const begin = atCoordinator(
    cluster,
    "transaction",
    id,
    `take over the transactional id ${id}`,
    (connection) => initProducerIdV4.api.async(connection, id, timeoutMs, -1n, -1),
  )
  // Asked in the same attempt: the brokers forget the end when the next transaction begins.
  const attempt = Effect.flatMap(
    previousEnd(cluster, id),
    (previous) =>
      Effect.map(begin, ({ producerEpoch, producerId }) => ({
        transaction: new Transaction(cluster, id, compression, producerId, producerEpoch),
        previous,
      })),
  )
  return cluster.retrying(attempt)
}
