/**
 * Parquet as a format of files.
 *
 * **Guarantees.** With a checkpoint, in and out: exactly once. A batch that runs again reads the same files, and replaces what it
 * has written.
 *
 * @example
 * ```ts
 * import { DStream } from "@dstream/dstream"
 * import * as Parquet from "@dstream/dstream/parquet"
 * import { Schema } from "effect"
 *
 * const schema = Schema.Struct({ city: Schema.String, people: Schema.Int })
 * const large = DStream.fileStream("/cities", Parquet.rows({ schema })).pipe(
 *   DStream.filter(({ people }) => people > 1_000_000),
 *   Parquet.saveFiles("/large/batch", "", { schema, compression: "zstd" }),
 * )
 * ```
 *
 * @module
 */
export { type ParquetOptions, type ParquetRow, read, rows } from "./connector/parquet/rows.ts"
export { type ParquetSaveOptions, save, saveFiles } from "./connector/parquet/saving.ts"
export type { Compression } from "./connector/parquet/compressing.ts"
export {
  type MalformedOption,
  MalformedRecord,
  type OnMalformed,
  UnwritableRecord,
} from "./connector/format/records.ts"
export type { RecordSchema } from "./connector/format/schemas.ts"
