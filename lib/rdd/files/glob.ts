/**
 * Patterns in paths, as Hadoop has them.
 *
 * @module
 */
import { authorityOf } from "../../core/url_scheme.ts"

const SPECIAL = /[*?[{]/

/** Whether a path, or a part of one, has a pattern: `*`, `?`, `[…]` or `{…}` that no backslash precedes. */
export const isPattern = (path: string): boolean => SPECIAL.test(path.replace(/\\[*?[\]{},\\]/g, ""))

/** Takes the backslashes away that make characters of patterns ordinary ones. */
export const literal = (path: string): string => path.replace(/\\([*?[\]{},\\])/g, "$1")

/** The index of the brace that closes the one at `open`, and the indices of the commas between them; -1 without one. */
const closing = (pattern: string, open: number): { readonly end: number; readonly commas: ReadonlyArray<number> } => {
  const commas: Array<number> = []
  let depth = 0
  for (let i = open; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === "\\") i++
    else if (c === "{") depth++
    else if (c === "," && depth === 1) commas.push(i)
    else if (c === "}" && --depth === 0) return { end: i, commas }
  }
  return { end: -1, commas }
}

/** Writes a pattern with alternatives in braces as several patterns: `a{b,c}` as `ab` and `ac`. */
export const alternatives = (pattern: string): ReadonlyArray<string> => {
  for (let open = 0; open < pattern.length; open++) {
    if (pattern[open] === "\\") open++
    if (pattern[open] !== "{") continue
    const { end, commas } = closing(pattern, open)
    if (end < 0) return [pattern]
    const cuts = [open, ...commas, end]
    return commas.length === 0 && end === open + 1
      ? alternatives(pattern.slice(0, open) + pattern.slice(end + 1))
      : cuts.slice(1).flatMap((to, i) =>
        alternatives(pattern.slice(0, open) + pattern.slice((cuts[i] ?? open) + 1, to) + pattern.slice(end + 1))
      )
  }
  return [pattern]
}

/** Makes a test for names of one part of a path, which has no braces. */
export const nameMatcher = (part: string): (name: string) => boolean => {
  const source = part.replace(
    /\\([^])|\[([!^]?)((?:\\[^]|[^\]\\])+)\]|([*?])|([^])/g,
    (_, escaped?: string, not?: string, set?: string, wild?: string, other?: string) => {
      if (set !== undefined) return `[${not ? "^" : ""}${set.replace(/[[\]^]/g, "\\$&")}]`
      if (wild !== undefined) return wild === "*" ? ".*" : "."
      return (escaped ?? other ?? "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
    },
  )
  const pattern = new RegExp(`^${source}$`, "su")
  // Only a pattern that begins with them finds hidden names, as in a shell.
  const showsHidden = /^\\?[._]/.test(part)
  return (name) => (showsHidden || !/^[._]/.test(name)) && pattern.test(name)
}

/** A path in parts: where the patterns begin, and the parts behind that. */
export interface PathPattern {
  readonly base: string
  readonly parts: ReadonlyArray<string>
}

/** Splits a path, without braces, before its first part that is a pattern. The host or bucket of a URL cannot be one. */
export const splitPattern = (path: string): PathPattern => {
  const authority = authorityOf(path)
  const rest = path.slice(authority.length)
  const found = rest.split("/")
  const first = found.findIndex(isPattern)
  if (first < 0) return { base: authority + literal(rest.replace(/(?<=[^/])\/+$/, "")), parts: [] }
  const base = found.slice(0, first)
  return {
    base: authority + (base.length === 0 ? "." : literal(base.join("/")) || "/"),
    parts: found.slice(first).filter((part) => part !== ""),
  }
}

/** Joins a directory and a name. In the directory `.` the name stands alone. */
export const join = (directory: string, name: string): string =>
  directory === "." ? name : directory.endsWith("/") ? directory + name : `${directory}/${name}`
