/**
 * The timeline of a running context: which RDD each stream had when, and how long that is remembered.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { CallSite } from "../core/call_site.ts"
import { type Batch, NoRDD } from "../dstream/batch.ts"
import type { AnyDStream } from "../dstream/dstream.ts"
import { type AnyGraph, nodes } from "../dstream/graph.ts"
import type { AnyRDD } from "../rdd/rdd.ts"

/** Reads an input stream's share of a batch. */
export type ReadInput = (stream: AnyDStream, time: number) => Effect.Effect<AnyRDD, unknown, unknown>

/** How a timeline is set up. */
export interface TimelineOptions {
  readonly zeroTime: number
  readonly batchDuration: number
  readonly defaultParallelism: number
  readonly remember: ReadonlyMap<AnyDStream, number>
  readonly read: ReadInput
}

/**
 * For how many milliseconds each stream's RDDs are remembered: its slide, at least what the context asks for, and as
 * long as its children need them.
 */
export const rememberDurations = (
  graph: AnyGraph,
  batchDuration: number,
  remember: number,
): ReadonlyMap<AnyDStream, number> => {
  const durations = new Map<AnyDStream, number>()
  const ask = (stream: AnyDStream, least: number) =>
    durations.set(stream, Math.max(durations.get(stream) ?? 0, stream.slideDuration ?? batchDuration, least))
  for (const { stream } of graph.outputs) ask(stream, remember)
  for (const stream of nodes(graph).toReversed()) {
    const own = durations.get(stream) ?? 0
    for (const parent of stream.parents) ask(parent, own + (stream.traits.lookBack ?? 0))
  }
  return durations
}

/** Remembers RDDs by stream and time. */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #memo = new Map<AnyDStream, Map<number, AnyRDD>>()
  #blamed: AnyDStream | undefined

  constructor(options: TimelineOptions) {
    this.#options = options
  }

  get zeroTime(): number {
    return this.#options.zeroTime
  }

  /** The batch at a time. */
  at(time: number): Batch {
    const { zeroTime, batchDuration, defaultParallelism, read } = this.#options
    return {
      time,
      zeroTime,
      batchDuration,
      defaultParallelism,
      at: (other) => this.at(other),
      recall: (stream) => this.#memo.get(stream)?.get(time),
      remember: (stream, rdd) => {
        const known = this.#memo.get(stream)
        if (known === undefined) this.#memo.set(stream, new Map([[time, rdd]]))
        else known.set(time, rdd)
      },
      blame: (stream) => {
        this.#blamed ??= stream
      },
      input: (stream) => read(stream, time),
    }
  }

  /** The operator that failed since this was last asked: the first of them, where the failure began. */
  blamed(): { readonly operation: string; readonly site: CallSite } | undefined {
    const stream = this.#blamed
    this.#blamed = undefined
    return stream
  }

  /** For how long a stream's RDDs are remembered, in milliseconds. */
  rememberOf(stream: AnyDStream): number {
    return this.#options.remember.get(stream) ?? this.#options.batchDuration
  }

  /** The times at which a stream's RDDs are held. */
  held(stream: AnyDStream): ReadonlyArray<number> {
    return Array.from(this.#memo.get(stream)?.keys() ?? []).toSorted((a, b) => a - b)
  }

  /** Forgets what nobody can ask for any more once the batch at `time` has ended. */
  forget(time: number): void {
    for (const [stream, known] of this.#memo) {
      const oldest = time - this.rememberOf(stream)
      for (const each of known.keys()) if (each <= oldest) known.delete(each)
    }
  }

  /** Forgets everything of one batch, as if it had not been evaluated. */
  discard(time: number): void {
    for (const known of this.#memo.values()) known.delete(time)
  }
}

/** An input asked for a time whose allocation is gone, or never was. */
export const noAllocation = (stream: AnyDStream, time: number): Effect.Effect<never, NoRDD> =>
  Effect.fail(new NoRDD({ operation: stream.operation, time }))
