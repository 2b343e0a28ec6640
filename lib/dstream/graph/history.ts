/**
 * The history of a run: remembers the RDDs that its streams had in each batch, for as long as later batches may need them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { CallSite } from "../../core/call_site.ts"
import { type Batch, NoRDD } from "../batch.ts"
import { type AnyDStream, type DStream, originalOf } from "../dstream.ts"
import type { AnyGraph } from "./graph.ts"
import { nodes } from "./nodes.ts"
import type { AnyRDD, RDD } from "../../rdd/rdd.ts"

/** Makes the RDD of an input stream from what was allocated to the batch. */
export type ReadInput = (stream: AnyDStream) => Effect.Effect<AnyRDD, unknown, unknown>

/** What stays the same during a run. */
export interface HistoryOptions {
  readonly graph: AnyGraph
  /** The start of the first batch in epoch milliseconds. */
  readonly zeroTime: number
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
  readonly defaultParallelism: number
  /** The minimum time, in milliseconds, for which the RDDs of outputs are remembered. */
  readonly remember: number
  /** A suffix of state ids, so that a second run on the same engine does not find the states of the first. */
  readonly run: string
  /** Returns the batch time of a state's current version; undefined if it has none. */
  readonly stateVersion: (id: string) => number | undefined
}

/**
 * Gives each stream the id of its state: its name, or else its index in the walk of the graph and its operation.
 *
 * The prefixes keep names apart from the ids of unnamed streams. A stream that was named several times has its first name.
 */
