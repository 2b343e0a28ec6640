/**
 * A Kafka cluster: finds the broker that has to be asked, asks it, and asks again as long as that may help.
 *
 * @module
 */
import {
  findCoordinatorV4,
  listOffsetsV7,
  metadataV12,
  offsetCommitV8,
  offsetFetchV8,
  ResponseError,
} from "@platformatic/kafka"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { inRealTime } from "../../core/steady_clock.ts"
import type { SettingError } from "../settings.ts"
import { type Call, connections } from "./connections.ts"
import { KafkaError, refused, thrown } from "./errors.ts"
import { type Exchange, exchanges } from "./exchange.ts"
import { decodeFetched, encodeFetch, type Fetched, fetchRecords, type Wanted } from "./fetch.ts"
import { type Address, type KafkaConnection, type ReadConnection, readConnection } from "./options.ts"

/** A partition of a topic. */
export interface TopicPartition {
  /** The name of the topic. */
  readonly topic: string
  /** The number of the partition, from 0. */
  readonly partition: number
}

/** A topic, as the brokers describe it. */
export interface Topic {
  readonly name: string
  /** The id that no other topic has, also none with the same name before or after it. */
  readonly id: string
  /** The id of the broker that leads each partition; -1 for a partition that has no leader at the moment. */
  readonly leaders: ReadonlyArray<number>
}

/** What a group has committed for a partition. */
export interface Committed {
  readonly offset: number
  readonly metadata: string
}

/** The name of a partition, such as `words-0`. */
export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

/** Whether to see what transactions have written that are not committed. */
export type Isolation = "read_committed" | "read_uncommitted"

/** The times that stand for the first offset and for the one behind the last record. */
export const [EARLIEST, LATEST] = [-2n, -1n]

const level = (isolation: Isolation) => isolation === "read_committed" ? 1 : 0

/** Gives the answer also where it has error codes, which are then looked at one by one. */
const withCodes = async <A>(answer: Promise<A>): Promise<A> => {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ResponseError && "response" in error) return error.response as A
    throw error
  }
}

/** Groups by topic, in the way in which requests list partitions. */
export const byTopic = <A extends TopicPartition, B>(
  partitions: ReadonlyArray<A>,
  f: (partition: A) => B,
): Array<{ readonly name: string; readonly partitions: Array<B> }> =>
  Array.from(
    Map.groupBy(partitions, ({ topic }) => topic),
    ([name, some]) => ({ name, partitions: some.map(f) }),
  )

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [20, 1_000]

/** What is asked of a cluster. One attempt each, unless it says otherwise. */
export class Cluster {
  readonly call: Call
  readonly #exchange: Exchange | undefined
  readonly #options: ReadConnection
  readonly #brokers = new Map<number, Address>()
  readonly #topics = new Map<string, Topic>()
  readonly #coordinators = new Map<string, Address>()

  /** `exchange` is used to read records, where it is there. */
  constructor(options: ReadConnection, call: Call, exchange?: Exchange) {
    this.#options = options
    this.call = call
    this.#exchange = exchange
  }

  /**
   * Asks again while errors are temporary and `may` allows it, for so many milliseconds. Default: as long as the option
   * `retryFor` says.
   */
  retrying<A, R>(
    attempt: Effect.Effect<A, KafkaError, R>,
    retryMs: number = this.#options.retryMs,
    may: (error: KafkaError) => boolean = () => true,
  ): Effect.Effect<A, KafkaError, R> {
    const forget = Effect.sync(() => {
      this.#topics.clear()
      this.#coordinators.clear()
    })
    return Effect.gen(function* () {
      const begin = yield* inRealTime(Clock.currentTimeMillis)
      const again = (waitMs: number): Effect.Effect<A, KafkaError, R> =>
        Effect.catchIf(attempt, (error) => error.isTemporary && may(error), (error) =>
          Effect.gen(function* () {
            const now = yield* inRealTime(Clock.currentTimeMillis)
            if (now - begin + waitMs > retryMs) return yield* Effect.fail(error)
            yield* inRealTime(Effect.sleep(waitMs))
            yield* forget
            return yield* again(Math.min(LONGEST_WAIT_MS, 2 * waitMs))
          }))
      return yield* again(FIRST_WAIT_MS)
    })
  }

