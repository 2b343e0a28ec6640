/**
 * Streams and the batches they are evaluated in. A stream is evaluated in a batch, and a batch looks RDDs up by stream:
 * the two types need each other, so they are declared together.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Types from "effect/Types"
import type { CallSite } from "../core/call_site.ts"
import { describeValue } from "../core/describe_value.ts"
import { EngineFault } from "../core/errors.ts"
import type { Callable } from "../rdd/primitive.ts"
import type { AnyRDD, RDD } from "../rdd/rdd.ts"
import type { Fields } from "../rdd/state.ts"
import type { AnyFormat } from "./state_format.ts"
import type { InputSource } from "./inputs/input_source.ts"

/** Marks streams. */
export const TypeId = "~dstream/DStream"

/**
 * A stream of records, as an immutable value. Composing streams runs nothing. In each batch a stream stands for one
 * RDD, and it is an Effect that yields that RDD: operators yield the RDDs of their parents. `E` and `R` are the errors
 * and services of the effectful functions in the stream. Spark: `DStream[T]`.
 */
export interface DStream<out A, out E = never, out R = never>
  extends Effect.Effect<RDD<A, E, R>, E | NoRDD, R | Batch> {
  readonly [TypeId]: {
    readonly _A: Types.Covariant<A>
    readonly _E: Types.Covariant<E>
    readonly _R: Types.Covariant<R>
  }
  /** The operation that made the stream, such as `map`. */
  readonly operation: string
  /** The streams it is computed from. */
  readonly parents: ReadonlyArray<AnyDStream>
  /** The user's functions that the operation calls. Their texts are part of the graph's fingerprint. */
  readonly functions: ReadonlyArray<Callable>
  /** Milliseconds from one of its RDDs to the next; undefined if that is the batch interval. */
  readonly slideDuration: number | undefined
  /** Its name, unique in the graph; undefined if it has none. */
  readonly name: string | undefined
  /** Where in the user's source it was made. */
  readonly site: CallSite
  /** What else the graph has to know of the stream. */
  readonly traits: Traits
}

/** A DStream of any type. */
export type AnyDStream = DStream<unknown, unknown, unknown>

/** What a graph has to know of an operator besides its operation, parents and functions. */
export interface Traits {
  /** Where the records come from. Only inputs have a source. */
  readonly source?: InputSource | undefined
  /**
   * How much longer than its own RDDs the operator needs those of its parents, in milliseconds. Windows set it. The
   * parents are then evaluated in every batch that the operator will look back at.
   */
  readonly lookBack?: number | undefined
  /** The time without records after which a stateful operator removes a key, in milliseconds. */
  readonly idleTimeout?: number | undefined
  /**
   * Marks a kept stream: later batches build on its RDDs (`always`: state) or look back at them (`whileNeeded`:
   * windows). The runtime evaluates and computes its RDD in the batch it belongs to. If that fails, later batches see
   * it as empty. The RDD must be made by the stream's own body, and stay stored once it is computed.
   */
  readonly keeps?: "always" | "whileNeeded" | undefined
  /**
   * What a checkpoint has to know of a stateful operator: `shape` says what its state is made for, and a state of another
   * shape cannot go on. A state with `rebuilds` is not logged, because it is made again of what its window looks back at.
   */
  readonly durable?: {
    readonly shape?: string | undefined
    readonly rebuilds?: boolean | undefined
    /** How values are written and read. Default: as they are, as plain data. */
    readonly format?: AnyFormat | undefined
    /** The properties of values that the library itself makes. They are neither checked nor frozen. */
    readonly fields?: Fields | undefined
  } | undefined
  /** Whether the stream is an internal part of the operator that consumes it, with RDDs that mean nothing to users. */
  readonly isInternal?: boolean | undefined
  /** Whether the operator's functions return Effects: the advice for a caller who gave an async function. */
  readonly takesEffects?: boolean | undefined
  /** The operation to use for functions that return Effects, such as `mapEffect` in place of `map`. */
  readonly effectVariant?: string | undefined
  /**
   * Lists what is wrong with the operator's arguments, given the batch interval in milliseconds. Called before start.
   */
  readonly check?: ((batchDuration: number) => ReadonlyArray<string>) | undefined
  /** The layer of a `provide`. The inputs that the stream is computed from get it as well. */
  readonly layer?: unknown
}

