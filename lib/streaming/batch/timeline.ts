/**
 * The timeline of a running context: which RDD each stream had when, and how long that is remembered.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { CallSite } from "../../core/call_site.ts"
import { type Batch, NoRDD } from "../../dstream/batch.ts"
import { type AnyDStream, type DStream, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import type { AnyRDD, RDD } from "../../rdd/rdd.ts"

/** Reads an input stream's share of a batch. */
export type ReadInput = (stream: AnyDStream, time: number) => Effect.Effect<AnyRDD, unknown, unknown>

/** How a timeline is set up. */
export interface TimelineOptions {
  readonly zeroTime: number
  readonly batchDuration: number
  readonly defaultParallelism: number
  readonly remember: ReadonlyMap<AnyDStream, number>
  readonly read: ReadInput
  /** The address of each stream in the graph. */
  readonly addresses: ReadonlyMap<AnyDStream, string>
  /** What makes the addresses those of this run, where the engine has served others. */
  readonly run: string
  /** The batch time of the current version of a state. */
  readonly stateVersion: (id: string) => number | undefined
  /** Told of each stream that cannot be evaluated. */
  readonly blamed?: ((stream: AnyDStream) => void) | undefined
}

/**
 * Addresses of streams: the name where there is one, else the place in the walk of the graph and the operation. No name can
 * look like the address of a stream without one. A stream and its named copies are one: the first name counts.
 */
export const addressesIn = (graph: AnyGraph): ReadonlyMap<AnyDStream, string> => {
  const addresses = new Map<AnyDStream, string>()
  const named = new Set<AnyDStream>()
  for (const [index, stream] of nodes(graph).entries()) {
    const original = originalOf(stream)
    if (named.has(original)) continue
    if (stream.name !== undefined) named.add(original)
    if (stream.name !== undefined || !addresses.has(original)) {
      addresses.set(original, stream.name === undefined ? `stream/${index}/${stream.operation}` : `name/${stream.name}`)
    }
  }
  return addresses
}

/**
 * For how many milliseconds each stream's RDDs are remembered: its slide, at least what the context asks for, and as
 * long as its children need them. By the originals of named copies.
 */
export const rememberDurations = (
  graph: AnyGraph,
  batchDuration: number,
  remember: number,
): ReadonlyMap<AnyDStream, number> => {
  const durations = new Map<AnyDStream, number>()
  const ask = (copy: AnyDStream, least: number) => {
    const stream = originalOf(copy)
    durations.set(stream, Math.max(durations.get(stream) ?? 0, stream.slideDuration ?? batchDuration, least))
  }
  for (const { stream } of graph.outputs) ask(stream, remember)
  for (const stream of nodes(graph).toReversed()) {
    const own = durations.get(originalOf(stream)) ?? 0
    for (const parent of stream.parents) ask(parent, own + (stream.traits.lookBack ?? 0))
  }
  return durations
}

/** Which streams could not be evaluated at a time, and which have no RDD. */
interface Tick {
  readonly failing: Set<AnyDStream>
  readonly without: Set<AnyDStream>
}

const newestOf = (known: Iterable<readonly [number, AnyRDD]>): ReturnType<Batch["newest"]> => {
  let newest: ReturnType<Batch["newest"]>
  for (const [time, rdd] of known) if (newest === undefined || time > newest.time) newest = { time, rdd }
  return newest
}

/** Remembers RDDs by stream and time. */
export class Timeline {
  readonly #options: TimelineOptions
  /** The longest time that a stream's RDDs are remembered for. */
  readonly #longest: number
  readonly #memo = new Map<AnyDStream, Map<number, AnyRDD>>()
  readonly #first = new Map<AnyDStream, number>()
  #blamed: AnyDStream | undefined
  readonly #ticks = new Map<number, Tick>()

  constructor(options: TimelineOptions) {
    this.#options = options
    this.#longest = Math.max(0, ...options.remember.values())
  }