  /** Asks the brokers one after the other, until one answers. */
  readonly #any = <A>(operation: string, send: Parameters<Call>[2]): Effect.Effect<A, KafkaError> => {
    const attempt = (addresses: ReadonlyArray<Address>): Effect.Effect<A, KafkaError> => {
      const [first, ...others] = addresses
      if (first === undefined) return Effect.die(new Error("no brokers"))
      const one = this.call(first, operation, send as (connection: Parameters<typeof send>[0]) => Promise<A>)
      return others.length === 0
        ? one
        : Effect.catchIf(one, ({ reason }) => reason === "Unreachable", () => attempt(others))
    }
    return attempt([...this.#options.brokers, ...this.#brokers.values()])
  }

  /** Describes topics; all but internal ones if no names are given. Those that do not exist are left out. */
  readonly topics = (names?: ReadonlyArray<string>): Effect.Effect<ReadonlyMap<string, Topic>, KafkaError> => {
    const operation = names === undefined ? "list the topics" : `find the topic ${names.join(", ")}`
    const wanted = names === undefined ? null : [...names]
    type Answer = Awaited<ReturnType<typeof metadataV12.api.async>>
    const answer = this.#any<Answer>(
      operation,
      (connection) => withCodes(metadataV12.api.async(connection, wanted, false)),
    )
    return Effect.flatMap(answer, ({ brokers, topics }) => {
      for (const { host, nodeId, port } of brokers) this.#brokers.set(nodeId, { host, port })
      const found = new Map<string, Topic>()
      for (const { errorCode, isInternal, name, partitions, topicId } of topics) {
        if (name === null || name === undefined) continue
        if (errorCode !== 0) {
          const error = refused(`find the topic ${name}`, errorCode)
          if (error.reason === "UnknownTopic") continue
          return Effect.fail(error)
        }
        const leaders: Array<number> = []
        for (const { leaderId, partitionIndex } of partitions) leaders[partitionIndex] = leaderId
        const topic = { name, id: topicId, leaders }
        this.#topics.set(name, topic)
        if (names !== undefined || !isInternal) found.set(name, topic)
      }
      return Effect.succeed(found)
    })
  }

