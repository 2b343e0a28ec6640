/**
 * CSV as a format of files.
 *
 * **Guarantees.** With a checkpoint, in and out: exactly once. A batch that runs again reads the same files, and replaces what it
 * has written.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import * as Csv from "@dstream/dstream/csv"
 * import { Schema } from "effect"
 *
 * const schema = Schema.Struct({ city: Schema.String, people: Schema.Number })
 * const large = DStream.fileStream("/cities", Csv.rows({ header: true, schema })).pipe(
 *   DStream.filter(({ people }) => people > 1_000_000),
 *   Csv.saveFiles("/large/batch", "", { header: true, schema }),
 * )
 * ```
 *
 * @module
 */
export {
  type CsvListOptions,
  type CsvNamedOptions,
  type CsvOptions,
  type CsvRow,
  type CsvSchemaOptions,
  read,
  rows,
} from "./connector/csv/rows.ts"
export { type CsvSaveOptions, save, saveFiles } from "./connector/csv/saving.ts"
export type { CsvDialect } from "./connector/csv/dialect.ts"
export {
  type MalformedOption,
  MalformedRecord,
  type OnMalformed,
  UnwritableRecord,
} from "./connector/format/records.ts"
export type { RecordSchema } from "./connector/format/schemas.ts"
