/** All rules in the order in which they are applied. `differences.json` says what they are about. */
import { accounts } from "./accounts.ts"
import { idleBatches } from "./listeners.ts"
import { fileOrder, hiddenFiles } from "./files.ts"
import { openOrder } from "./orders.ts"
import { recoveredBatches } from "./recovery.ts"
import { arrayKeys, rddChanges } from "./rdds.ts"
import type { Rule } from "./rule.ts"
import {
  contextsOfStreams,
  intervals,
  lateChanges,
  lateDefinitions,
  lateRemember,
  slices,
  startTwice,
  windowLevels,
} from "./scripts.ts"
import { badPartitions, checkpoints, emptyWindows } from "./starting.ts"
import { texts } from "./texts.ts"

/** The rules. Those that only change how something is written or ordered come first. */
export const rules: ReadonlyArray<Rule> = [
  texts,
  openOrder,
  accounts,
  checkpoints,
  emptyWindows,
  badPartitions,
  startTwice,
  lateDefinitions,
  lateRemember,
  lateChanges,
  contextsOfStreams,
  slices,
  intervals,
  windowLevels,
  rddChanges,
  arrayKeys,
  idleBatches,
  fileOrder,
  hiddenFiles,
  recoveredBatches,
]
