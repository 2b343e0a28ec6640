/**
 * What the errors of S3 mean for a store of logs.
 *
 * @module
 */
import { isRefused, type S3Error } from "../../remote/s3/errors.ts"
import { DiskFull, FileMissing, PermissionLost, type StoreError, StoreFailed, type StoreOperation } from "../errors.ts"

const FULL = new Set(["QuotaExceeded", "InsufficientStorage", "StorageFull", "XMinioStorageFull"])

/** The typed error for what S3 has answered. `file` is a whole URL. */
export const s3StoreError = (operation: StoreOperation, file: string, cause: S3Error): StoreError => {
  const failed = { operation, file, cause }
  if (cause.status === 507 || FULL.has(cause.code)) return new DiskFull(failed)
  if (isRefused(cause)) return new PermissionLost(failed)
  return cause.status === 404 && cause.code !== "NoSuchBucket" ? new FileMissing(failed) : new StoreFailed(failed)
}
