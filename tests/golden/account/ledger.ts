/**
 * The account of a case: a small interpreter of streams. It computes what the outputs give batch by batch, once as Spark does
 * it and once with the documented differences, so that a difference can be compared instead of being excused.
 *
 * The RDD operations are those of the library, which recordings of RDDs prove. Everything that connects batches (windows,
 * states, failures) is written here, in the plainest way.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Testing } from "../../../lib/testing.ts"
import type { AnyRDD } from "../rdd_nodes.ts"

/** The documented differences between DStream and Spark that an account knows. `true`: as DStream does it. */
export interface Dialect {
  /** An inverse window holds the records of its batches and nothing else. */
  readonly windows: boolean
  /** A key times out in the first batch after its timeout, not at the next checkpoint. */
  readonly timeouts: boolean
  /** What cannot be evaluated or computed in a batch is in no window and no state, and concerns no other output. */
  readonly failures: boolean
  /** A state for a key that belongs to another partition fails its batch. */
  readonly misplaced: boolean
  /** The id of an output is its place in the graph, not its place among the outputs that run in the batch. */
  readonly outputIds: boolean
}

/** An effect of an account. It fails where the batch fails before its jobs. */
export type Evaluation<A> = Effect.Effect<A, unknown, Testing.Services>

/** Values that a stream has at the times of its slide; undefined where it has none. */
export interface Timed<A> {
  /** Milliseconds between the values. */
  readonly slide: number
  readonly at: (time: number) => Evaluation<A | undefined>
  /** The value that is known at a time. */
  readonly known: (time: number) => A | undefined
}

/** A stream of an account. */
export type Stream = Timed<AnyRDD>

/** The times at which a stream is needed by batches to come. */
interface Kept {
  readonly stream: Timed<unknown>
  readonly isNeededAt: (time: number) => boolean
}

/** What an account is set up with. */
export interface Frame {
  readonly zeroTime: number
  readonly batchMs: number
  readonly parallelism: number
}

/** Keeps the values of streams by time. */
export class Ledger implements Frame {
  readonly zeroTime: number
  readonly batchMs: number
  readonly parallelism: number
  /** The time of the batch that is evaluated. */
  now: number
  readonly #kept: Array<Kept> = []

  constructor(frame: Frame, readonly dialect: Dialect) {
    this.zeroTime = frame.zeroTime
    this.batchMs = frame.batchMs
    this.parallelism = frame.parallelism
    this.now = frame.zeroTime
  }

  /** Whether a stream with this slide may have a value at a time. */
  isTime(slide: number, time: number): boolean {
    return time > this.zeroTime && (time - this.zeroTime) % slide === 0
  }

  /**
   * Evaluates a stream once for each time. Spark evaluates earlier times as well when they are asked for and not known yet,
   * such as those of a failed batch; DStream evaluates each time in its own batch.
   */
  timed<A>(slide: number, compute: (time: number) => Evaluation<A | undefined>): Timed<A> {
    const memo = new Map<number, A>()
    const at = (time: number): Evaluation<A | undefined> =>
      Effect.suspend(() => {
        if (!this.isTime(slide, time)) return Effect.undefined
        if (memo.has(time) || (this.dialect.failures && time < this.now)) return Effect.succeed(memo.get(time))
        return Effect.map(compute(time), (value) => {
          if (value !== undefined) memo.set(time, value)
          return value
        })
      })
    return { slide, at, known: (time) => memo.get(time) }
  }

  /** Says that batches to come need a stream, at all times or at those that `isNeededAt` tells. */
  keep(stream: Timed<unknown>, isNeededAt: (time: number) => boolean = () => true): void {
    this.#kept.push({ stream, isNeededAt })
  }

  /** Evaluates what batches to come need of the current one. Gives the failures of what cannot be evaluated. */
  get evaluateKept(): Evaluation<ReadonlyArray<Cause.Cause<unknown>>> {
    const needed = this.#kept.filter(({ isNeededAt }) => isNeededAt(this.now))
    return Effect.map(
      Effect.forEach(needed, ({ stream }) => Effect.exit(stream.at(this.now))),
      (exits) => exits.flatMap((exit) => Exit.isFailure(exit) ? [exit.cause] : []),
    )
  }
}
