/**
 * Samplers: how often each record of a partition is taken.
 *
 * @module
 */
import { type Generator, poisson, well, xorShift } from "./random.ts"

/** Says for one record after another how often to take it. */
export type Sampler = () => number

/** Up to this fraction it is cheaper to draw the gaps between the records that are taken. */
const GAPS_UP_TO = 0.4

const SMALLEST = 5e-11

/** Takes a record as often as `times` says, then leaves out as many as a gap drawn for `scale` is long. */
const gaps = (rng: Generator, scale: number, times: Sampler): Sampler => {
  const gap = () => Math.trunc(Math.log(Math.max(rng.nextDouble(), SMALLEST)) / scale)
  let left = gap()
  return () => {
    if (left > 0) {
      left--
      return 0
    }
    const n = times()
    left = gap()
    return n
  }
}

/** Takes each record once or not at all. */
export const bernoulli = (fraction: number, seed: bigint): Sampler => {
  if (fraction <= 0) return () => 0
  if (fraction >= 1) return () => 1
  const rng = xorShift(seed)
  return fraction <= GAPS_UP_TO ? gaps(rng, Math.log1p(-fraction), () => 1) : () => rng.nextDouble() <= fraction ? 1 : 0
}

/** How often at least once, where `fraction` times are the average of all. */
const atLeastOnce = (fraction: number, rng: Generator): Sampler => {
  const q = Math.exp(-fraction)
  return () => {
    let n = 1
    let p = q + (1 - q) * rng.nextDouble()
    for (p *= rng.nextDouble(); p > q; p *= rng.nextDouble()) n++
    return n
  }
}

/** Takes each record any number of times, `fraction` times on average. */
export const withReplacement = (fraction: number, seed: bigint): Sampler => {
  if (fraction <= 0) return () => 0
  if (fraction <= GAPS_UP_TO) {
    const rng = xorShift(seed)
    return gaps(rng, -fraction, atLeastOnce(fraction, rng))
  }
  const rng = well(seed)
  return () => poisson(fraction, rng)
}

/** Takes the records whose random number lies in one cell of the interval from 0 to 1. */
export const cell = (from: number, to: number, seed: bigint): Sampler => {
  if (to <= from) return () => 0
  const rng = xorShift(seed)
  return () => {
    const x = rng.nextDouble()
    return x >= from && x < to ? 1 : 0
  }
}

/** The records that a sampler takes. */
export const taken = <A>(records: ReadonlyArray<A>, sampler: Sampler): Array<A> => {
  const out: Array<A> = []
  for (let i = 0; i < records.length; i++) {
    for (let n = sampler(); n > 0; n--) out.push(records[i]!)
  }
  return out
}

/** The least fraction to draw so that very probably `n` of `total` records are taken. */
export const fractionFor = (n: number, total: number, replacement: boolean): number => {
  if (replacement) {
    const deviations = n < 6 ? 12 : n < 16 ? 9 : 6
    return Math.max(n + deviations * Math.sqrt(n), 1e-10) / total
  }
  const fraction = n / total
  const gamma = -Math.log(1e-4) / total
  return Math.min(1, Math.max(1e-10, fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction)))
}
