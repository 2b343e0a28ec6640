/** Workloads on pairs, written by hand with loops and `Map`s on one thread. The library is compared with them. */
import { hashPair, type Pair } from "./data.ts"

/** Hashes a joined pair. The sum of the hashes does not depend on the order of pairs. */
export const hashJoined = (key: number, left: number, right: number): number =>
  hashPair(key, Math.imul(left + 1, right + 1))

const sumOf = (values: ReadonlyArray<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

/** Hashes a group. */
export const hashGroup = (key: number, values: ReadonlyArray<number>): number => hashPair(key, sumOf(values))

/** Hashes a cogroup of two sides. */
export const hashCogroup = (key: number, left: ReadonlyArray<number>, right: ReadonlyArray<number>): number =>
  hashJoined(key, sumOf(left), sumOf(right))

/** The values of each key. */
export const groupByKey = (pairs: ReadonlyArray<Pair>): Map<number, Array<number>> => {
  const groups = new Map<number, Array<number>>()
  for (let i = 0; i < pairs.length; i++) {
    const [key, value] = pairs[i]!
    const values = groups.get(key)
    if (values === undefined) groups.set(key, [value])
    else values.push(value)
  }
  return groups
}

/** Groups pairs by key, and sums up the hashes of the groups. */
export const grouped = (pairs: ReadonlyArray<Pair>): number => {
  let sum = 0
  for (const [key, values] of groupByKey(pairs)) sum = (sum + hashGroup(key, values)) | 0
  return sum
}

/** Joins two lists of pairs by key, and sums up the hashes of the joined pairs. */
export const join = (left: ReadonlyArray<Pair>, right: ReadonlyArray<Pair>): number => {
  const table = groupByKey(left)
  let sum = 0
  for (let i = 0; i < right.length; i++) {
    const [key, value] = right[i]!
    const matches = table.get(key)
    if (matches === undefined) continue
    for (let j = 0; j < matches.length; j++) sum = (sum + hashJoined(key, matches[j]!, value)) | 0
  }
  return sum
}

/** Cogroups two lists of pairs by key, and sums up the hashes of the cogroups. */
export const cogroup = (left: ReadonlyArray<Pair>, right: ReadonlyArray<Pair>): number => {
  const groups = new Map<number, readonly [Array<number>, Array<number>]>()
  const add = (pairs: ReadonlyArray<Pair>, side: 0 | 1) => {
    for (let i = 0; i < pairs.length; i++) {
      const [key, value] = pairs[i]!
      const group = groups.get(key)
      if (group === undefined) groups.set(key, side === 0 ? [[value], []] : [[], [value]])
      else group[side].push(value)
    }
  }
  add(left, 0)
  add(right, 1)
  let sum = 0
  for (const [key, [a, b]] of groups) sum = (sum + hashCogroup(key, a, b)) | 0
  return sum
}

/** Sums up the hashes of the different numbers. */
export const distinct = (numbers: ReadonlyArray<number>): number => {
  const seen = new Set<number>()
  for (let i = 0; i < numbers.length; i++) seen.add(numbers[i]!)
  let sum = 0
  for (const n of seen) sum = (sum + hashPair(n, 1)) | 0
  return sum
}

/** Sorts pairs by key. */
export const sortByKey = (pairs: ReadonlyArray<Pair>): ReadonlyArray<Pair> => pairs.toSorted((a, b) => a[0] - b[0])

/** A checksum of pairs in the order of their keys. Pairs with equal keys may be in any order. */
export const checksumInOrder = (pairs: ReadonlyArray<Pair>): number => {
  let [order, all] = [0, 0]
  for (let i = 0; i < pairs.length; i++) {
    const [key, value] = pairs[i]!
    order = (Math.imul(order, 31) + key) | 0
    all = (all + hashPair(key, value)) | 0
  }
  return (order ^ all) | 0
}

/** Sums up the values of each key, and the hashes of the sums. */
export const sumByKey = (pairs: ReadonlyArray<Pair>): number => {
  const sums = new Map<number, { n: number }>()
  for (let i = 0; i < pairs.length; i++) {
    const [key, value] = pairs[i]!
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { n: value })
    else sum.n += value
  }
  let total = 0
  for (const [key, { n }] of sums) total = (total + hashPair(key, n)) | 0
  return total
}
