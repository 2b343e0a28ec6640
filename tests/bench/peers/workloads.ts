/** The workloads of the comparison with peers, and its goals. */

/** What every engine is given. */
export interface PeerWorkload {
  readonly records: number
  readonly keys?: number
  readonly warmUp: number
  readonly batches: number
  /** The least speed, as a multiple of Spark Streaming's. */
  readonly times: number
}

const RECORDS = 100_000
const MILLION = 1_000_000

/** The most memory, as a part of Spark Streaming's. */
export const MEMORY = 1 / 3

/** The workloads, by name. The name tells an engine what to do. */
export const workloads: Readonly<Record<string, PeerWorkload>> = {
  "wordcount": { records: RECORDS, warmUp: 15, batches: 15, times: 3 },
  "wordcount-bytes": { records: RECORDS, warmUp: 15, batches: 15, times: 10 },
  "grep": { records: RECORDS, warmUp: 40, batches: 20, times: 3 },
  "mapfilter-ints": { records: MILLION, warmUp: 20, batches: 15, times: 3 },
  "mapfilter-doubles": { records: MILLION, warmUp: 20, batches: 15, times: 3 },
  "join": { records: RECORDS, keys: 50_000, warmUp: 15, batches: 15, times: 3 },
  "groupbykey": { records: RECORDS, keys: 50_000, warmUp: 15, batches: 15, times: 3 },
  "sortbykey": { records: RECORDS, keys: 50_000, warmUp: 15, batches: 15, times: 3 },
  "window": { records: RECORDS, keys: RECORDS, warmUp: 32, batches: 5, times: 6 },
  "window-inverse": { records: RECORDS, keys: RECORDS, warmUp: 35, batches: 10, times: 6 },
  "updatestate": { records: 10_000, keys: MILLION, warmUp: 6, batches: 10, times: 9 },
  "mapstate": { records: 10_000, keys: MILLION, warmUp: 6, batches: 10, times: 38 },
  "empty": { records: 0, warmUp: 150, batches: 100, times: 3 },
}
