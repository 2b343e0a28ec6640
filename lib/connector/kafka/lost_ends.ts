/**
 * Transactions whose end the brokers have lost.
 *
 * A broker that is killed while it ends a transaction ends it when it starts again. It does not know all partitions while it
 * starts. Kafka takes unknown partitions for deleted ones, and ends the transaction without them. Readers of committed records then
 * wait at that transaction for ever. So does the next batch of the sink, because the marks of the group are not readable either.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Cluster, nameOf, type TopicPartition } from "./cluster.ts"
import { hasCode, KafkaError } from "./errors.ts"
import type { PreviousEnd, Transaction } from "./transaction.ts"

/**
 * For how many milliseconds marks may wait for the end of a transaction that has ended, as the brokers say. It usually takes a
 * few.
 */
const END_MS = 2_000

const isUnstable = (error: KafkaError): boolean => hasCode(error, "UNSTABLE_OFFSET_COMMIT")

/**
 * Reads the mark of a group. If the end of the transaction before is lost, it is written again: to the group and to the
 * partitions of the topic. Called before the transaction sends anything.
 */
export const committedMark = (
  cluster: Cluster,
  transaction: Transaction,
  previous: PreviousEnd,
  group: string,
  place: TopicPartition,
): Effect.Effect<string, KafkaError> => {
  const once = Effect.map(cluster.committed(group, [place]), (found) => found.get(nameOf(place))?.metadata ?? "")
  const mark = cluster.retrying(
    cluster.retrying(once, END_MS, isUnstable),
    undefined,
    (error) => !isUnstable(error),
  )
  const endPrevious = Effect.gen(function* () {
    const { leaders } = yield* cluster.retrying(cluster.topic(place.topic, `write to ${place.topic}`))
    const partitions = leaders.map((_, partition) => ({ topic: place.topic, partition }))
    yield* Effect.logWarning(
      `The brokers have lost the end of the last transaction of ${group}; it is ${previous} again`,
    )
    yield* transaction.endPrevious(partitions, group, previous === "committed")
  })
  const unknownEnd = ({ operation }: KafkaError) =>
    new KafkaError({
      reason: "Refused",
      operation,
      isTemporary: true,
      cause:
        "UNSTABLE_OFFSET_COMMIT: the group has offsets of a transaction that does not end. If it stays so, the brokers " +
        "have lost its end: find and end it with kafka-transactions.sh",
    })
  return Effect.catchIf(
    mark,
    isUnstable,
    (error) => previous === undefined ? Effect.fail(unknownEnd(error)) : Effect.andThen(endPrevious, mark),
  )
}
