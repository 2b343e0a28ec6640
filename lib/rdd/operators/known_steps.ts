/**
 * The library's own steps, by name: the last steps of actions, samples, keys and values. Executors in other isolates have this
 * table too, so only the results of these steps come to the driver. Functions that users pass to actions have no name: their steps run on the
 * driver.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"
import { equalKeys } from "../../core/keys.ts"
import { Mismatch } from "../../core/errors.ts"
import { pairOf } from "../../core/pairs.ts"
import type { Piecewise } from "../../core/pace.ts"
import { sorted } from "../../core/sorted.ts"
import { type Block, forEachPiece, gather } from "../block.ts"
import { bucketCounts, type Edges, rangeOf } from "../numbers/buckets.ts"
import type { Sums } from "../numbers/estimates.ts"
import { exactSample, type ExactSampling } from "../numbers/exact_samples.ts"
import { sketchOf } from "../numbers/hyper_log_log.ts"
import { keyCounts } from "../numbers/key_counts.ts"
import { momentsOf } from "../numbers/moments.ts"
import { sampleOf, type Sampling } from "../numbers/samplers.ts"
import { compare, type Comparison } from "../ordering.ts"
import type { Combine, Known, Narrow, Primitive } from "../primitive.ts"

type Pair = readonly [key: unknown, value: unknown]
type Records = ReadonlyArray<unknown>

const increment = (n: number): number => n + 1
const add = (a: number, b: number): number => a + b
const zero = (): number => 0
const withOne = (record: unknown): Pair => [record, 1]
const keyWithOne = (pair: Pair): Pair => [pairOf(pair)[0], 1]
const keyOf = (pair: Pair): unknown => pairOf(pair)[0]
const valueOf = (pair: Pair): unknown => pairOf(pair)[1]
const itself = (record: unknown): unknown => record
const always = (): boolean => true
const withNull = (record: unknown): Pair => [record, null]

const descending: Comparison<unknown> = (a, b) => compare(b, a)
const orderOf = (largest: boolean): Comparison<unknown> => largest ? descending : compare

function* sumsOf(block: Block<number>): Piecewise<ReadonlyArray<Sums>> {
  let [count, sum, squares] = [0, 0, 0]
  yield* forEachPiece(block, (part, from, to) => {
    count += to - from
    for (let i = from; i < to; i++) {
      const x = part[i]!
      sum += x
      squares += x * x
    }
  })
  return [[count, sum, squares]]
}

function* valuesOf(block: Block<Pair>, key: unknown): Piecewise<Records> {
  const values: Array<unknown> = []
  yield* forEachPiece(block, (pairs, from, to) => {
    for (let i = from; i < to; i++) {
      const pair = pairOf(pairs[i]!)
      if (equalKeys(pair[0], key)) values.push(pair[1])
    }
  })
  return values
}

/** How many records at least are sorted at once to find the first ones. */
const SORTED_AT_ONCE = 4096

/** The first `n` records by an order; equal ones stay in their order. */
export function* firstOf<A>(block: Block<A>, n: number, order: Comparison<A>): Piecewise<Array<A>> {
  let first: Array<A> = []
  if (!(n > 0)) return first
  const records = yield* gather(block)
  const step = Math.max(4 * n, SORTED_AT_ONCE)
  for (let from = 0; from < records.length; from += step) {
    const candidates = first.concat(records.slice(from, from + step))
    first = (yield* sorted(candidates, order)).slice(0, n)
  }
  return first
}

function* distinctOf(block: Block<unknown>): Piecewise<Records> {
  const table = new KeyedTable<unknown, null>()
  yield* forEachPiece(block, (part, from, to) => {
    for (let i = from; i < to; i++) table.locate(part[i])
  })
  return table.keys
}

const partition = (f: (block: Block<never>, index: number) => Piecewise<Records>): Narrow => ({ kind: "partition", f })

