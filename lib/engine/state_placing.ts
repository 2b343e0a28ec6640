/**
 * How the keys of a state are placed in its partitions.
 *
 * @module
 */
import { Mismatch } from "../core/errors.ts"
import { equalKeys } from "../core/keys.ts"
import { inPieces, type Piecewise } from "../core/pace.ts"
import { showRecord } from "../core/show.ts"
import { type Partitioner, show as showPartitioner } from "../rdd/partitioner.ts"
import type { Placing } from "./capture_format.ts"
import type { Capturable } from "./state_capture.ts"
import { StateChanges } from "./state_changes.ts"
import type { RestoredTable } from "./state_restore.ts"
import { GONE, StateTable } from "./state_table.ts"
import { WriteOrder } from "./write_order.ts"

/** How a partitioner places keys. */
export const placingOf = ({ detail, name, numPartitions }: Partitioner): Placing => ({ name, numPartitions, detail })

/** Whether keys are placed in the same way. */
export const isSamePlacing = (a: Placing | undefined, b: Placing | undefined): boolean =>
  a?.name === b?.name && a?.numPartitions === b?.numPartitions && equalKeys(a?.detail, b?.detail)

/** Places the entries of all partitions anew. Throws `Mismatch`, and what the partitioner throws. */
export function* placeAnew(
  partitions: ReadonlyMap<number, Capturable>,
  partitioner: Partitioner,
): Piecewise<ReadonlyArray<RestoredTable>> {
  const sources = Array.from(partitions.keys()).sort((a, b) => a - b).map((i) => partitions.get(i)!.shown())
  const times = sources.flatMap(({ order }) => order === undefined ? [] : order.since)
  const since = times.length === 0 ? undefined : Math.max(...times)
  const tables = Array.from({ length: partitioner.numPartitions }, () => {
    const table = new StateTable()
    return { table, order: since === undefined ? undefined : new WriteOrder(table, since), changes: new StateChanges() }
  })
  for (const { order, table: { cells } } of sources) {
    yield* inPieces(cells.length >> 1, (from, to) => {
      for (let place = 2 * from; place < 2 * to; place += 2) {
        if (cells[place + 1] === GONE) continue
        const target = tableFor(tables, cells[place], partitioner)
        const at = target.table.insert(cells[place], cells[place + 1])
        target.order?.set(at, order?.timeOf(place) ?? NaN)
      }
    })
  }
  return tables
}

const tableFor = (tables: ReadonlyArray<RestoredTable>, key: unknown, by: Partitioner): RestoredTable => {
  const partition = by.getPartition(key)
  const target = tables[partition]
  if (target === undefined) {
    const where = `partition ${partition}, but has 0 to ${by.numPartitions - 1}`
    throw new RangeError(`${by.name} put ${showRecord(key)} into ${where}`)
  }
  if (target.table.find(key) < 0) return target
  const problem = `The restored state has ${showRecord(key)} in several partitions, so it cannot be placed by ` +
    `${showPartitioner(by)}. Restore it with the number of partitions that it had`
  throw new Mismatch({ problem })
}
