/** The named functions of recordings, except those on state. */
import { compare } from "../../lib/rdd.ts"
import { type FunctionRef, lookUp } from "./case.ts"
import { decode, plain, same, textOf } from "./values.ts"

/** The error that named functions throw. */
export class UserError extends Error {
  override readonly name = "UserError"
}

/** Named functions: each entry takes the arguments of a reference and gives the function. */
export type Functions = Readonly<Record<string, (...given: ReadonlyArray<never>) => unknown>>

/** A pair, as functions see it. */
type Pair = readonly [never, never]

const boom = (value: unknown): never => {
  throw new UserError(`boom: ${textOf(value)}`)
}

const openTexts = new Set<string>()

/** Throws an error whose text the description of the function leaves open: it stands for any text of a recording. */
export const throwOpenText = (text: string): never => {
  openTexts.add(text)
  throw new UserError(text)
}

/** Tells whether {@link throwOpenText} has thrown a text in this case. */
export const hasOpenText = (text: string): boolean => openTexts.has(text)

/** Forgets the open texts; called before each case. */
export const clearOpenTexts = (): void => openTexts.clear()

const failing = (v: unknown) => (x: unknown) => same(x, v) ? boom(v) : x
const modulo = (x: number, n: number) => ((x % n) + n) % n
/** Turns -0 into 0: the whole numbers of Spark have no negative zero. */
const whole = (x: number) => x + 0
const total = (list: ReadonlyArray<number>) => list.reduce((a, b) => a + b, 0)
const largest = (a: never, b: never) => compare(a, b) >= 0 ? a : b
const add = (a: unknown, b: unknown) =>
  typeof a === "number" && typeof b === "number" ? a + b : `${textOf(a)}${textOf(b)}`
const chars = (x: string) => Array.from(x)

const map: Functions = {
  identity: () => (x: unknown) => x,
  toString: () => textOf,
  double: () => (x: number) => x * 2,
  plus: (n: number) => (x: number) => x + n,
  minus: (n: number) => (x: number) => x - n,
  times: (n: number) => (x: number) => whole(x * n),
  negate: () => (x: number) => whole(-x),
  square: () => (x: number) => x * x,
  mod: (n: number) => (x: number) => modulo(x, n),
  half: () => (x: number) => x / 2,
  "half, whole": () => (x: number) => whole(Math.trunc(x / 2)),
  length: () => (x: string) => x.length,
  upper: () => (x: string) => x.toUpperCase(),
  suffix: (s: string) => (x: unknown) => `${textOf(x)}${s}`,
  isEvenValue: () => (x: number) => x % 2 === 0,
  constant: (v: unknown) => () => v,
  toNull: () => () => null,
  pairWithOne: () => (x: unknown) => [x, 1],
  pairWith: (v: unknown) => (x: unknown) => [x, v],
  pairSelf: () => (x: unknown) => [x, x],
  pairSquare: () => (x: number) => [x, x * x],
  keyByMod: (n: number) => (x: number) => [modulo(x, n), x],
  keyByLength: () => (x: string) => [x.length, x],
  keyByFirst: () => (x: string) => [x.slice(0, 1), x],
  swap: () => ([a, b]: Pair) => [b, a],
  first: () => ([a]: Pair) => a,
  second: () => ([, b]: Pair) => b,
  sumPair: () => ([a, b]: readonly [number | null, number | null]) => (a ?? 0) + (b ?? 0),
  keyColonValue: () => ([k, v]: Pair) => `${textOf(k)}:${textOf(v)}`,
  sumList: () => total,
  size: () => (x: ReadonlyArray<unknown>) => x.length,
  sorted: () => (x: ReadonlyArray<unknown>) => x.toSorted(compare),
  toList: () => (x: unknown) => [x],
  sizes: () => ([a, b]: readonly [ReadonlyArray<unknown>, ReadonlyArray<unknown>]) => [a.length, b.length],
  failOn: failing,
}

const predicate: Functions = {
  isEven: () => (x: number) => x % 2 === 0,
  isOdd: () => (x: number) => x % 2 !== 0,
  gt: (n: number) => (x: number) => x > n,
  lt: (n: number) => (x: number) => x < n,
  notEq: (v: unknown) => (x: unknown) => !same(x, v),
  nonEmpty: () => (x: string) => x.length > 0,
  contains: (s: string) => (x: string) => x.includes(s),
  valueNonZero: () => ([, v]: Pair) => v !== 0,
  valueGt: (n: number) => ([, v]: Pair) => v > n,
  valueLt: (n: number) => ([, v]: Pair) => v < n,
  keyNotEq: (v: unknown) => ([k]: Pair) => !same(k, v),
  all: () => () => true,
  none: () => () => false,
  failOn: (v: unknown) => (x: unknown) => same(x, v) ? boom(v) : true,
}

