/**
 * The work of a batch: the jobs of its outputs, and its kept RDDs.
 *
 * @module
 */
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
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
  /** Outputs that are skipped, as their policies say, because their streams could not be evaluated. */
  readonly skipped: ReadonlyArray<OutputOperationInfo>
  /** The kept RDDs: what later batches need from this one. */
  readonly kept: ReadonlyArray<KeptRDD>
}

/** Whether a batch has no jobs and no skipped outputs. Such a batch has no `BatchStarted` event. */
export const isSilent = ({ jobs, skipped }: Work): boolean => jobs.length === 0 && skipped.length === 0

/** Whether a batch has no jobs, no skipped outputs and no kept RDDs. Such a batch is committed without being opened. */
export const isIdle = (work: Work): boolean => isSilent(work) && work.kept.length === 0
