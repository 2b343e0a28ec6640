/**
 * The work of a batch: the jobs of its outputs, and what later batches need.
 *
 * @module
 */
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { BatchFailed } from "../errors.ts"
import type { OutputOperationInfo } from "../listeners/events.ts"
import type { KeptRDD } from "../../dstream/graph/kept_streams.ts"

/** One output of one batch, with the RDD that it works on. */
export interface Job {
  readonly outputId: number
  readonly output: AnyOutput
  readonly rdd: AnyRDD
}

/** What a batch has to do. */
export interface Work {
  readonly jobs: ReadonlyArray<Job>
  /** Outputs that have ended without a job, skipped or failed, because their streams could not be evaluated. */
  readonly ended: ReadonlyArray<OutputOperationInfo>
  /** Why streams could not be evaluated, as far as that is to be reported. */
  readonly failures: ReadonlyArray<BatchFailed<unknown>>
  /** What later batches need of this one. */
  readonly kept: ReadonlyArray<KeptRDD>
}

/** What a batch has to do before it has been evaluated. */
export const noWork: Work = { jobs: [], ended: [], failures: [], kept: [] }

/** Whether no output has a job, or was skipped: listeners are not told that the batch runs. */
export const isSilent = ({ ended, jobs }: Work): boolean =>
  jobs.length === 0 && ended.every(({ outcome }) => outcome === "failed")

/** Whether outputs have failed before they had jobs, and there are no others that have anything to do. */
export const hasOnlyFailed = (work: Work): boolean => work.failures.length > 0 && isSilent(work)

/** Whether there is nothing at all to compute in a batch. */
export const isIdle = (work: Work): boolean => isSilent(work) && work.kept.length === 0
