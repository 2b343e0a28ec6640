/**
 * RDDs of offset ranges: each range is a partition, read in pieces when a job needs it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type { InvalidOption } from "../../core/errors.ts"
import type { Block } from "../../rdd/block.ts"
import { concat } from "../../rdd/block.ts"
import { Flow, type Pull } from "../../rdd/flow.ts"
import { make, type RDD } from "../../rdd/rdd.ts"
import type { SettingError } from "../settings.ts"
import { type Cluster, EARLIEST, type Isolation, nameOf } from "./cluster.ts"
import { type KafkaError, lasting } from "./errors.ts"
import type { Fetched } from "./fetch.ts"
import { noteRanges, type OffsetRange } from "./offset_range.ts"
import { batchesOf, checked, decompressed, type RecordBatch, visible } from "./record_batch.ts"
import type { BatchBody } from "./batch_block.ts"

/** Makes a block of the records of a batch. */
export type Decode<A> = (batch: BatchBody) => Block<A>

/** How ranges are read. */
export interface Reading<A> {
  readonly decode: Decode<A>
  readonly isolation: Isolation
  /** Whether a job fails if records have been deleted that it was to read. Otherwise they are left out, with a warning. */
  readonly failOnDataLoss: boolean
  /** The ids of the topics, where they are known: a topic of the same name may have been made in the meantime. */
  readonly ids: Readonly<Record<string, string>>
}

const lost = Metric.counter("dstream_kafka_lost_records", {
  description: "Records that were deleted before they were read",
  incremental: true,
})

/** Warns of records that are left out because they do not exist any more, and counts them. */
export const warnOfLoss = (
  { fromOffset, partition, topic, untilOffset }: OffsetRange,
  why: string,
): Effect.Effect<void> =>
  Effect.andThen(
    Effect.logWarning(
      `Left out ${
        untilOffset - fromOffset
      } records of ${topic}-${partition}, offsets ${fromOffset} to ${untilOffset}: ${why}`,
    ),
    Metric.update(lost, untilOffset - fromOffset),
  )

const isLoss = ({ reason }: KafkaError): boolean => reason === "DataLost" || reason === "UnknownTopic"

/** About how many bytes of decompressed records make a block. */
const BLOCK_BYTES = 1024 * 1024

/** Makes blocks of the batches of an answer, one after the other. Throws if one is damaged. */
class Answer<A> {
  readonly #range: OffsetRange
  readonly #decode: Decode<A>
  readonly #from: number
  readonly #batches: Iterator<RecordBatch>
  /** The offset behind the last batch. */
  readonly next: number
  constructor({ aborted, records }: Fetched, range: OffsetRange, from: number, decode: Decode<A>) {
    const batches = batchesOf(records)
    this.#range = range
    this.#decode = decode
    this.#from = from
    this.#batches = visible(checked(records, batches), aborted)
    this.next = (batches.at(-1)?.lastOffset ?? from - 1) + 1
  }

