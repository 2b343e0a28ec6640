/** Side-by-side measurements. Variants take turns in one run, so that noise on the machine affects all of them. */

/**
 * One way to do the work of a benchmark. `run` is timed; the function that it returns computes a checksum of the result and
 * is not. All variants of a benchmark must have the same checksum.
 */
export interface Variant {
  readonly name: string
  readonly run: (round: number) => Promise<() => number> | (() => number)
}

/** The time of a variant, in milliseconds per round. */
export interface Figure {
  readonly name: string
  readonly min: number
  readonly median: number
  readonly max: number
}

/** The median of a list of numbers. */
export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Summarizes the times of a variant. */
export const figure = (name: string, times: ReadonlyArray<number>): Figure => ({
  name,
  min: Math.min(...times),
  median: median(times),
  max: Math.max(...times),
})

/** Runs the variants in turns, after warm-up rounds that are not timed. Throws if their checksums differ in a round. */
export const interleaved = async (
  variants: ReadonlyArray<Variant>,
  rounds: number,
  warmUp = Math.ceil(rounds / 2),
): Promise<ReadonlyArray<Figure>> => {
  const times = variants.map((): Array<number> => [])
  for (let round = 0; round < warmUp + rounds; round++) {
    const sums: Array<number> = []
    for (let turn = 0; turn < variants.length; turn++) {
      const at = (round + turn) % variants.length
      const variant = variants[at]!
      const start = performance.now()
      const result = variant.run(round)
      const sum = typeof result === "function" ? result : await result
      const time = performance.now() - start
      sums[at] = sum()
      if (round >= warmUp) times[at]?.push(time)
    }
    if (new Set(sums).size > 1) {
      throw new Error(
        `${variants.map(({ name }, i) => `${name}: ${sums[i]}`).join(", ")}: variants differ in their checksums`,
      )
    }
  }
  return variants.map(({ name }, i) => figure(name, times[i] ?? []))
}
