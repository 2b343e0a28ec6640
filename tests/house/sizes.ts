import type { Problem, SourceFile } from "./source.ts"

/** Lines per file of `lib/`. */
export interface Sizes {
  readonly files: number
  readonly median: number
  readonly p90: number
  readonly max: number
}

/** Upper bounds. A median above its bound is printed, not reported as a problem. */
export const bounds = { median: 100, p90: 250, max: 400 } as const

const lines = (text: string): number => text.replace(/\n$/, "").split("\n").length

const measured = (files: ReadonlyArray<SourceFile>) =>
  files.filter(({ path }) => path.startsWith("lib/") && path.endsWith(".ts"))
    .map(({ path, text }) => ({ path, size: lines(text) }))
    .sort((a, b) => a.size - b.size)

/** Computes nearest-rank percentiles of the sizes. */
export const sizesOf = (files: ReadonlyArray<SourceFile>): Sizes => {
  const all = measured(files)
  const rank = (part: number) => all[Math.max(0, Math.ceil(all.length * part) - 1)]?.size ?? 0
  return { files: all.length, median: rank(0.5), p90: rank(0.9), max: rank(1) }
}

/** Reports files over the maximum, and a 90th percentile over its bound. */
export const sizeProblems = (files: ReadonlyArray<SourceFile>): ReadonlyArray<Problem> => {
  const { p90 } = sizesOf(files)
  return [
    ...measured(files).filter(({ size }) => size > bounds.max)
      .map(({ path, size }) => ({ path, message: `${size} lines, more than ${bounds.max}` })),
    ...(p90 > bounds.p90 ? [{ path: "lib", message: `p90 is ${p90} lines, more than ${bounds.p90}` }] : []),
  ]
}
