/**
 * Plans the ranges of offsets that batches read.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { shareByLag } from "../share_by_lag.ts"
import { type Cluster, EARLIEST, type Isolation, LATEST, nameOf, type TopicPartition } from "./cluster.ts"
import { type KafkaError, lasting } from "./errors.ts"
import type { OffsetRange } from "./offset_range.ts"
import { warnOfLoss } from "./reading.ts"
import { beginnings, find, type StartingOffsets, type Subscription } from "./subscription.ts"

/** What a batch reads: a range for each partition, also for those without new records. */
export interface Plan {
  readonly ranges: ReadonlyArray<OffsetRange>
  /** The ids of the topics: a topic that is deleted and made again has another one. */
  readonly ids: Readonly<Record<string, string>>
}

/** What to plan, and how. */
export interface PlannerOptions {
  readonly subscription: Subscription
  readonly startingOffsets: StartingOffsets
  readonly groupId: string | undefined
  readonly isolation: Isolation
  readonly failOnDataLoss: boolean
  /** The most records of a partition in a second. */
  readonly rateOf: (partition: TopicPartition) => number
  /** How long the list of partitions is good for, in milliseconds. */
  readonly maxAgeMs: number
}

const gone = (operation: string, topic: string, cause: string): KafkaError =>
  lasting("UnknownTopic", `${operation} ${topic}`, cause)

/** Knows up to where each partition has been planned. A method that fails leaves everything as it was. */
export class Planner {
  readonly #cluster: Cluster
  readonly #options: PlannerOptions
  #partitions: ReadonlyArray<TopicPartition> = []
  /** The offset behind the last record that was planned, by partition. */
  #next: ReadonlyMap<string, number> = new Map()
  #ids: Readonly<Record<string, string>> = {}
  /** When the partitions were listed last, in milliseconds. */
  #listedAt = -Infinity
  /** Whether partitions that are found now are newer than the stream. */
  #isBegun = false

  constructor(cluster: Cluster, options: PlannerOptions) {
    this.#cluster = cluster
    this.#options = options
  }

