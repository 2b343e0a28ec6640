/**
 * Where the records of an input stream come from.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { AnyPositions } from "./positions.ts"
import type { Receiver } from "./receiver.ts"

/** The source of an input stream. `title` is what user interfaces call it, such as `Socket`. */
export type InputSource =
  /** A receiver that stores blocks as records arrive. */
  | {
    readonly kind: "blocks"
    readonly title: string
    readonly receiver: Receiver<unknown, unknown, unknown>
    /** Whether a context with a checkpoint logs what is received (true). */
    readonly isLogged?: boolean | undefined
  }
  /** A source that is read by position: planned by the driver at each tick, read when the batch runs. */
  | {
    readonly kind: "positions"
    readonly title: string
    readonly open: Effect.Effect<AnyPositions, unknown, unknown>
    /** Makes the RDD of a position in workers, which read it themselves. Undefined: the driver reads it. */
    readonly readInWorkers?: ((position: never, time: number) => AnyRDD) | undefined
  }
