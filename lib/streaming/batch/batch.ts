/**
 * A batch as one value: what was allocated to it, what it has to do, and how it ended.
 *
 * @module
 */
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import type { Unread } from "./allocator.ts"
import type { Failed } from "./policies.ts"
import type { BatchReport } from "./reports.ts"
import { hasOnlyFailed, isSilent, noWork, type Work } from "./work.ts"

/** Where a batch stands. Each phase follows the one before it; a batch may end in any of them. */
export type Phase =
  /** An input could not say what the batch reads. It fails when its turn has come. */
  | { readonly _tag: "Unallocated"; readonly failed: Failed }
  /** It waits until the batch before it has ended. */
  | { readonly _tag: "Allocated" }
  /** Its RDDs are made; nothing is computed. */
  | { readonly _tag: "Evaluated"; readonly work: Work }
  /** The engine has opened it. */
  | { readonly _tag: "Running"; readonly work: Work }
  /** Its state is final, and so are its positions, or they become final with those of the next batch that has work. */
  | { readonly _tag: "Committed" }
  /** Rolled back. */
  | { readonly _tag: "Failed"; readonly failed: Failed }
  /** Rolled back, because the context stopped first. */
  | { readonly _tag: "Dropped" }

/** How a batch ends. */
export type Ending = Extract<Phase, { readonly _tag: "Committed" | "Failed" | "Dropped" }>

/** One batch. Only the runtime changes its phase. */
export interface Batch {
  /** End of its interval, epoch milliseconds. */
  readonly time: number
  readonly allocation: Allocation
  /** The inputs that could not say what the batch reads: what is made of them fails. */
  readonly unread: Unread
  /** What listeners are told of it. */
  readonly report: BatchReport
  phase: Phase
}

/** What a batch has to do, as far as it has been evaluated. */
export const workOf = ({ phase }: Batch): Work =>
  phase._tag === "Evaluated" || phase._tag === "Running" ? phase.work : noWork

/**
 * How a batch ended, as the test kit tells it. `no jobs`: no output had an RDD. `generation failed`: it failed before its
 * jobs, or all outputs that were due did. `failed`: it failed with its context.
 */
export type BatchResult = "completed" | "no jobs" | "generation failed" | "failed"

/** The result of a batch that ends now; undefined for one that is dropped. */
export const resultOf = (batch: Batch, { _tag }: Ending): BatchResult | undefined => {
  if (_tag === "Dropped") return undefined
  if (_tag === "Committed") {
    const work = workOf(batch)
    return hasOnlyFailed(work) ? "generation failed" : isSilent(work) ? "no jobs" : "completed"
  }
  return batch.phase._tag === "Running" ? "failed" : "generation failed"
}