/** Options of every operator. */
export interface NodeOptions extends Traits {
  /** Milliseconds from one RDD to the next. Default: the slide of the first parent. */
  readonly slideDuration?: number | undefined
  /** The stream's name, unique in the graph. */
  readonly name?: string | undefined
}

/**
 * The failure of evaluating a stream that has no RDD at a batch time: its slide is longer than the batch interval, or
 * its source has nothing for this batch. This is not an empty RDD, because no job runs for it. Most operators then have
 * no RDD either; operators of several streams fail the batch instead, as Spark's do.
 */
export class NoRDD extends Data.Error<{ readonly operation: string; readonly time: number }> {
  readonly _tag = "NoRDD" as const
  override get message(): string {
    return `${this.operation} has no RDD at ${this.time} ms`
  }
}

/**
 * The failure of an operator whose parent has no RDD at a batch time although the operator needs one.
 * Spark: `Couldn't generate RDD from parent at time`.
 */
export class ParentWithoutRDD extends EngineFault<{ readonly operation: string; readonly time: number }> {
  readonly _tag = "ParentWithoutRDD" as const
  override get message(): string {
    return `Couldn't generate RDD from parent at time ${this.time} ms (${this.operation} needs one of every stream)`
  }
}

/** The failure of an operator whose body returned something other than an RDD, which only untyped code can do. */
export class OperatorWithoutRDD extends EngineFault<{ readonly operation: string; readonly given: unknown }> {
  readonly _tag = "OperatorWithoutRDD" as const
  override get message(): string {
    return `The body of ${this.operation} must give an RDD, but gave: ${describeValue(this.given)}`
  }
}

/**
 * What the evaluation of a stream sees of its batch. It is a requirement of the stream as an Effect, and never part of
 * the types that users write.
 */
export interface Batch {
  /** The batch time: the end of the interval it covers, epoch milliseconds. */
  readonly time: number
  /** The start of the first batch. */
  readonly zeroTime: number
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
  /** The engine's default number of partitions. */
  readonly defaultParallelism: number
  /** Another batch of the same run, for operators that look back. */
  readonly at: (time: number) => Batch
  /** The RDD that a stream already has at this time. A plain look-up. */
  readonly recall: (stream: AnyDStream) => AnyRDD | undefined
  /** Remembers the RDD of a stream for as long as later batches may ask for it. Undefined: the stream has none in this batch. */
  readonly remember: (stream: AnyDStream, rdd: AnyRDD | undefined) => void
  /** Whether the stream was evaluated and has no RDD in this batch. */
  readonly hasNone: (stream: AnyDStream) => boolean
  /** The batch time of the first RDD that the stream had in this run, also when that is no longer remembered. */
  readonly first: (stream: AnyDStream) => number | undefined
  /** The newest remembered RDD of the stream, also one of a later batch. */
  readonly newest: (stream: AnyDStream) => { readonly time: number; readonly rdd: AnyRDD } | undefined
  /** The address of a stream in the graph: its name, or its operation and place. */
  readonly address: (stream: AnyDStream) => string
  /** The batch time of the current version of a state; undefined if it has none. */
  readonly stateVersion: (id: string) => number | undefined
  /** Records that the operator of this stream failed. The first one recorded in an evaluation is where the failure began. */
  readonly recordFailure: (stream: AnyDStream) => void
  /**
   * Records that the RDD of this stream must be made on the driver, because the stream's function runs an action or gives an
   * Effect. Copies of the graph do not evaluate the stream.
   */
  readonly keepOnDriver: (stream: AnyDStream) => void
  /** Reads what was allocated to this batch from an input stream. */
  readonly input: (stream: AnyDStream) => Effect.Effect<AnyRDD, unknown, unknown>
}

/**
 * The batch that is being evaluated, for the body of operators written with `DStream.make`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, RDD } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const times = DStream.make("times", [], [], () => Effect.map(DStream.Batch, ({ time }) => RDD.parallelize([time])))
 * assert.deepEqual(await Effect.runPromise(Testing.run(times, { batches: 2 })), [[1000], [2000]])
 * ```
 */
export const Batch: Context.Service<Batch, Batch> = Context.Service<Batch>("@dstream/dstream/Batch")
