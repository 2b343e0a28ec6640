/**
 * What the error codes of file systems mean.
 *
 * @module
 */
import { isDenied } from "../../core/denied.ts"
import {
  DiskFull,
  FileMissing,
  NotADirectory,
  PermissionLost,
  type StoreError,
  StoreFailed,
  type StoreOperation,
} from "../errors.ts"

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"])
const REFUSED = new Set(["EACCES", "EPERM", "EROFS", "ENOTCAPABLE"])

const codeOf = (cause: unknown): string => {
  // Deno throws this when a permission is missing. It has no code.
  if (isDenied(cause)) return "ENOTCAPABLE"
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""
}

/** The typed error for what a file system has thrown. */
export const storeError = (operation: StoreOperation, file: string, cause: unknown): StoreError => {
  const code = codeOf(cause)
  const failed = { operation, file, cause }
  if (FULL.has(code)) return new DiskFull(failed)
  if (REFUSED.has(code)) return new PermissionLost(failed)
  // Making a directory where there is one is no error, so something else has the name.
  if (code === "ENOTDIR" || (code === "EEXIST" && operation === "lock")) return new NotADirectory(failed)
  return code === "ENOENT" ? new FileMissing(failed) : new StoreFailed(failed)
}
