/** Measuring side by side: variants take turns within one run, so that noise of the machine meets them all. */

/**
 * One way to do a piece of work. `run` gives what sums the result up, which is not timed; the sums of all variants of a
 * bench must be the same.
 */
export interface Variant {
  readonly name: string
  readonly run: (round: number) => Promise<() => number> | (() => number)
}

/** What a variant took, in milliseconds a round. */
export interface Figure {
  readonly name: string
  readonly min: number
  readonly median: number
  readonly max: number
}

/** The middle of some numbers. */
export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** The figure of some times. */
export const figure = (name: string, times: ReadonlyArray<number>): Figure => ({
  name,
  min: Math.min(...times),
  median: median(times),
  max: Math.max(...times),
})

/** Runs the variants in turns, warm-up rounds first. Complains when their checksums differ. */
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
      throw new Error(`${variants.map(({ name }, i) => `${name}: ${sums[i]}`).join(", ")}: not the same result`)
    }
  }
  return variants.map(({ name }, i) => figure(name, times[i] ?? []))
}
