/**
 * Names of files that tell their contents, as the files of a Spark session can never be replaced.
 *
 * @module
 */
import { createHash } from "node:crypto"

/** A file that is sent to a cluster. */
export interface ShippedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Names a file after its contents: `prefix-<hash>suffix`. */
export const hashed = (prefix: string, suffix: string, bytes: Uint8Array): ShippedFile => ({
  name: `${prefix}-${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}${suffix}`,
  bytes,
})
