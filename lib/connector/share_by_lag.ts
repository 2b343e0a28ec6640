/**
 * Shares of the limit of a batch among the parts of a source, such as partitions and shards.
 *
 * @module
 */

/** Shares a limit out by lag: the more records wait in a part, the more of them are read. */
export const shareByLag = (lags: ReadonlyArray<number>, limit: number): ReadonlyArray<number> => {
  const total = lags.reduce((sum, lag) => sum + lag, 0)
  if (total <= limit) return lags
  const exact = lags.map((lag) => lag * limit / total)
  const shares = exact.map(Math.floor)
  let left = Math.floor(limit) - shares.reduce((sum, share) => sum + share, 0)
  // What rounding has left goes where it took most, so that parts with a small lag get their turn.
  const order = exact.map((share, i) => [share - Math.floor(share), i] as const).toSorted(([a], [b]) => b - a)
  for (const [, i] of order) {
    const share = shares[i] ?? 0
    if (left <= 0) break
    if (share >= (lags[i] ?? 0)) continue
    shares[i] = share + 1
    left--
  }
  return shares
}
