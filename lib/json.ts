/**
 * JSON lines as a format of files: one JSON value on each line.
 *
 * **Guarantees.** With a checkpoint, in and out: exactly once. A batch that runs again reads the same files, and replaces what it
 * has written.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import * as Json from "@dstream/dstream/json"
 *
 * const errors = DStream.fileStream("/logs", Json.lines<{ level: string }>()).pipe(
 *   DStream.filter(({ level }) => level === "error"),
 *   Json.saveFiles("/errors/batch"),
 * )
 * ```
 *
 * @module
 */
export { type JsonOptions, lines, read } from "./connector/json/lines.ts"
export { type JsonSaveOptions, save, saveFiles } from "./connector/json/saving.ts"
export {
  type MalformedOption,
  MalformedRecord,
  type OnMalformed,
  UnwritableRecord,
} from "./connector/format/records.ts"
export type { RecordSchema } from "./connector/format/schemas.ts"
