/**
 * The filter that a user gives a file stream.
 *
 * @module
 */
import { accepts } from "../core/results.ts"
import type { FileEntry } from "../rdd/files/files.ts"

/** A filter for one batch. It refuses the files for which it throws or does not return a boolean. */
export class Filter {
  readonly #accepts: (file: FileEntry) => boolean
  /** What it has thrown first. */
  failure: { readonly cause: unknown } | undefined

  constructor(accepts: (file: FileEntry) => boolean) {
    this.#accepts = accepts
  }

  /** Tells whether to read a file. */
  accepts(file: FileEntry): boolean {
    try {
      return accepts(this.#accepts(file))
    } catch (cause) {
      this.failure ??= { cause }
      return false
    }
  }
}
