/**
 * The work of a batch: the jobs of its outputs, and its kept RDDs.
 *
 * @module
 */
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import type { BatchFailed } from "../errors.ts"
import type { OutputOperationInfo } from "../listeners/events.ts"
import type { KeptRDD } from "../../dstream/graph/kept_streams.ts"

/** One output in one batch, with its RDD. */
export interface Job {
  readonly outputId: number
  readonly output: AnyOutput
  readonly rdd: AnyRDD
}

/** The work of a batch, known when it has been evaluated. */
export interface Work {
  readonly jobs: ReadonlyArray<Job>
  /** Outputs that ended without a job, skipped or failed, because their streams could not be evaluated. */
  readonly ended: ReadonlyArray<OutputOperationInfo>
  /** The failures of evaluation under `continueOn`. The first one is reported when the batch has ended. */
  readonly failures: ReadonlyArray<BatchFailed<unknown>>
  /** The kept RDDs: what later batches need from this one. */
  readonly kept: ReadonlyArray<KeptRDD>
}

/** Whether a batch has no jobs and no skipped outputs. Such a batch has no `BatchStarted` event. */
export const isSilent = ({ ended, jobs }: Work): boolean =>
  jobs.length === 0 && ended.every(({ outcome }) => outcome === "failed")

/** Whether each output that was due has failed before it had a job. */
export const hasOnlyFailed = (work: Work): boolean => work.failures.length > 0 && isSilent(work)

/** Whether a batch has no jobs, no skipped outputs and no kept RDDs. Such a batch is committed without being opened. */
export const isIdle = (work: Work): boolean => isSilent(work) && work.kept.length === 0
