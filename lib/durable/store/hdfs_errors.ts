/**
 * What the failures of HDFS mean for a store.
 *
 * @module
 */
import type { HdfsError } from "../../remote/hdfs/errors.ts"
import { DiskFull, FileMissing, PermissionLost, type StoreError, StoreFailed, type StoreOperation } from "../errors.ts"

/** The typed error for a failure of HDFS. `file` is the URL of the file or directory. */
export const storeErrorOf = (operation: StoreOperation, file: string, cause: HdfsError): StoreError => {
  const failed = { operation, file, cause }
  switch (cause.reason) {
    case "full":
      return new DiskFull(failed)
    case "refused":
      return new PermissionLost(failed)
    case "missing":
      return new FileMissing(failed)
    default:
      return new StoreFailed(failed)
  }
}
