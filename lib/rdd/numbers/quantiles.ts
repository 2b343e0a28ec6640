/**
 * Quantiles of the distributions that estimates need: normal, Student's t, negative binomial.
 *
 * Normal quantiles are approximated by a formula. The others are found by bisection, because their cumulative
 * probabilities are values of the incomplete beta function.
 *
 * @module
 */

/** Evaluates a polynomial; the coefficient of the highest power comes first. */
const polynomial = (coefficients: ReadonlyArray<number>, x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)

const middle = {
  numerator: [
    -3.969683028665376e1,
    2.209460984245205e2,
    -2.759285104469687e2,
    1.38357751867269e2,
    -3.066479806614716e1,
    2.506628277459239,
  ],
  denominator: [
    -5.447609879822406e1,
    1.615858368580409e2,
    -1.556989798598866e2,
    6.680131188771972e1,
    -1.328068155288572e1,
    1,
  ],
}

const tail = {
  numerator: [
    -7.784894002430293e-3,
    -3.223964580411365e-1,
    -2.400758277161838,
    -2.549732539343734,
    4.374664141464968,
    2.938163982698783,
  ],
  denominator: [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1],
}

/** Below this probability, the formula for the tail applies. */
const TAIL = 0.02425

/** Returns the quantile `q` of the standard normal distribution, to nine digits, by Acklam's algorithm. */
export const normal = (q: number): number => {
  if (!(q > 0 && q < 1)) return q === 0 ? -Infinity : q === 1 ? Infinity : NaN
  if (q > 0.5) return -normal(1 - q)
  if (q < TAIL) {
    const r = Math.sqrt(-2 * Math.log(q))
    return polynomial(tail.numerator, r) / polynomial(tail.denominator, r)
  }
  const r = (q - 0.5) ** 2
  return ((q - 0.5) * polynomial(middle.numerator, r)) / polynomial(middle.denominator, r)
}

const lanczos = [
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
]

/** Computes the logarithm of the gamma function of a positive number, by Lanczos's approximation. */
const logGamma = (x: number): number => {
  const series = lanczos.reduce((sum, coefficient, i) => sum + coefficient / (x + i), 0.99999999999980993)
  const t = x + lanczos.length - 1.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series)
}

const [TINY, PRECISION] = [1e-300, 1e-14]

/**
 * Computes the continued fraction of the incomplete beta function by Lentz's method. It converges fast if x < (a +
 * 1)/(a + b + 2).
 */
const continuedFraction = (x: number, a: number, b: number): number => {
  const awayFromZero = (y: number) => Math.abs(y) < TINY ? TINY : y
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1, change = 0; Math.abs(change - 1) > PRECISION; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    change = 1
    for (const term of [even, odd]) {
      d = 1 / awayFromZero(1 + term * d)
      c = awayFromZero(1 + term / c)
      change *= c * d
    }
    value *= change
  }
  return value
}

/** Computes the regularized incomplete beta function I_x(a, b). */
export const incompleteBeta = (x: number, a: number, b: number): number => {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b
}

/** From this many degrees of freedom, or successes, an approximation by the normal distribution is close enough. */
const LARGE = 10_000

/** Returns the quantile `q` of Student's t distribution; infinite if `freedom`, the degrees of freedom, is below 1. */
export const student = (q: number, freedom: number): number => {
  if (q < 0.5) return -student(1 - q, freedom)
  if (freedom < 1 || q === 1) return Infinity
  if (q === 0.5) return 0
  if (freedom > LARGE) return normal(q)
  const isBeyond = (t: number) => incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) < 2 * (1 - q)
  let [low, high] = [0, 1]
  while (!isBeyond(high)) [low, high] = [high, high * 2]
  for (let step = 0; step < 60; step++) {
    const between = (low + high) / 2
    if (isBeyond(between)) high = between
    else low = between
  }
  return (low + high) / 2
}

/**
 * Finds the smallest whole number from 0 for which a condition holds. If it holds for a number, it must hold for all
 * greater ones. The search starts at `guess`.
 */
const smallestWhere = (holds: (k: number) => boolean, guess: number): number => {
  let [low, high, step] = [guess - 1, guess, 1]
  while (!holds(high)) [low, high, step] = [high, high + step, step * 2]
  while (low >= 0 && holds(low)) [low, high, step] = [low - step, low, step * 2]
  low = Math.max(low, -1)
  while (high - low > 1) {
    const between = Math.floor((low + high) / 2)
    if (holds(between)) high = between
    else low = between
  }
  return high
}

/**
 * Returns the quantile `q` of the negative binomial distribution: of the number of failures before the `successes`-th
 * success, where each trial succeeds with probability `p`.
 */
export const negativeBinomial = (q: number, successes: number, p: number): number => {
  if (q <= 0 || successes === 0) return 0
  if (q >= 1) return Infinity
  const z = normal(q)
  const [mean, spread] = [(successes * (1 - p)) / p, Math.sqrt(successes * (1 - p)) / p]
  const skewed = z + ((2 - p) / Math.sqrt(successes * (1 - p)) * (z * z - 1)) / 6
  const guess = Math.max(0, Math.round(mean + spread * skewed))
  return successes > LARGE ? guess : smallestWhere((k) => incompleteBeta(p, successes, k + 1) >= q, guess)
}
