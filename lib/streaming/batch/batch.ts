/**
 * A batch as one value: what was allocated to it, what it has to do, and how it ended.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import type { CheckpointFailed } from "../checkpoint/errors.ts"
import type { Unread } from "./allocator.ts"
import type { Failed } from "./policies.ts"
import type { BatchReport } from "./reports.ts"
import { hasOnlyFailed, isSilent, type Work } from "./work.ts"

/** The phase of a batch. A batch goes through Allocated, Evaluated and Running in this order, but can end in any of them. */
export type Phase =
  /** An input failed when the batch was allocated. The batch fails once the batch before it has ended. */
  | { readonly _tag: "Unallocated"; readonly failed: Failed }
  /** The batch waits until the batch before it has ended. */
  | { readonly _tag: "Allocated" }
  /** Its RDDs are made, but not computed yet. */
  | { readonly _tag: "Evaluated"; readonly work: Work }
  /** The engine has opened the batch, and its jobs run. */
  | { readonly _tag: "Running"; readonly work: Work }
  /** Its state is final. A batch without work leaves its positions to the next batch with work, which commits them. */
  | { readonly _tag: "Committed" }
  /** It failed and was rolled back. */
  | { readonly _tag: "Failed"; readonly failed: Failed }
  /** The context stopped before it ended, so it was rolled back. */
  | { readonly _tag: "Dropped" }

/** How a batch ends. */
export type Ending = Extract<Phase, { readonly _tag: "Committed" | "Failed" | "Dropped" }>

/** One batch. Only the runtime changes its phase. */
export interface Batch {
  /** The batch time: the end of its interval in epoch milliseconds. */
  readonly time: number
  readonly allocation: Allocation
  /** The inputs that failed when the batch was allocated. Streams made of them cannot be evaluated. */
  readonly unread: Unread
  /** Waits until the checkpoint, if there is one, durably says what the batch reads. No output may run before. */
  readonly isLogged: Effect.Effect<void, CheckpointFailed>
  /** Publishes the events of this batch. */
  readonly report: BatchReport
  phase: Phase
}

/** The work of a batch, if it has been evaluated. */
export const workOf = ({ phase }: Batch): Work | undefined => "work" in phase ? phase.work : undefined

/**
 * How a batch ended, for the test kit. `no jobs`: no output had an RDD. `generation failed`: the batch failed before its jobs
 * ran, or each output that was due did. `failed`: it failed in a job or at the commit, and the context stopped.
 */
export type BatchResult = "completed" | "no jobs" | "generation failed" | "failed"

/** Returns the result of a batch that is about to end; undefined if it is dropped. */
export const resultOf = (batch: Batch, { _tag }: Ending): BatchResult | undefined => {
  if (_tag === "Dropped") return undefined
  if (_tag === "Failed") return batch.phase._tag === "Running" ? "failed" : "generation failed"
  const work = workOf(batch)
  if (work === undefined) return "no jobs"
  return hasOnlyFailed(work) ? "generation failed" : isSilent(work) ? "no jobs" : "completed"
}

/** The maximum number of batch results that are remembered. */
const MAX_RESULTS = 1_024

/** Adds the result of a batch, and removes the oldest results if there are too many. */
export const rememberResult = (results: Map<number, BatchResult>, time: number, result: BatchResult): void => {
  results.set(time, result)
  for (const each of results.keys()) {
    if (results.size <= MAX_RESULTS) break
    results.delete(each)
  }
}
