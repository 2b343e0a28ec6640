/**
 * Interim: what the engine will do when it opens a batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Engine, JobContext } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { sharedAmong } from "./shared_rdds.ts"
import type { Work } from "./work.ts"

export interface OpenBatch {
  readonly dueAfter: (index: number | undefined) => ReadonlyArray<AnyRDD>
  readonly finish: (index: number) => void
  readonly lost: ReadonlySet<AnyRDD>
  readonly attempt: (outputId: number, attempt: number) => JobContext
}

export const openBatch = (
  _engine: Engine,
  work: Work,
  batchTime: number,
  lookUp: JobContext["lookUp"],
): Effect.Effect<OpenBatch> =>
  Effect.sync(() => {
    const { due, last } = sharedAmong(work.jobs, work.kept)
    const shared: JobContext["shared"] = new Map(Array.from(last.keys(), (rdd) => [rdd, undefined]))
    const finishing = Map.groupBy(last.keys(), (rdd) => last.get(rdd))
    const lost = new Set<AnyRDD>()
    return {
      dueAfter: (index) => (due.get(index) ?? []).map(({ rdd }) => rdd),
      finish: (index) => {
        for (const rdd of finishing.get(index) ?? []) shared.delete(rdd)
      },
      lost,
      attempt: (outputId, attempt) => {
        lost.clear()
        return { batchTime, outputId, attempt, shared, failed: lost, lookUp }
      },
    }
  })