const addressesIn = (graph: AnyGraph): ReadonlyMap<AnyDStream, string> => {
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
 * Computes for how many milliseconds the RDDs of each stream are remembered: its slide, plus the time that its children
 * look back.
 */
const rememberDurations = ({ batchDuration, graph, remember }: HistoryOptions): ReadonlyMap<AnyDStream, number> => {
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

/** The results of evaluating one batch so far. Named streams are replaced by their originals. */
interface Evaluation {
  /** The view of the batch that streams get when they are evaluated. */
  readonly batch: Batch
  readonly rdds: Map<AnyDStream, AnyRDD>
  /** Streams that have no RDD in this batch. */
  readonly without: Set<AnyDStream>
  /** Streams whose own operator failed, and has not succeeded in a retry. */
  readonly failing: Set<AnyDStream>
  /** Streams whose RDD can be made on the driver only. */
  readonly onDriver: Set<AnyDStream>
  /** The stream that failed first since the last call of `takeFailed`. */
  failed: AnyDStream | undefined
}

/** Remembers the RDDs of a run by batch and stream. */
export class History {
  readonly #options: HistoryOptions
  readonly #addresses: ReadonlyMap<AnyDStream, string>
  readonly #remember: ReadonlyMap<AnyDStream, number>
  readonly #evaluations = new Map<number, Evaluation>()
  /** The batch time of each stream's first RDD. */
  readonly #first = new Map<AnyDStream, number>()
  /** For how many milliseconds a batch may be needed: the longest time for which any stream is remembered. */
  readonly longest: number
  /** The latest batch that has begun. */
  #newest: number
  /** The batch time up to which batches have been released. */
  #released: number

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#addresses = addressesIn(options.graph)
    this.#remember = rememberDurations(options)
    this.longest = Math.max(options.batchDuration, ...this.#remember.values())
    this.#newest = options.zeroTime
    this.#released = options.zeroTime
  }

  /** The start of the first batch in epoch milliseconds. */
  get zeroTime(): number {
    return this.#options.zeroTime
  }

  /** Continues an earlier run, whose last batch was at `time`. */
  resume(time: number): void {
    this.#newest = this.#released = time
  }

  /** Remembers the RDD that a stream had in a batch of an earlier run. */
  restore(time: number, stream: AnyDStream, rdd: AnyRDD): void {
    const batch = this.#evaluations.get(time)?.batch ?? this.begin(time, withoutAllocation(time))
    batch.remember(stream, rdd)
  }

  /** The newest batch that has been evaluated; the zero time if there is none. */
  get newest(): number {
    return this.#newest
  }

  /**
   * Begins the evaluation of a batch. `read` makes the RDDs of its input streams. `first` replaces the recorded times of
   * first RDDs.
   */
  begin(time: number, read: ReadInput, first?: Batch["first"]): Batch {
    const evaluation = this.#evaluation(time, read, first)
    this.#evaluations.set(time, evaluation)
    this.#newest = Math.max(this.#newest, time)
    return evaluation.batch
  }

  /** Returns the view of a batch that streams get. A batch that is not remembered has no RDDs. */
  at(time: number): Batch {
    return this.#evaluations.get(time)?.batch ?? this.#evaluation(time, withoutAllocation(time)).batch
  }

  #evaluation(time: number, read: ReadInput, first?: Batch["first"]): Evaluation {
    const { batchDuration, defaultParallelism, run, stateVersion, zeroTime } = this.#options
    const rdds = new Map<AnyDStream, AnyRDD>()
    const without = new Set<AnyDStream>()
    const failing = new Set<AnyDStream>()
    const onDriver = new Set<AnyDStream>()
    const evaluation: Evaluation = {
      rdds,
      without,
      failing,
      onDriver,
      failed: undefined,
      batch: {
        time,
        zeroTime,
        batchDuration,
        defaultParallelism,
        at: (other) => this.at(other),
        recall: (stream) => rdds.get(originalOf(stream)),
        remember: (stream, rdd) => {
          const own = originalOf(stream)
          // If an earlier attempt failed, this retry has succeeded.
          failing.delete(own)
          if (rdd === undefined) return void without.add(own)
          if (!this.#first.has(own)) this.#first.set(own, time)
          rdds.set(own, rdd)
        },
        hasNone: (stream) => without.has(originalOf(stream)),
        first: first ?? ((stream) => this.#first.get(originalOf(stream))),
        newest: (stream) => this.#newestOf(originalOf(stream)),
        address: (stream) => `${this.#addresses.get(originalOf(stream)) ?? stream.operation}${run}`,
        stateVersion,
        recordFailure: (stream) => {
          evaluation.failed ??= stream
          failing.add(originalOf(stream))
        },
        keepOnDriver: (stream) => void onDriver.add(originalOf(stream)),
        input: read,
      },
    }
    return evaluation
  }

  #newestOf(stream: AnyDStream): ReturnType<Batch["newest"]> {
    const { batchDuration, zeroTime } = this.#options
    const oldest = Math.max(zeroTime, this.#newest - this.rememberOf(stream))
    for (let time = this.#newest; time >= oldest; time -= batchDuration) {
      const rdd = this.#evaluations.get(time)?.rdds.get(stream)
      if (rdd !== undefined) return { time, rdd }
    }
    return undefined
  }

  /**
   * Whether evaluating a stream would only repeat a failure: its operator, or one that it depends on, has failed in this
   * batch.
   */
  hasFailed(stream: AnyDStream, time: number): boolean {
    const evaluation = this.#evaluations.get(time)
    if (evaluation === undefined || evaluation.failing.size === 0) return false
    const { failing, rdds } = evaluation
    const seen = new Set<AnyDStream>()
    const open = [originalOf(stream)]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next) || rdds.has(next)) continue
      if (failing.has(next)) return true
      seen.add(next)
      open.push(...next.parents.map(originalOf))
    }
    return false
  }

  /** Returns the operator that failed first since the last call, which is the origin of the failure. */
  takeFailed(time: number): { readonly operation: string; readonly site: CallSite } | undefined {
    const evaluation = this.#evaluations.get(time)
    const failed = evaluation?.failed
    if (evaluation !== undefined) evaluation.failed = undefined
    return failed
  }

  /** Whether a stream's RDD of a batch can be made on the driver only. */
  isOnDriver(stream: AnyDStream, time: number): boolean {
    return this.#evaluations.get(time)?.onDriver.has(originalOf(stream)) === true
  }

  /** Returns for how many milliseconds a stream's RDDs are remembered. */
  rememberOf(stream: AnyDStream): number {
    return this.#remember.get(originalOf(stream)) ?? this.#options.batchDuration
  }

  /** Returns the remembered RDDs of a stream between two batch times, both included, oldest first. */
  rddsBetween<A, E, R>(stream: DStream<A, E, R>, from: number, to: number): ReadonlyArray<RDD<A, E, R>> {
    return Array.from(this.#evaluations)
      .filter(([time]) => from <= time && time <= to)
      .toSorted(([a], [b]) => a - b)
      .flatMap(([, { rdds }]) => rdds.get(originalOf(stream)) as RDD<A, E, R> ?? [])
  }

  /** Releases what no batch after the one at `time` can need. */
  release(time: number): void {
    const { batchDuration } = this.#options
    for (; this.#released < time; this.#released += batchDuration) this.#releaseOne(this.#released + batchDuration)
  }

  /**
   * Releases one RDD of each stream, because the batch at `time` has ended: the RDD that just became too old for that
   * stream.
   */
  #releaseOne(time: number): void {
    const { batchDuration } = this.#options
    for (const [stream, duration] of this.#remember) {
      const old = time - Math.ceil(duration / batchDuration) * batchDuration
      const evaluation = this.#evaluations.get(old)
      if (evaluation === undefined) continue
      evaluation.rdds.delete(stream)
      if (evaluation.rdds.size === 0) this.#evaluations.delete(old)
    }
  }

  /** Discards a batch that failed or was dropped. Later batches find no RDDs of it. */
  discard(time: number): void {
    this.#evaluations.delete(time)
    for (const [stream, first] of this.#first) if (first === time) this.#first.delete(stream)
  }
}

/** Makes a `ReadInput` for a batch without an allocation, such as one that is no longer remembered: its inputs have no RDDs. */
const withoutAllocation = (time: number): ReadInput => (stream) =>
  Effect.fail(new NoRDD({ operation: stream.operation, time }))
