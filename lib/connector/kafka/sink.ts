/**
 * Kafka as a sink.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { invalidOptions } from "../../core/option_checks.ts"
import { giveWayIfDue } from "../../core/pace.ts"
import { inRealTime } from "../../core/steady_clock.ts"
import type { Sink, SinkBatch, SinkTransaction } from "../../dstream/outputs/sink.ts"
import type { SettingError } from "../settings.ts"
import { type Cluster, nameOf, openCluster } from "./cluster.ts"
import { BatchBuilder, type Compression, partitionOfKey } from "./encoding.ts"
import { type KafkaError, lasting } from "./errors.ts"
import { committedMark } from "./lost_ends.ts"
import { addMark, isMarked, readMarks, writeMarks } from "./marks.ts"
import { connectionProblems, type KafkaConnection } from "./options.ts"
import { beginTransaction, type Outgoing, type Transaction } from "./transaction.ts"

/** A record to write. Strings are written as UTF-8. */
export interface OutgoingRecord {
  /** The topic. Default: that of the sink. */
  readonly topic?: string | undefined
  /**
   * The partition. Default: chosen by the key, as Kafka's own producers do. Records without a key go to the partitions of the
   * topic in turns, those of one partition of the RDD together.
   */
  readonly partition?: number | undefined
  /** The key. Default: none. */
  readonly key?: string | Uint8Array | null | undefined
  /** The value; null deletes the key from a compacted topic. */
  readonly value: string | Uint8Array | null
  /** The headers, in order. Default: none. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string | Uint8Array | null]> | undefined
  /** Milliseconds since the epoch. Default: the batch time. */
  readonly timestamp?: number | undefined
}

/** Where to write to, and how. */
export interface SinkOptions<in A> extends KafkaConnection {
  /** The topic. It must exist. */
  readonly topic: string
  /**
   * A name that is unique to the program among all that use the cluster, and stays the same when it restarts. With the name of
   * the output it is the transactional id, and the group that keeps the marks of the batches.
   */
  readonly transactionalIdPrefix: string
  /** Makes the record to write. */
  readonly record: (record: A) => OutgoingRecord
  /** How batches of records are compressed. Default: `none`. */
  readonly compression?: Compression | undefined
  /**
   * After how many milliseconds brokers abort a transaction that was not committed. Default: 60,000. Must be longer than a batch
   * takes to be written, and at most what the brokers allow (`transaction.max.timeout.ms`, 15 minutes).
   */
  readonly transactionTimeout?: number | undefined
}

/** Batches are sent when they are as large as that. Brokers refuse those above 1 MiB by default. */
const SEND_BYTES = 900_000
/** How long the end of a batch that failed may wait for its transaction to be aborted. */
const ABORT_LIMIT = "2 seconds"

const encoder = new TextEncoder()

const bytesOf = (value: string | Uint8Array | null | undefined): Uint8Array | null =>
  typeof value === "string" ? encoder.encode(value) : value ?? null

/** Collects the records of a batch, and sends them when enough have come together. */
class Sending<A> {
  readonly #cluster: Cluster
  readonly #transaction: Transaction
  readonly #options: SinkOptions<A>
  readonly #time: number
  readonly #partitions = new Map<string, number>()
  #outgoing = new Map<string, Outgoing>()
  /** Which partition records without a key go to. Batches do not all begin with the same one. */
  #turn: number

  constructor(cluster: Cluster, transaction: Transaction, options: SinkOptions<A>, time: number) {
    this.#cluster = cluster
    this.#transaction = transaction
    this.#options = options
    this.#time = time
    this.#turn = partitionOfKey(encoder.encode(String(time)), 2 ** 16)
  }