  /** A plan without records. */
  get idle(): Plan {
    const ranges = this.#partitions.map((each) => {
      const offset = this.#next.get(nameOf(each)) ?? 0
      return { topic: each.topic, partition: each.partition, fromOffset: offset, untilOffset: offset }
    })
    return { ranges, ids: this.#ids }
  }

  /** Goes on behind plans of an earlier process. */
  resume(plans: ReadonlyArray<Plan>): void {
    const next = new Map<string, number>()
    const last = plans.at(-1)
    for (const { ranges } of plans) for (const range of ranges) next.set(nameOf(range), range.untilOffset)
    this.#partitions = last?.ranges.map(({ partition, topic }) => ({ topic, partition })) ?? []
    this.#next = next
    this.#ids = last?.ids ?? {}
    this.#isBegun = true
    this.#listedAt = -Infinity
  }

  /** Lists the partitions, and finds where new ones begin. Called before the first plan; `now` in milliseconds. */
  readonly discover = (now: number): Effect.Effect<void, KafkaError> =>
    Effect.gen({ self: this }, function* () {
      const { failOnDataLoss, groupId, isolation, startingOffsets, subscription } = this.#options
      const found = yield* find(this.#cluster, subscription, Object.keys(this.#ids))
      for (const name of found.missing) {
        const wasThere = name in this.#ids
        if (!wasThere) return yield* Effect.fail(gone("find the topic", name, "it does not exist"))
        if (failOnDataLoss) return yield* Effect.fail(gone("go on with the topic", name, "it has been deleted"))
      }
      const next = new Map(this.#next)
      for (const { id, name } of found.topics.values()) {
        const before = this.#ids[name]
        if (before === undefined || before === id) continue
        if (failOnDataLoss) {
          const cause = "it has been deleted, and another topic of the same name was made"
          return yield* Effect.fail(gone("go on with the topic", name, cause))
        }
        yield* Effect.logWarning(
          `Begins ${name} again: it has been deleted, and another topic of the same name was made`,
        )
        for (const each of found.partitions) if (each.topic === name) next.delete(nameOf(each))
      }
      const fresh = found.partitions.filter((each) => !next.has(nameOf(each)))
      if (fresh.length > 0) {
        const from = this.#isBegun ? "earliest" : startingOffsets
        const offsets = yield* beginnings(this.#cluster, fresh, from, groupId, isolation)
        for (const [name, offset] of offsets) next.set(name, offset)
      }
      const names = new Set(found.partitions.map(nameOf))
      const left = this.#partitions.filter((each) => !names.has(nameOf(each)))
      if (left.length > 0) yield* Effect.logWarning(`These partitions are gone: ${left.map(nameOf).join(", ")}`)
      this.#partitions = found.partitions
      this.#next = next
      this.#ids = Object.fromEntries(Array.from(found.topics.values(), ({ id, name }) => [name, id]))
      this.#listedAt = now
      this.#isBegun = true
    })

  /** Goes on behind a plan. Separate from `plan`: a caller that is interrupted as `plan` ends never uses that plan. */
  advance({ ranges }: Plan): void {
    this.#next = new Map([...this.#next, ...ranges.map((range) => [nameOf(range), range.untilOffset] as const)])
  }

  /** Plans a batch of at most `limit` records. `seconds` have passed since the batch before. */
  readonly plan = (now: number, seconds: number, limit: number): Effect.Effect<Plan, KafkaError> =>
    Effect.gen({ self: this }, function* () {
      const { isolation, maxAgeMs, rateOf } = this.#options
      if (now - this.#listedAt >= maxAgeMs) yield* this.discover(now)
      // A topic that is gone is noticed before the list is due.
      const latest = yield* Effect.catchIf(
        Effect.suspend(() => this.#cluster.offsets(this.#partitions, LATEST, isolation)),
        ({ reason }) => reason === "UnknownTopic",
        () => Effect.flatMap(this.discover(now), () => this.#cluster.offsets(this.#partitions, LATEST, isolation)),
      )
      const from = yield* this.#checked(latest)
      const rates = yield* Effect.try({
        try: () => this.#partitions.map((each) => rateOf(each)),
        catch: (cause) => lasting("Refused", "find the rate of a partition", cause),
      })
      const lags = this.#partitions.map((each, i) => {
        const most = Math.round((rates[i] ?? 0) * seconds)
        return Math.min(most >= 1 ? most : 1, (latest.get(nameOf(each)) ?? 0) - (from[i] ?? 0))
      })
      const shares = shareByLag(lags.map((lag) => Math.max(0, lag)), limit)
      const ranges = this.#partitions.map(({ partition, topic }, i) => {
        const fromOffset = from[i] ?? 0
        return { topic, partition, fromOffset, untilOffset: fromOffset + (shares[i] ?? 0) }
      })
      return { ranges, ids: this.#ids }
    })

  /** Where ranges begin. A partition that ends before the offset to go on from has lost records. */
  readonly #checked = (latest: ReadonlyMap<string, number>): Effect.Effect<ReadonlyArray<number>, KafkaError> =>
    Effect.forEach(this.#partitions, (each) => {
      const name = nameOf(each)
      const [next, end] = [this.#next.get(name) ?? 0, latest.get(name) ?? 0]
      return next <= end ? Effect.succeed(next) : this.#behindTheEnd(each, next)
    })

  /** Where a partition goes on that ends before the next offset. */
  readonly #behindTheEnd = (each: TopicPartition, next: number): Effect.Effect<number, KafkaError> =>
    Effect.gen({ self: this }, function* () {
      const name = nameOf(each)
      const at = (time: bigint) =>
        Effect.map(this.#cluster.offsets([each], time, "read_uncommitted"), (found) => found.get(name) ?? 0)
      // What was read before may belong to transactions that are still open.
      const end = yield* at(LATEST)
      if (next <= end) return next
      const cause = `the partition ends at offset ${end}, before the offset ${next} to go on from`
      if (this.#options.failOnDataLoss) {
        return yield* Effect.fail(
          lasting("DataLost", `go on with ${name}`, cause),
        )
      }
      yield* warnOfLoss({ ...each, fromOffset: end, untilOffset: next }, cause)
      return yield* at(EARLIEST)
    })
}
