/**
 * What the local engine needs of other isolates that run tasks for it.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Engine } from "../../rdd/engine.ts"
import type { Executor } from "../plan/executor.ts"
import type { StateStore } from "../state_store.ts"
import type { Surroundings } from "../task/operations.ts"
import type { Addressing } from "./actions.ts"

/** Where the tasks of the driver run. */
export interface Here extends Omit<Surroundings, "primitiveAt" | "gathered"> {
  readonly states: StateStore
  /** Runs tasks on the driver. */
  readonly executor: Executor
  /** The blocks made of buckets, by input. */
  readonly gathered: NonNullable<Surroundings["gathered"]>
}

/** Other isolates that run tasks, which have copies of the graph. */
export interface Elsewhere {
  /** Runs tasks there and on the driver. */
  readonly executor: Executor
  readonly addressing: Addressing
  /** Gives the notes of a batch to the copies. */
  readonly openBatch: (notes: unknown) => Effect.Effect<void, unknown, unknown>
  /** Releases the notes and the RDDs of copies that no batch after this time can use. */
  readonly endBatch: (time: number) => Effect.Effect<void>
  /** The methods that only engines with copies of graphs have. */
  readonly methods: Pick<Engine, "useCopy" | "useWorkers">
}
