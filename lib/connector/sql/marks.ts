/**
 * Marks: how a database knows which batches of an output it has. One rule, for all databases.
 *
 * The transaction of a batch writes its mark, and nothing else if the mark is there already. Then it deletes the marks of
 * the same output that are older than the newest so many, and notes the newest mark it has deleted. A batch up to there
 * that has no mark may have been written or not: it is refused.
 *
 * @module
 */
import type { SqlBatch } from "../../dstream/outputs/sql_sink.ts"

/** The table of what has been written. */
export const COMMITS = "dstream_commits"
/** The table of the newest mark that has been deleted, for each output that has lost some. */
export const PRUNED = "dstream_pruned"

/** The statements, for a database in which parameters look like `parameter(0)`, …. */
export interface Marks {
  /** Makes the tables, one after the other. */
  readonly create: ReadonlyArray<string>
  /** Writes a mark (output, batch time), and changes no row if it is there. */
  readonly write: string
  /** Gives the batch time of the newest mark that has been deleted (output). To be asked after the mark has been written. */
  readonly pruned: string
  /** Notes the newest mark that is older than the newest `index + 1` (output, index), and changes no row if none is. */
  readonly note: string
  /** Deletes what has been noted (output). */
  readonly prune: string
}

/** The statements in the words of a database. */
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

/** Why a batch is refused, if it is. `pruned` is what the database has noted: a number, or the text of one, or nothing. */
export const refusal = ({ batchTime, keepMarks }: SqlBatch, pruned: unknown): string | undefined =>
  pruned === undefined || batchTime > Number(pruned) ? undefined : (
    `the mark of this batch would be older than the ${keepMarks} that are kept (keepMarks), ` +
    "so it may have been written before or not"
  )
