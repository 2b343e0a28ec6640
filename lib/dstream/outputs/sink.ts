/**
 * The contract of sinks, which commit the records of a batch together with a mark that the batch was written.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** The batch and output that records belong to. `output` and `time` together are its key: they are the same after a restart. */
export interface SinkBatch {
  /** The name of the output. */
  readonly output: string
  /** The batch time in epoch milliseconds. */
  readonly time: number
  /** 0 for the first run of the output in this batch, 1 for its first retry, and so on. */
  readonly attempt: number
  /** Whether an earlier process may have written the batch. Others need not be looked up. */
  readonly recovered: boolean
}

/** What a batch writes. It has no effect if its scope closes before `commit` has succeeded. */
export interface SinkTransaction<in A, out E = never, out R = never> {
  /** Prepares records of the batch. Called for one partition after the other, in order. */
  readonly write: (records: ReadonlyArray<A>) => Effect.Effect<void, E, R>
  /** Commits what was written, together with the key of the batch. */
  readonly commit: Effect.Effect<void, E, R>
}

/** A place that batches are written to exactly once. `Testing.checkSink` checks what is promised here. */
export interface Sink<in A, out E = never, out R = never> {
  /** What is wrong with the settings of the sink. A context whose graph writes to a sink with problems does not start. */
  readonly problems?: ReadonlyArray<string> | undefined
  /**
   * Begins to write a batch, in the current scope. Succeeds with undefined if the batch was committed before, so that nothing
   * is left to do.
   */
  readonly begin: (batch: SinkBatch) => Effect.Effect<SinkTransaction<A, E, R> | undefined, E, R | Scope.Scope>
}
