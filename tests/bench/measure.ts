/** Side-by-side measurements. Variants take turns in one run, so that noise on the machine affects all of them. */
import { threadMillis } from "./cpu.ts"

/**
 * One way to do the work of a benchmark. `run` is timed; the function that it returns computes a checksum of the result and
 * is not. All variants of a benchmark must have the same checksum.
 */
export interface Variant {
  readonly name: string
  readonly run: (round: number) => Promise<() => number> | (() => number)
}

/** What the samples of a figure are like. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** A measured quantity: times in milliseconds where `unit` is `ms`. */
export interface Figure extends Spread {
  readonly name: string
  readonly unit: string
  /** The processor time of the thread in the same rounds, where it was measured. */
  readonly cpu?: Spread
}

/** The samples of a variant, one for each timed round. */
export interface Samples {
  readonly name: string
  readonly wall: Array<number>
  readonly cpu: Array<number>
}

/** The median of a list of numbers. */
export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] ?? NaN : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Summarizes numbers. */
export const spread = (numbers: ReadonlyArray<number>): Spread => ({
  min: Math.min(...numbers),
  median: median(numbers),
  max: Math.max(...numbers),
})

/** Makes a figure of measured values: wall times in milliseconds, if no unit is given. */
export const figure = (
  name: string,
  values: ReadonlyArray<number>,
  { cpu = [], unit = "ms" }: { readonly unit?: string; readonly cpu?: ReadonlyArray<number> } = {},
): Figure => ({ name, unit, ...spread(values), ...(cpu.length === 0 ? {} : { cpu: spread(cpu) }) })

/** Makes a figure of samples, each multiplied by `scale`. */
export const figureOf = ({ cpu, name, wall }: Samples, unit = "ms", scale = 1): Figure =>
  figure(name, wall.map((time) => time * scale), { unit, cpu: cpu.map((time) => time * scale) })

/** The samples of what each round of `large` has taken more than the same round of `small`. */
export const difference = (name: string, large: Samples, small: Samples): Samples => ({
  name,
  wall: large.wall.map((time, i) => time - (small.wall[i] ?? NaN)),
  cpu: large.cpu.map((time, i) => time - (small.cpu[i] ?? NaN)),
})

const timed = async (variant: Variant, round: number, into: Samples | undefined): Promise<number> => {
  const cpu = threadMillis?.()
  const start = performance.now()
  const result = variant.run(round)
  const sum = typeof result === "function" ? result : await result
  const time = performance.now() - start
  if (cpu !== undefined && threadMillis !== undefined) into?.cpu.push(threadMillis() - cpu)
  into?.wall.push(time)
  return sum()
}

/** Runs the variants in turns, after warm-up rounds that are not timed. Throws if their checksums differ in a round. */
export const sampled = async (
  variants: ReadonlyArray<Variant>,
  rounds: number,
  warmUp: number = Math.ceil(rounds / 2),
): Promise<ReadonlyArray<Samples>> => {
  const samples = variants.map(({ name }): Samples => ({ name, wall: [], cpu: [] }))
  for (let round = 0; round < warmUp + rounds; round++) {
    const sums: Array<number> = []
    for (let turn = 0; turn < variants.length; turn++) {
      const at = (round + turn) % variants.length
      sums[at] = await timed(variants[at]!, round, round < warmUp ? undefined : samples[at])
    }
    if (new Set(sums).size > 1 || sums.some(Number.isNaN)) {
      throw new Error(
        `${variants.map(({ name }, i) => `${name}: ${sums[i]}`).join(", ")}: variants differ in their checksums`,
      )
    }
  }
  return samples
}

/** Runs the variants as {@link sampled} does, and summarizes the times of each. */
export const interleaved = async (
  variants: ReadonlyArray<Variant>,
  rounds: number,
  warmUp?: number,
): Promise<ReadonlyArray<Figure>> => (await sampled(variants, rounds, warmUp)).map((samples) => figureOf(samples))
