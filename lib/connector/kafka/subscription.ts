/**
 * Which topics a stream reads, and from where.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { InvalidOption } from "../../core/errors.ts"
import { type Cluster, EARLIEST, type Isolation, LATEST, nameOf, type Topic, type TopicPartition } from "./cluster.ts"
import { type KafkaError, lasting } from "./errors.ts"

/** Topics by name, topics whose whole name matches a pattern, or partitions. Spark: `ConsumerStrategies`. */
export type Subscription =
  /** Spark: `Subscribe`. */
  | { readonly subscribe: string | ReadonlyArray<string> }
  /** Topics that appear later are found. Internal topics are not. Spark: `SubscribePattern`. */
  | { readonly subscribePattern: RegExp }
  /** Spark: `Assign`. */
  | { readonly assign: ReadonlyArray<TopicPartition> }

/** The offset of the first record to read in a partition. */
export interface StartingOffset extends TopicPartition {
  /** The offset of the first record. */
  readonly offset: number
}

/**
 * Where a stream begins without a checkpoint: with the records that arrive after its start (`latest`), with the oldest ones
 * (`earliest`), where the group of `groupId` has committed (`committed`; partitions without an offset from the oldest record),
 * with the first record that is not older than a time, or at offsets. Partitions that a list leaves out begin at `latest`.
 */
export type StartingOffsets =
  | "latest"
  | "earliest"
  | "committed"
  | { readonly timestamp: number | Date }
  | ReadonlyArray<StartingOffset>

/** What is wrong with a subscription. */
export const subscriptionProblem = (where: string, given: object): string | undefined => {
  const names = ["subscribe", "subscribePattern", "assign"].filter((name) => Reflect.get(given, name) !== undefined)
  const [name] = names
  if (name === undefined || names.length > 1) {
    return `${where}: give one of subscribe, subscribePattern and assign, not ${names.join(" and ") || "none of them"}`
  }
  const value: unknown = Reflect.get(given, name)
  const isValid = name === "subscribePattern"
    ? value instanceof RegExp
    : (typeof value === "string" && value !== "") || (Array.isArray(value) && value.length > 0)
  const expected =
    { subscribe: "the names of topics", subscribePattern: "a RegExp", assign: "a list of partitions" }[name]
  return isValid ? undefined : new InvalidOption({ where, option: name, value, expected: expected ?? "" }).message
}

/** The topics and partitions of a subscription that there are. */
export interface Found {
  readonly topics: ReadonlyMap<string, Topic>
  readonly partitions: ReadonlyArray<TopicPartition>
  /** Topics that were asked for by name, or have matched the pattern before, and do not exist. */
  readonly missing: ReadonlyArray<string>
}

const partitionsOf = ({ leaders, name }: Topic): ReadonlyArray<TopicPartition> =>
  Array.from(leaders, (_, partition) => ({ topic: name, partition }))

const matches = (pattern: RegExp, name: string): boolean => {
  pattern.lastIndex = 0
  const [whole] = pattern.exec(name) ?? []
  return whole === name
}

/** Looks a subscription up, topics in the order of their names. `known`: topics that were found before. */
export const find = (
  cluster: Cluster,
  of: Subscription,
  known: ReadonlyArray<string>,
): Effect.Effect<Found, KafkaError> => {
  if ("subscribePattern" in of) {
    const isMatch = (name: string) => matches(of.subscribePattern, name)
    return Effect.map(cluster.topics(), (all) => {
      const topics = new Map([...all].filter(([name]) => isMatch(name)).toSorted())
      const missing = known.filter((name) => isMatch(name) && !topics.has(name))
      return { topics, partitions: [...topics.values()].flatMap(partitionsOf), missing }
    })
  }
  const assigned = "assign" in of ? of.assign : undefined
  const given = "subscribe" in of ? of.subscribe : of.assign.map(({ topic }) => topic)
  const names = [...new Set(typeof given === "string" ? [given] : given)].toSorted()
  return Effect.map(cluster.topics(names), (topics) => {
    const all = names.flatMap((name) => topics.get(name) ?? []).flatMap(partitionsOf)
    const wanted = assigned && new Set(assigned.map(nameOf))
    return {
      topics,
      partitions: wanted === undefined ? all : all.filter((each) => wanted.has(nameOf(each))),
      missing: names.filter((name) => !topics.has(name)),
    }
  })
}

const committed = (cluster: Cluster, group: string | undefined, partitions: ReadonlyArray<TopicPartition>) =>
  group === undefined
    ? Effect.fail(
      lasting("Refused", "begin at committed offsets", 'startingOffsets: "committed" needs a groupId'),
    )
    : Effect.map(
      cluster.committed(group, partitions),
      (found) => new Map(Array.from(found, ([name, { offset }]) => [name, offset])),
    )

/** The offsets at which partitions begin. */
export const beginnings = (
  cluster: Cluster,
  partitions: ReadonlyArray<TopicPartition>,
  from: StartingOffsets,
  group: string | undefined,
  isolation: Isolation,
): Effect.Effect<ReadonlyMap<string, number>, KafkaError> => {
  const at = (time: bigint) => cluster.offsets(partitions, time, isolation)
  if (from === "earliest") return at(EARLIEST)
  if (from === "latest") return at(LATEST)
  return Effect.gen(function* () {
    const [known, others] = from === "committed"
      ? [yield* committed(cluster, group, partitions), yield* at(EARLIEST)]
      : "timestamp" in from
      // A partition without a record of that time or later begins at its end: the next record is the first that counts.
      ? [yield* at(BigInt(Number(from.timestamp))), yield* at(LATEST)]
      : [new Map(from.map((each) => [nameOf(each), each.offset])), yield* at(LATEST)]
    return new Map(partitions.map((each) => {
      const offset = known.get(nameOf(each)) ?? -1
      return [nameOf(each), offset >= 0 ? offset : others.get(nameOf(each)) ?? 0]
    }))
  })
}
