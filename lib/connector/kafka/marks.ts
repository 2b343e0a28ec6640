/**
 * Marks of batches: which batches of an output a topic has.
 *
 * A mark is committed to a group as if it was the offset of a consumer, in the transaction of the batch. Its offset is the time
 * of the newest batch, and its metadata lists the times of the newest batches.
 *
 * @module
 */

/** How many batches are listed. The brokers allow 4,096 bytes by default. */
const LISTED = 200

/** The times of batches that were committed, newest first. */
export type Marks = ReadonlyArray<number>

/** Writes marks: the newest time, and the distances from each time to the next older one. */
export const writeMarks = (marks: Marks): string =>
  marks.slice(0, LISTED).map((time, i) => (i === 0 ? time : (marks[i - 1] ?? 0) - time).toString(36)).join(" ")

/** Reads marks. */
export const readMarks = (text: string): Marks => {
  let time = 0
  return text === ""
    ? []
    : text.split(" ").map((part, i) => time = i === 0 ? parseInt(part, 36) : time - parseInt(part, 36))
}

/** Whether a batch was committed: `unknown` if it is older than those that are listed. */
export const isMarked = (marks: Marks, time: number): boolean | "unknown" => {
  if (marks.includes(time)) return true
  return marks.length >= LISTED && time < (marks.at(-1) ?? 0) ? "unknown" : false
}

/** Adds a batch. */
export const addMark = (marks: Marks, time: number): Marks => [...marks, time].sort((a, b) => b - a).slice(0, LISTED)