/** The steps, made of their arguments, which are plain data. */
const steps = {
  /** How many records there are. */
  count: (_: null): Narrow => ({ kind: "fold", f: increment, zero }),
  /** The first `n` records. */
  take: (n: number): Narrow => ({ kind: "take", n }),
  /** The `n` smallest records in natural order, or the largest. */
  smallest: ({ n, largest }: { readonly n: number; readonly largest: boolean }): Narrow =>
    partition((block) => firstOf<unknown>(block, n, orderOf(largest))),
  /** The smallest record in natural order, or the largest: the first of several. */
  best: ({ largest }: { readonly largest: boolean }): Narrow => {
    const order = orderOf(largest)
    return { kind: "reduce", f: (a: unknown, b: unknown) => order(a, b) <= 0 ? a : b }
  },
  /** The sum of numbers. */
  sum: (_: null): Narrow => ({ kind: "fold", f: add, zero }),
  /** Count, sum and sum of squares of numbers. */
  sums: (_: null): Narrow => partition(sumsOf),
  /** The moments of numbers. */
  moments: (_: null): Narrow => partition(momentsOf),
  /** Each record with a count of 1. */
  withOne: (_: null): Narrow => ({ kind: "map", f: withOne }),
  /** The key of each pair with a count of 1. */
  keyWithOne: (_: null): Narrow => ({ kind: "map", f: keyWithOne }),
  /** Each record as the key of a pair without a value. */
  withNull: (_: null): Narrow => ({ kind: "map", f: withNull }),
  /** Each record once. */
  distinct: (_: null): Narrow => partition(distinctOf),
  /** The key of each pair. */
  keys: (_: null): Narrow => ({ kind: "map", f: keyOf }),
  /** The value of each pair. */
  values: (_: null): Narrow => ({ kind: "map", f: valueOf }),
  /** All records. */
  all: (_: null): Narrow => ({ kind: "filter", f: always }),
  /** The smallest and the largest number. */
  range: (_: null): Narrow => partition(rangeOf),
  /** How many numbers are in each bucket. */
  bucketCounts: (edges: Edges): Narrow => partition(bucketCounts(edges)),
  /** How often each record occurs. */
  valueCounts: (_: null): Narrow => partition((block, index) => keyCounts(block, index, itself)),
  /** How many pairs each key has. */
  keyCounts: (_: null): Narrow => partition((block: Block<Pair>, index) => keyCounts(block, index, keyOf)),
  /** The sketch of the records, from which the number of distinct ones is estimated. */
  sketch: ({ precision }: { readonly precision: number }): Narrow => partition((block) => sketchOf(block, precision)),
  /** A random sample. */
  sample: (sampling: Sampling): Narrow => partition((block, index) => sampleOf(block, index, sampling)),
  /** The pairs of an exact sample by key. */
  exactSample: (sampling: ExactSampling<unknown>): Narrow => partition(exactSample(sampling)),
  /** The values of a key. */
  lookup: (key: unknown): Narrow => partition((block) => valuesOf(block, key)),
} as const

/** The names of steps. */
export type StepName = keyof typeof steps

/** One of the library's own steps. */
export const known = <N extends StepName>(name: N, args: Parameters<(typeof steps)[N]>[0]): Narrow => {
  const make: (args: never) => Narrow = steps[name]
  return { ...make(args as never), known: { name, args } }
}

const sumByKey: Combine = {
  create: (value: number) => value,
  mergeValue: add,
  mergeCombiners: add,
  mapSide: true,
  known: { name: "sumByKey", args: null },
}

/** The library's own functions to add numbers by key. */
export const addByKey: Combine = sumByKey

/** The library's own functions to keep each key once. */
export const keepOne: Combine = {
  create: () => null,
  mergeValue: () => null,
  mergeCombiners: () => null,
  mapSide: true,
  known: { name: "keepOne", args: null },
}

/** What stands behind a name. Throws `Mismatch` if there is nothing: the library here is of another version. */
export const knownPrimitive = ({ args, name }: Known): Primitive => {
  const combine = [sumByKey, keepOne].find(({ known }) => known?.name === name)
  if (combine !== undefined) return { kind: "shuffle", by: "default", combine }
  const make = (steps as Record<string, ((args: never) => Narrow) | undefined>)[name]
  if (make === undefined) throw new Mismatch({ problem: `there is no step of the name ${name} here` })
  return { kind: "narrow", step: { ...make(args as never), known: { name, args } }, preserves: false }
}
