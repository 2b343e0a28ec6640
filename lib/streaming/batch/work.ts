/**
 * The work of a batch: the jobs of its outputs, and what later batches need.
 *
 * @module
 */
import type { AnyOutput } from "../../dstream/outputs/output.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
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
  /** Outputs that their policy skips, because their streams could not be evaluated. */
  readonly skipped: ReadonlyArray<OutputOperationInfo>
  /** What later batches need of this one. */
  readonly kept: ReadonlyArray<KeptRDD>
}

/** What a batch has to do before it has been evaluated. */
export const noWork: Work = { jobs: [], skipped: [], kept: [] }

/** Whether no output has anything to do in a batch: listeners are not told of it. */
export const isSilent = ({ jobs, skipped }: Work): boolean => jobs.length === 0 && skipped.length === 0

/** Whether there is nothing at all to compute in a batch. */
export const isIdle = (work: Work): boolean => isSilent(work) && work.kept.length === 0
