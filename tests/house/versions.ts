/** Versions of packages, and which of them to try. */

/** A released version. */
export type Version = readonly [major: number, minor: number, patch: number]

/** Reads a version; nothing for pre-releases and for what is none. */
export const decode = (text: string): Version | undefined => {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

/** The releases among some versions. */
export const releases = (texts: ReadonlyArray<string>): ReadonlyArray<Version> =>
  texts.map(decode).filter((version) => version !== undefined)

/** Writes a version. */
export const encode = (version: Version): string => version.join(".")

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]

/** The ends of a range, and which of them are not in use already. */
export interface Choice {
  readonly lowest: string
  readonly newest: string
  readonly others: ReadonlyArray<Version>
}

/** The lowest and the newest version in a range `^4.1.0`, up to a limit. Nothing if there is none. */
export const versionsToTry = (
  versions: ReadonlyArray<Version>,
  range: string,
  locked: string,
  limit?: Version,
): Choice | undefined => {
  const from = range.startsWith("^") ? decode(range.slice(1)) : undefined
  if (from === undefined) return undefined
  const allowed = versions
    .filter((version) => version[0] === from[0] && compare(version, from) >= 0)
    .filter((version) => limit === undefined || compare(version, limit) <= 0)
    .toSorted(compare)
  const [lowest, newest] = [allowed[0], allowed.at(-1)]
  if (lowest === undefined || newest === undefined) return undefined
  const ends = lowest === newest ? [lowest] : [lowest, newest]
  return {
    lowest: encode(lowest),
    newest: encode(newest),
    others: ends.filter((version) => encode(version) !== locked),
  }
}
