/**
 * Which leases a program takes, and which it asks for, so that all programs have about as many.
 *
 * @module
 */
import type { Lease } from "./lease_table.ts"

/** What a program does about the leases that it does not have. */
export interface Choice {
  /** Leases that no living program has. */
  readonly take: ReadonlyArray<Lease>
  /** A lease of a program that has more than its share. */
  readonly ask: Lease | undefined
}

/** Chooses among the leases of shards that can be read. `isFree` says which of them no living program has. */
export const choose = (leases: ReadonlyArray<Lease>, worker: string, isFree: (lease: Lease) => boolean): Choice => {
  const counts = new Map([[worker, 0]])
  for (const lease of leases) {
    if (lease.owner === undefined || isFree(lease)) continue
    counts.set(lease.owner, (counts.get(lease.owner) ?? 0) + 1)
  }
  const share = Math.ceil(leases.length / counts.size)
  const own = counts.get(worker) ?? 0
  const free = leases.filter(isFree)
  const take = free.slice(0, Math.max(0, share - own))
  const isAsking = leases.some(({ nextOwner }) => nextOwner === worker)
  const [most, count] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? [worker, 0]
  // A program gives away what it has too much only. One lease after the other, so that several that ask do not ask for all.
  const isUneven = count - (own + take.length) >= 2
  const ask = isAsking || !isUneven || take.length > 0
    ? undefined
    : leases.find((lease) => lease.owner === most && lease.nextOwner === undefined && !isFree(lease))
  return { take, ask }
}
