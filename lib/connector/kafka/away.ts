/**
 * What a stream does while its brokers do not answer.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { whenAway as unlessAway, withLimit } from "../away.ts"
import { type Cluster, nameOf, type TopicPartition } from "./cluster.ts"
import { KafkaError } from "./errors.ts"
import type { Plan } from "./planner.ts"

/** For how many milliseconds a start or a commit waits for brokers that do not answer. */
export const RETRY_MS: number = 3_000

const noAnswer = (limit: string) =>
  new KafkaError({
    reason: "Unreachable",
    operation: "find new records",
    isTemporary: true,
    cause: `the brokers did not answer within ${limit}`,
  })

/** Does without what brokers that are away do not answer, with a warning when that begins. */
export const whenAway = (): <A, B>(
  attempt: Effect.Effect<A, KafkaError>,
  instead: () => B,
) => Effect.Effect<A | B, KafkaError> => {
  const orInstead = unlessAway<KafkaError>({
    warning: ({ message }) => `There are no new records until the brokers answer. ${message}`,
    back: "The brokers answer again",
  })
  return (attempt, instead) => orInstead(withLimit(attempt, noAnswer), instead)
}

/** Commits what batches have read to a group. What brokers that are away do not take is committed with a later batch. */
export const committing = (cluster: Cluster, groupId: string): (plan: Plan) => Effect.Effect<void, KafkaError> => {
  const owed = new Map<string, TopicPartition & { readonly offset: number }>()
  return ({ ranges }) =>
    Effect.suspend(() => {
      for (const { partition, topic, untilOffset, ...range } of ranges) {
        if (untilOffset === range.fromOffset) continue
        owed.set(nameOf({ topic, partition }), { topic, partition, offset: untilOffset })
      }
      if (owed.size === 0) return Effect.void
      const attempt = withLimit(
        cluster.retrying(cluster.commit(groupId, Array.from(owed.values())), RETRY_MS),
        noAnswer,
      )
      return Effect.matchEffect(attempt, {
        onFailure: (error) => {
          // What was committed of a topic that is gone does not matter any more.
          if (error.reason === "UnknownTopic") return Effect.sync(() => owed.clear())
          return error.isTemporary
            ? Effect.logWarning(`The offsets of a batch will be committed with the next one. ${error.message}`)
            : Effect.fail(error)
        },
        onSuccess: () => Effect.sync(() => owed.clear()),
      })
    })
}