  get zeroTime(): number {
    return this.#options.zeroTime
  }

  /** The batch at a time. */
  at(time: number): Batch {
    const { addresses, zeroTime, batchDuration, defaultParallelism, read, run, stateVersion } = this.#options
    return {
      time,
      zeroTime,
      batchDuration,
      defaultParallelism,
      at: (other) => this.at(other),
      recall: (stream) => this.#memo.get(originalOf(stream))?.get(time),
      remember: (stream, rdd) => {
        const own = originalOf(stream)
        // It may have failed before, and been tried again.
        this.#at(time).failing.delete(own)
        if (rdd === undefined) return void this.#at(time).without.add(own)
        if (!this.#first.has(own)) this.#first.set(own, time)
        const known = this.#memo.get(own)
        if (known === undefined) this.#memo.set(own, new Map([[time, rdd]]))
        else known.set(time, rdd)
      },
      hasNone: (stream) => this.#ticks.get(time)?.without.has(originalOf(stream)) === true,
      first: (stream) => this.#first.get(originalOf(stream)),
      newest: (stream) => newestOf(this.#memo.get(originalOf(stream)) ?? []),
      address: (stream) => `${addresses.get(originalOf(stream)) ?? stream.operation}${run}`,
      stateVersion,
      blame: (stream) => {
        this.#blamed ??= stream
        this.#at(time).failing.add(originalOf(stream))
        this.#options.blamed?.(originalOf(stream))
      },
      input: (stream) => read(stream, time),
    }
  }

  #at(time: number): Tick {
    const tick = this.#ticks.get(time) ?? { failing: new Set(), without: new Set() }
    this.#ticks.set(time, tick)
    return tick
  }

  /** Whether evaluating a stream can only come to a failure that is known already. */
  hasFailed(stream: AnyDStream, time: number): boolean {
    const { failing } = this.#at(time)
    if (failing.size === 0) return false
    const seen = new Set<AnyDStream>()
    const open = [originalOf(stream)]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next) || this.#memo.get(next)?.has(time) === true) continue
      if (failing.has(next)) return true
      seen.add(next)
      open.push(...next.parents.map(originalOf))
    }
    return false
  }

  /** The operator that failed since this was last asked: the first of them, where the failure began. */
  blamed(): { readonly operation: string; readonly site: CallSite } | undefined {
    const stream = this.#blamed
    this.#blamed = undefined
    return stream
  }

  /** For how long a stream's RDDs are remembered, in milliseconds. */
  rememberOf(stream: AnyDStream): number {
    return this.#options.remember.get(originalOf(stream)) ?? this.#options.batchDuration
  }

  /** The RDDs of a stream that are held, from one time to another, both included. */
  held<A, E, R>(stream: DStream<A, E, R>, from: number, to: number): ReadonlyArray<RDD<A, E, R>> {
    return Array.from(this.#memo.get(originalOf(stream)) ?? [])
      .filter(([time]) => from <= time && time <= to)
      .toSorted(([a], [b]) => a - b)
      .map(([, rdd]) => rdd as RDD<A, E, R>)
  }

  /** Forgets what nobody can ask for any more once the batch at `time` has ended. */
  forget(time: number): void {
    for (const each of this.#ticks.keys()) if (each <= time - this.#longest) this.#ticks.delete(each)
    for (const [stream, known] of this.#memo) {
      const oldest = time - this.rememberOf(stream)
      for (const each of known.keys()) if (each <= oldest) known.delete(each)
    }
  }

  /** Forgets everything of a batch that has failed: later batches go on as if it had not been. */
  discard(time: number): void {
    for (const known of this.#memo.values()) known.delete(time)
    for (const [stream, first] of this.#first) if (first === time) this.#first.delete(stream)
  }
}

/** An input asked for a time whose allocation is gone, or never was. */
export const noAllocation = (stream: AnyDStream, time: number): Effect.Effect<never, NoRDD> =>
  Effect.fail(new NoRDD({ operation: stream.operation, time }))