  /** Decompresses as many batches as make a block. Undefined if there are none left. */
  block(): Block<A> | undefined {
    const { partition, topic, untilOffset } = this.#range
    const blocks: Array<Block<A>> = []
    for (let size = 0; size < BLOCK_BYTES;) {
      const next = this.#batches.next()
      if (next.done === true) break
      const batch = next.value
      if (batch.lastOffset < this.#from || batch.baseOffset >= untilOffset || batch.count === 0) continue
      const bytes = decompressed(batch)
      size += bytes.length
      blocks.push(this.#decode({ ...batch, topic, partition, bytes, from: this.#from, until: untilOffset }))
    }
    return blocks.length === 0 ? undefined : concat(blocks)
  }
}

/** How many bytes the first answer has at most, which is all that some jobs need, and each later one. */
const [FIRST_BYTES, MOST_BYTES] = [1024 * 1024, 4 * 1024 * 1024]
/** By how much the rest of a range may be larger than what was read of it suggests. */
const SLACK_BYTES = 64 * 1024

/** How often in a row a broker may answer with nothing before a range counts as one that it does not have. */
const MOST_EMPTY = 50

/**
 * Reads a range from its first offset to its last one. From the second answer on, the next one is asked for while the blocks of
 * an answer are computed, so that a job that needs the first records only does not ask for more. The end of the scope ends that.
 */
const pullRange = <A>(
  cluster: Cluster,
  range: OffsetRange,
  { decode, failOnDataLoss, ids, isolation }: Reading<A>,
  scope: Scope.Scope,
): Pull<A, KafkaError> => {
  let offset = range.fromOffset
  let empty = 0
  let maxBytes = FIRST_BYTES
  const operation = () => `read ${nameOf(range)} from offset ${offset} to ${range.untilOffset}`
  const id = ids[range.topic]
  /** Goes on at the first record that there is, if the range has one. */
  const afterLoss = (error: KafkaError) =>
    Effect.gen(function* () {
      const none = new Map<string, number>()
      const found = error.reason === "UnknownTopic"
        ? none
        : yield* cluster.retrying(cluster.offsets([range], EARLIEST, isolation))
      const earliest = found.get(nameOf(range)) ?? range.untilOffset
      const next = earliest > offset ? Math.min(earliest, range.untilOffset) : range.untilOffset
      if (failOnDataLoss) {
        return yield* Effect.fail(
          lasting(
            error.reason,
            operation(),
            error.reason === "UnknownTopic"
              ? "there is no such topic, or not any more"
              : `the records up to offset ${next} have been deleted; with failOnDataLoss: false they are left out`,
          ),
        )
      }
      yield* warnOfLoss({ ...range, fromOffset: offset, untilOffset: next }, String(error.cause))
      offset = next
    })
  const request = cluster.retrying(Effect.suspend(() => cluster.fetch(range, offset, maxBytes, isolation, id)))
  let answers = 0
  /** The request for the next answer, if it has been sent. */
  let ahead: Fiber.Fiber<Fetched, KafkaError> | undefined
  const next = Effect.suspend(() => {
    const sent = ahead
    ahead = undefined
    return sent === undefined ? request : Fiber.join(sent)
  })
  const askAhead = Effect.suspend(() =>
    ++answers < 2 || offset >= range.untilOffset ? Effect.void : Effect.map(
      Effect.forkIn(request, scope, { startImmediately: true }),
      (sent) => void (ahead = sent),
    )
  )
  let answer: Answer<A> | undefined
  const damaged = (cause: unknown) => lasting("Corrupt", operation(), cause)
  const take = (fetched: Fetched): Effect.Effect<void, KafkaError> =>
    Effect.suspend(() => {
      answer = new Answer(fetched, range, offset, decode)
      const read = answer.next - offset
      empty = read > 0 ? 0 : empty + 1
      if (read > 0) {
        offset = answer.next
        const rest = (range.untilOffset - offset) * fetched.records.length / read
        maxBytes = Math.min(MOST_BYTES, Math.ceil(rest) + SLACK_BYTES)
      }
      if (empty < MOST_EMPTY) return Effect.void
      return Effect.fail(lasting("DataLost", operation(), "the broker has no more records"))
    }).pipe(Effect.catchDefect((cause) => Effect.fail(damaged(cause))))
  const pull: Pull<A, KafkaError> = Effect.suspend(() => {
    if (answer !== undefined) {
      const current = answer
      return Effect.flatMap(
        Effect.try({ try: () => current.block(), catch: damaged }),
        (found): Pull<A, KafkaError> => {
          if (found !== undefined) return Effect.succeed(found)
          answer = undefined
          return pull
        },
      )
    }
    if (offset >= range.untilOffset) return Effect.succeed(undefined)
    return Effect.matchEffect(next, {
      onFailure: (error): Pull<A, KafkaError> =>
        isLoss(error) ? Effect.flatMap(afterLoss(error), () => pull) : Effect.fail(error),
      onSuccess: (fetched): Pull<A, KafkaError> => Effect.flatMap(Effect.andThen(take(fetched), askAhead), () => pull),
    })
  })
  return pull
}

/** Makes the RDD of ranges, one partition each. `open` gives the cluster to read from when a job needs a partition. */
export const rangesRDD = <A>(
  operation: string,
  ranges: ReadonlyArray<OffsetRange>,
  reading: Reading<A>,
  open: Effect.Effect<Cluster, SettingError, Scope.Scope>,
  invalid?: InvalidOption,
): RDD<A, KafkaError | SettingError> => {
  const flows = ranges.map((range) =>
    new Flow<A, KafkaError | SettingError, never>(
      Effect.flatMap(open, (cluster) => Effect.map(Effect.scope, (scope) => pullRange(cluster, range, reading, scope))),
    )
  )
  const rdd = make<A, KafkaError | SettingError>(operation, [], {
    kind: "source",
    partitions: flows.length,
    waits: true,
    fits: true,
    load: (i) => flows[i] ?? concat([]),
  }, invalid)
  return noteRanges(rdd, ranges)
}
