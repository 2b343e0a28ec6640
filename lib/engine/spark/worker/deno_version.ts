/**
 * The versions of Deno that can run workers.
 *
 * @module
 */

/** The first version that can hand a socket over to another process. */
export const OLDEST_DENO = "2.8.3"

const numbersOf = (version: string): ReadonlyArray<number> => version.split(/[.+-]/, 3).map(Number)

/** Whether a version of Deno can run workers. */
export const isNewEnough = (version: string): boolean => {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version)
  const [oldestMajor = 0, oldestMinor = 0, oldestPatch = 0] = numbersOf(OLDEST_DENO)
  return (major - oldestMajor || minor - oldestMinor || patch - oldestPatch) >= 0
}
