/**
 * What all versions of one partition of a state share.
 *
 * @module
 */
import type { StateChanges } from "./state_changes.ts"
import { StateTable } from "./state_table.ts"
import type { WriteOrder } from "./write_order.ts"

/** What all versions of a partition share. `V` is the type of the versions. */
export interface Shared<V> {
  readonly table: StateTable
  /** The version that the table shows. */
  shown: V
  /** When entries were written; undefined until the first time that old ones are asked for. */
  order: WriteOrder | undefined
  /** What has changed since the last capture; undefined until the first capture. */
  changes: StateChanges | undefined
  /** Places of deleted entries. They are removed from the table when no version below can be read from it any more. */
  deleted: Array<number>
  /** How often entries have moved to other places, or other versions have been shown. */
  moves: number
}

/** What the versions of a new partition share. */
export const sharedBy = <V>(
  shown: V,
  { changes, order, table = new StateTable() }: Partial<Pick<Shared<V>, "changes" | "order" | "table">> = {},
): Shared<V> => ({ table, shown, order, changes, deleted: [], moves: 0 })