  /** The topic as it was described last, or as it is now. */
  readonly topic = (name: string, operation: string): Effect.Effect<Topic, KafkaError> => {
    const known = this.#topics.get(name)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.flatMap(this.topics([name]), (found) => {
      const topic = found.get(name)
      return topic === undefined ? Effect.fail(refused(operation, 3)) : Effect.succeed(topic)
    })
  }

  /** The broker that leads a partition. */
  readonly leader = ({ partition, topic }: TopicPartition, operation: string): Effect.Effect<Address, KafkaError> =>
    Effect.flatMap(this.topic(topic, operation), ({ leaders }) => {
      const leader = leaders[partition]
      if (leader === undefined) return Effect.fail(refused(operation, 3))
      const address = this.#brokers.get(leader)
      if (address !== undefined) return Effect.succeed(address)
      this.#topics.delete(topic)
      return Effect.fail(refused(operation, 5))
    })

  /** The offsets of partitions at a time in milliseconds, or at {@link EARLIEST} or {@link LATEST}; -1 where no record is later. */
  readonly offsets = (
    partitions: ReadonlyArray<TopicPartition>,
    time: bigint,
    isolation: Isolation,
  ): Effect.Effect<ReadonlyMap<string, number>, KafkaError> => {
    const operation = `find offsets of ${[...new Set(partitions.map(({ topic }) => topic))].join(", ")}`
    const found = new Map<string, number>()
    return Effect.gen({ self: this }, function* () {
      const led: Array<TopicPartition & { readonly broker: Address }> = []
      for (const each of partitions) led.push({ ...each, broker: yield* this.leader(each, operation) })
      for (const [broker, some] of Map.groupBy(led, ({ broker }) => broker)) {
        const asked = byTopic(some, ({ partition }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: -1,
          timestamp: time,
        }))
        const { topics } = yield* this.call(
          broker,
          operation,
          (connection) => withCodes(listOffsetsV7.api.async(connection, -1, level(isolation), asked)),
        )
        for (const { name, partitions } of topics) {
          for (const { errorCode, offset, partitionIndex } of partitions) {
            if (errorCode !== 0) {
              this.#topics.delete(name)
              return yield* Effect.fail(refused(`find the offset of ${name}-${partitionIndex}`, errorCode))
            }
            found.set(nameOf({ topic: name, partition: partitionIndex }), Number(offset))
          }
        }
      }
      return found
    })
  }

  #fetch(broker: Address, operation: string, wanted: Wanted): Effect.Effect<Fetched, KafkaError> {
    const exchange = this.#exchange
    if (exchange === undefined) return this.call(broker, operation, (connection) => fetchRecords(connection, wanted))
    return Effect.flatMap(
      exchange(broker, operation, encodeFetch(this.#options.clientId, wanted)),
      (answer) => Effect.try({ try: () => decodeFetched(answer), catch: thrown(operation) }),
    )
  }

  /**
   * Reads batches of records from an offset on, in all about as many bytes. `id`: the id of the topic, if the caller knows it; else
   * it is looked up by name.
   */
  readonly fetch = (
    from: TopicPartition,
    offset: number,
    maxBytes: number,
    isolation: Isolation,
    id?: string,
  ): Effect.Effect<Fetched, KafkaError> => {
    const operation = `read ${nameOf(from)} from offset ${offset}`
    return Effect.gen({ self: this }, function* () {
      const broker = yield* this.leader(from, operation)
      const topicId = id ?? (yield* this.topic(from.topic, operation)).id
      const wanted = { topicId, partition: from.partition, offset, isolation: level(isolation), maxBytes }
      const fetched = yield* this.#fetch(broker, operation, wanted)
      if (fetched.errorCode === 0) return fetched
      this.#topics.delete(from.topic)
      const error = refused(operation, fetched.errorCode)
      if (error.reason !== "UnknownTopic") return yield* Effect.fail(error)
      // The broker may not have heard of the topic yet.
      const exists = (yield* this.topics([from.topic])).get(from.topic)?.id === topicId
      return yield* Effect.fail(new KafkaError({ ...error, isTemporary: exists }))
    })
  }

  /** The broker that keeps the offsets of a group, or the transactions of a transactional id. */
  readonly coordinator = (
    kind: "group" | "transaction",
    key: string,
    operation: string,
  ): Effect.Effect<Address, KafkaError> => {
    const known = this.#coordinators.get(`${kind} ${key}`)
    if (known !== undefined) return Effect.succeed(known)
    type Answer = Awaited<ReturnType<typeof findCoordinatorV4.api.async>>
    const answer = this.#any<Answer>(
      operation,
      (connection) => withCodes(findCoordinatorV4.api.async(connection, kind === "group" ? 0 : 1, [key])),
    )
    return Effect.flatMap(answer, ({ coordinators: [found] }) => {
      if (found === undefined || found.errorCode !== 0) return Effect.fail(refused(operation, found?.errorCode ?? 15))
      const { host, port } = found
      this.#coordinators.set(`${kind} ${key}`, { host, port })
      return Effect.succeed({ host, port })
    })
  }

  /** What a group has committed. Partitions without an offset are left out. */
  readonly committed = (
    group: string,
    partitions: ReadonlyArray<TopicPartition>,
  ): Effect.Effect<ReadonlyMap<string, Committed>, KafkaError> => {
    const operation = `read the offsets of the group ${group}`
    const topics = byTopic(partitions, ({ partition }) => partition)
      .map(({ name, partitions }) => ({ name, partitionIndexes: partitions }))
    return Effect.gen({ self: this }, function* () {
      const broker = yield* this.coordinator("group", group, operation)
      const asked = [{ groupId: group, memberEpoch: -1, topics }]
      const { groups: [answer] } = yield* this.call(
        broker,
        operation,
        (connection) => withCodes(offsetFetchV8.api.async(connection, asked, true)),
      )
      const offsets = new Map<string, Committed>()
      const parts = answer?.topics.flatMap(({ name, partitions }) => partitions.map((each) => ({ ...each, name }))) ??
        []
      const code = [answer?.errorCode ?? 0, ...parts.map(({ errorCode }) => errorCode)].find((code) => code !== 0)
      if (code !== undefined) {
        this.#coordinators.clear()
        return yield* Effect.fail(refused(operation, code))
      }
      for (const { committedOffset, metadata, name, partitionIndex } of parts) {
        if (committedOffset < 0n) continue
        const committed = { offset: Number(committedOffset), metadata: metadata ?? "" }
        offsets.set(nameOf({ topic: name, partition: partitionIndex }), committed)
      }
      return offsets
    })
  }

  /** Commits offsets to a group that has no members. */
  readonly commit = (
    group: string,
    offsets: ReadonlyArray<TopicPartition & { readonly offset: number }>,
  ): Effect.Effect<void, KafkaError> => {
    const operation = `commit offsets to the group ${group}`
    const topics = byTopic(offsets, ({ offset, partition }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: "",
    }))
    return Effect.gen({ self: this }, function* () {
      const broker = yield* this.coordinator("group", group, operation)
      const answer = yield* this.call(
        broker,
        operation,
        (connection) => withCodes(offsetCommitV8.api.async(connection, group, -1, "", null, topics)),
      )
      const code = answer.topics.flatMap(({ partitions }) => partitions).find(({ errorCode }) => errorCode !== 0)
        ?.errorCode
      if (code === undefined) return
      this.#coordinators.clear()
      return yield* Effect.fail(refused(operation, code))
    })
  }
}

/** Makes a client of a cluster. The end of the scope closes its connections. Nothing is sent yet. */
export const openCluster = (options: KafkaConnection): Effect.Effect<Cluster, SettingError, Scope.Scope> =>
  Effect.gen(function* () {
    const read = yield* readConnection(options)
    return new Cluster(read, yield* connections(read), yield* exchanges(read))
  })
