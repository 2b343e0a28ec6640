/**
 * Marks tell a database which batches of an output it has. All databases follow the same rule.
 *
 * The transaction of a batch first writes the mark of the batch. If the mark exists already, the batch was committed before,
 * and the transaction writes nothing else. Before it commits it deletes the oldest marks of the output, so that `keepMarks`
 * remain, and records the newest mark that was ever deleted. A batch that is not newer than that one and has no mark may have
 * been written or not, so it is refused.
 *
 * @module
 */
import type { SqlBatch } from "../../dstream/outputs/sql_sink.ts"

/** The table of marks. */
export const COMMITS = "dstream_commits"
/** The table of the newest deleted mark of each output. */
export const PRUNED = "dstream_pruned"

/** The statements of the rule. In parentheses: the values of their parameters. */
export interface Marks {
  /** Create the tables, one after the other. */
  readonly create: ReadonlyArray<string>
  /** Writes a mark (output, batch time). Changes no row if it exists. */
  readonly write: string
  /** Gives the batch time of the newest deleted mark (output). Must run after `write`. */
  readonly pruned: string
  /** Records the newest mark older than the newest `index + 1` ones (output, index). Changes no row if there is none. */
  readonly note: string
  /** Deletes the marks up to the recorded one (output). */
  readonly prune: string
}

/**
 * The statements for a database: how it names parameters (`parameter(0)`, …), its type for 64-bit integers, and what it
 * wants after a table's columns.
 */
export const marksOf = (parameter: (index: number) => string, integer: string, suffix = ""): Marks => {
  const [first, second] = [parameter(0), parameter(1)]
  return {
    create: [
      `CREATE TABLE IF NOT EXISTS ${COMMITS} ` +
      `(output TEXT NOT NULL, batch_time ${integer} NOT NULL, PRIMARY KEY (output, batch_time))${suffix}`,
      `CREATE TABLE IF NOT EXISTS ${PRUNED} (output TEXT NOT NULL PRIMARY KEY, batch_time ${integer} NOT NULL)${suffix}`,
    ],
    write: `INSERT INTO ${COMMITS} (output, batch_time) VALUES (${first}, ${second}) ON CONFLICT DO NOTHING`,
    pruned: `SELECT batch_time FROM ${PRUNED} WHERE output = ${first}`,
    note: `INSERT INTO ${PRUNED} (output, batch_time) ` +
      `SELECT output, max(batch_time) FROM ${COMMITS} WHERE output = ${first} AND batch_time < ` +
      `(SELECT batch_time FROM ${COMMITS} WHERE output = ${first} ORDER BY batch_time DESC LIMIT 1 OFFSET ${second}) ` +
      "GROUP BY output ON CONFLICT (output) DO UPDATE SET batch_time = excluded.batch_time " +
      `WHERE excluded.batch_time > ${PRUNED}.batch_time`,
    prune: `DELETE FROM ${COMMITS} WHERE output = ${first} AND batch_time <= ` +
      `(SELECT batch_time FROM ${PRUNED} WHERE output = ${first})`,
  }
}

/**
 * Why a batch without a mark is refused, or undefined if it may be written. `pruned` is the time of the newest deleted mark,
 * as a number or text, or undefined.
 */
export const refusal = ({ batchTime, keepMarks }: SqlBatch, pruned: unknown): string | undefined =>
  pruned === undefined || batchTime > Number(pruned) ? undefined : (
    `the mark of this batch would be older than the ${keepMarks} that are kept (keepMarks), ` +
    "so it may have been written before or not"
  )
