/**
 * Differences on purpose as changes of cases: the case with Spark's behaviour in place of ours, or without the
 * expectations that cannot be met. All else in a changed case is compared as ever. `differences.json` says which there are.
 */
import { openOrder } from "./relax_order.ts"
import type { Relaxation } from "./relaxing.ts"
import { othersRun, poisoned } from "./relax_failures.ts"
import { badPartitions, checkpoints, misplaced, outputIds, timeouts } from "./relax_state.ts"
import { arrayKeys, intervals, lateCheckpoints, refusedChanges, slices, texts, windowLevels } from "./relax_values.ts"
import { countsFromFirst, emptyWindows, inverseWindows, leavingFiltered, uncounted } from "./relax_windows.ts"

/** The relaxations by the names that `differences.json` uses. */
export const relaxations: Readonly<Record<string, Relaxation>> = {
  inverseWindows,
  countsFromFirst,
  timeouts,
  uncounted,
  checkpoints,
  poisoned,
  othersRun,
  leavingFiltered,
  emptyWindows,
  badPartitions,
  misplaced,
  outputIds,
  windowLevels,
  intervals,
  slices,
  refusedChanges,
  lateCheckpoints,
  arrayKeys,
  texts,
  openOrder,
}