const flatMap: Functions = {
  splitWords: () => (x: string) => x.split(" ").filter((word) => word !== ""),
  chars: () => chars,
  lengthAndChars: () => (x: string) => [String(x.length), ...chars(x)],
  xAnd2x: () => (x: number) => [x, 2 * x],
  xAndPlus: (n: number) => (x: number) => [x, x + n],
  repeat: () => (x: number) => Array.from({ length: x }, () => x),
  range: () => (x: number) => Array.from({ length: Math.max(0, x) }, (_, i) => i),
  elements: () => (x: ReadonlyArray<unknown>) => x,
  noElements: () => () => [],
  failOn: (v: unknown) => (x: unknown) => [failing(v)(x)],
}

const combine: Functions = {
  add: () => add,
  sub: () => (a: number, b: number) => a - b,
  mul: () => (a: number, b: number) => whole(a * b),
  max: () => largest,
  min: () => (a: never, b: never) => compare(a, b) <= 0 ? a : b,
  left: () => (a: unknown) => a,
  right: () => (_: unknown, b: unknown) => b,
  joinComma: () => (a: unknown, b: unknown) => `${textOf(a)},${textOf(b)}`,
  append: () => (list: ReadonlyArray<unknown>, value: unknown) => [...list, value],
  concatLists: () => (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>) => [...a, ...b],
  countInc: () => (a: number) => a + 1,
  sumCount: () => ([sum, count]: readonly [number, number], v: number) => [sum + v, count + 1],
  sumCountMerge: () => (a: readonly [number, number], b: readonly [number, number]) => [a[0] + b[0], a[1] + b[1]],
  failAdd: (v: unknown) => (a: number, b: number) =>
    same(a, v) || same(b, v) ? throwOpenText(`boom: ${textOf(v)}`) : add(a, b),
}

type Part = ReadonlyArray<never>

const partition: Functions = {
  identity: () => (part: Part) => part,
  sum: () => (part: ReadonlyArray<number>) => [total(part)],
  count: () => (part: Part) => [part.length],
  list: () => (part: Part) => [[...part]],
  concatUpper: () => (part: ReadonlyArray<string>) => [part.join("").toUpperCase()],
  maxIfAny: () => (part: Part) => part.length === 0 ? [] : [part.reduce(largest)],
  head: () => (part: Part) => part.slice(0, 1),
  reverse: () => (part: Part) => part.toReversed(),
  swapPairs: () => (part: ReadonlyArray<Pair>) => part.map(([a, b]) => [b, a]),
  failIfEmpty: () => (part: Part) => {
    if (part.length === 0) throwOpenText("empty partition")
    return part
  },
  withIndex: () => (part: Part, index: number) => part.map((x) => [index, x]),
  indexSum: () => (part: ReadonlyArray<number>, index: number) => [[index, total(part)]],
  indexCount: () => (part: Part, index: number) => [[index, part.length]],
  dropFirstPartition: () => (part: Part, index: number) => index === 0 ? [] : part,
}

const zipped: Functions = {
  sizesPair: () => (a: Part, b: Part) => [[a.length, b.length]],
  concatBoth: () => (a: Part, b: Part) => [...a, ...b],
}

/** Looks up a named function and gives it its arguments. */
export const named = (
  table: Functions,
  kind: string,
  ref: FunctionRef | undefined,
): (...args: Array<never>) => unknown => {
  const [name, ...given] = ref === undefined ? ["(none)"] : typeof ref === "string" ? [ref] : ref
  return lookUp(table, name, `${kind} function`)(...given.map(decode) as Array<never>) as never
}

/** Looks up the function on one record that a field such as `f` names. */
export const mapFn = (ref: FunctionRef | undefined): (x: unknown) => unknown => {
  const f = named(map, "map", ref)
  return (x) => f(plain(x) as never)
}

/** Looks up the predicate that a field names. */
export const predicateFn = (ref: FunctionRef | undefined): (x: unknown) => boolean => {
  const f = named(predicate, "predicate", ref)
  return (x) => f(plain(x) as never) === true
}

/** Looks up the function from one record to several that a field names. */
export const flatMapFn = (ref: FunctionRef | undefined): (x: unknown) => ReadonlyArray<unknown> => {
  const f = named(flatMap, "flatMap", ref)
  return (x) => f(plain(x) as never) as ReadonlyArray<unknown>
}

/** Looks up the function from two values to one that a field names. */
export const combineFn = (ref: unknown): (a: unknown, b: unknown) => unknown =>
  named(combine, "combine", ref as FunctionRef | undefined) as never

/** Looks up the function on a partition and its index that a field names. */
export const partitionFn = (
  ref: FunctionRef | undefined,
): (part: ReadonlyArray<unknown>, index: number) => ReadonlyArray<unknown> =>
  named(partition, "partition", ref) as never

/** Looks up the function on two partitions that `zipPartitions` names. */
export const zipFn = (
  ref: FunctionRef | undefined,
): (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>) => ReadonlyArray<unknown> =>
  named(zipped, "zipPartitions", ref) as never