  /** Looks up how many partitions topics have. */
  readonly #know = (topics: ReadonlySet<string>): Effect.Effect<void, KafkaError> =>
    Effect.forEach(topics, (name) =>
      this.#partitions.has(name) ? Effect.void : Effect.map(
        this.#cluster.retrying(this.#cluster.topic(name, `write to ${name}`)),
        ({ leaders }) => void this.#partitions.set(name, leaders.length),
      ), { discard: true })

  /** Adds records from an index on. Gives the index behind the one with which a batch has become full. */
  #fill(records: ReadonlyArray<OutgoingRecord>, from: number): number {
    for (let i = from; i < records.length; i++) {
      const { headers = [], key: given, partition, timestamp = this.#time, topic = this.#options.topic, value } =
        records[i]!
      const key = bytesOf(given)
      const count = this.#partitions.get(topic) ?? 1
      const place = { topic, partition: partition ?? (key === null ? this.#turn % count : partitionOfKey(key, count)) }
      const name = nameOf(place)
      const { batch } = this.#outgoing.get(name) ?? { batch: new BatchBuilder() }
      if (batch.count === 0) this.#outgoing.set(name, { ...place, batch })
      batch.add({
        key,
        value: bytesOf(value),
        headers: headers.map(([name, value]) => [encoder.encode(name), bytesOf(value)]),
        timestamp,
      })
      if (batch.size >= SEND_BYTES) return i + 1
    }
    this.#turn++
    return records.length
  }

  readonly write = (given: ReadonlyArray<A>): Effect.Effect<void, KafkaError> =>
    Effect.gen({ self: this }, function* () {
      const records = yield* Effect.try({
        try: () => given.map((record) => this.#options.record(record)),
        catch: (cause) => lasting("Refused", "make the records to write", cause),
      })
      const { topic } = this.#options
      yield* this.#know(new Set(records.map((record) => record.topic ?? topic)))
      for (let at = 0; at < records.length;) {
        at = this.#fill(records, at)
        if (at < records.length) yield* this.flush
        yield* giveWayIfDue
      }
    })

  /** Sends what has come together. */
  readonly flush: Effect.Effect<void, KafkaError> = Effect.suspend(() => {
    const batches = Array.from(this.#outgoing.values())
    this.#outgoing = new Map()
    return batches.length === 0 ? Effect.void : this.#transaction.send(batches)
  })
}

type Begun<A> = SinkTransaction<A, KafkaError | SettingError>

const begin = <A>(
  options: SinkOptions<A>,
  { output, time }: SinkBatch,
): Effect.Effect<Begun<A> | undefined, KafkaError | SettingError, Scope.Scope> =>
  Effect.gen(function* () {
    const { compression = "none", topic, transactionTimeout = 60_000 } = options
    const id = `${options.transactionalIdPrefix}-${output}`
    const cluster = yield* openCluster(options)
    const { previous, transaction } = yield* Effect.acquireRelease(
      beginTransaction(cluster, id, transactionTimeout, compression),
      ({ transaction }) =>
        transaction.abort.pipe(
          Effect.interruptible,
          Effect.timeoutOption(ABORT_LIMIT),
          inRealTime,
          // The next transaction with this id aborts this one, and so do the brokers after its time limit.
          Effect.ignore,
        ),
    )
    const place = { topic, partition: 0 }
    // The transaction has begun, which has fenced other processes. So the marks that are read here cannot change.
    const marks = readMarks(yield* committedMark(cluster, transaction, previous, id, place))
    const marked = isMarked(marks, time)
    if (marked === true) return undefined
    if (marked === "unknown") {
      return yield* Effect.fail(
        lasting(
          "Refused",
          `write the batch ${time} ms of ${output}`,
          `the group ${id} lists newer batches only, so it may have been written before or not`,
        ),
      )
    }
    const sending = new Sending(cluster, transaction, options, time)
    const added = addMark(marks, time)
    return {
      write: sending.write,
      commit: Effect.andThen(
        sending.flush,
        transaction.commit({ ...place, group: id, offset: added[0] ?? time, metadata: writeMarks(added) }),
      ),
    }
  })

const isName = (u: unknown): boolean => typeof u === "string" && u !== ""

const problemsOf = <A>(options: SinkOptions<A>): ReadonlyArray<string> => {
  const where = "Kafka.sink"
  const { topic, transactionalIdPrefix } = options
  return [
    ...connectionProblems(where, options),
    ...invalidOptions(where, [
      [isName(topic), "topic", topic, "a name"],
      [isName(transactionalIdPrefix), "transactionalIdPrefix", transactionalIdPrefix, "a name"],
    ]),
  ]
}

/**
 * Writes batches of `DStream.saveTo` to Kafka exactly once.
 *
 * Each batch is one transaction, which also commits a mark of the batch, so that a batch that was written before is not written
 * again. Consumers that read with `read_committed` see all records of a batch or none. Beginning a transaction ends that of any
 * other process with the same transactional id, which then fails with `Fenced`. It connects for each batch.
 *
 * Marks are kept in a group. Brokers delete the offsets of groups that nothing has committed to for a week
 * (`offsets.retention.minutes`). A program that is away for longer may write the batch that was in progress again.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Kafka from "@dstream/dstream/kafka"
 * import { Testing } from "@dstream/dstream/testing"
 *
 * const sink = Kafka.sink({
 *   brokers: "localhost:9092",
 *   topic: "counts",
 *   transactionalIdPrefix: "word-count",
 *   record: ([word, n]: readonly [string, number]) => ({ key: word, value: String(n) }),
 * })
 * const output = Testing.input<[string, number]>([[["a", 1]]]).pipe(DStream.saveTo(sink, "counts"))
 * assert.equal(output.operation, "saveTo")
 * ```
 */
export const sink = <A>(options: SinkOptions<A>): Sink<A, KafkaError | SettingError> => ({
  problems: problemsOf(options),
  begin: (batch) => begin(options, batch),
})
