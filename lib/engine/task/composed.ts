/**
 * Loops as composed closures. They do what generated loops do, where generating code is forbidden.
 *
 * @module
 */
import { acceptsRecord, aggregateCheck, listOf, type LoopCheck, recordCheck, valueCheck } from "../../core/results.ts"
import { pairOf } from "../../core/pairs.ts"
import type { Pair } from "../../rdd/column_block.ts"
import type { Callable } from "../../rdd/primitive.ts"
import {
  type Accumulators,
  type Cursor,
  givesLists,
  LONG,
  type Loop,
  type LoopKind,
  type Shape,
  type Source,
  type Terminal,
} from "./program.ts"

type Emit = (x: unknown) => void

const pair = (x: unknown) => pairOf(x as Pair)

/** The same function, whose results are checked. */
const checked = (f: Callable, { check }: LoopCheck): Callable => (...args) => {
  const given: unknown = f(...args)
  check(given)
  return given
}

/** `indexOf` gives the index of the record in the range, for the operation whose long lists end the loop. */
const elementwise = (
  kind: LoopKind,
  f: Callable,
  step: number,
  at: Cursor,
  emit: Emit,
  isFull: () => boolean,
  indexOf: (() => number) | undefined,
): Emit => {
  const each = (of: unknown, found: Iterable<unknown>, { check }: LoopCheck, make: (y: unknown) => unknown) => {
    const all = listOf(found)
    if (indexOf !== undefined && all.length > LONG) {
      at.long = { step, index: indexOf(), of, list: all }
      return
    }
    for (let i = 0; i < all.length && !isFull(); i++) {
      check(all[i], all)
      emit(make(all[i]))
    }
  }
  const record = checked(f, recordCheck)
  const value = checked(f, valueCheck)
  const map: Emit = (x) => emit(record(x))
  const flatMap: Emit = (x) => each(x, f(x), recordCheck, (y) => y)
  const emits: Record<LoopKind, Emit> = {
    map,
    withOne: map,
    mapValues: (x) => {
      const [key, v] = pair(x)
      emit([key, value(v)])
    },
    filter: (x) => {
      if (acceptsRecord(f(x))) emit(x)
    },
    flatMap,
    split: flatMap,
    flatMapValues: (x) => {
      const [key, v] = pair(x)
      each(x, f(v), valueCheck, (y) => [key, y])
    },
  }
  const run = emits[kind]
  return (x) => {
    at.step = step
    run(x)
  }
}

/** The end of a loop, and what it gives when all records have come. */
interface End {
  readonly emit: Emit
  readonly result: () => unknown
  /** Whether no more records are wanted. */
  readonly isFull: () => boolean
}

const never = (): boolean => false

const ends: { readonly [T in Terminal]: (into: Accumulators[T], f: Callable, g: Callable) => End } = {
  push: (into) => ({ emit: (x) => into.push(x), result: () => into, isFull: never }),
  take: (into) => {
    const isFull = () => into.records.length >= into.wanted
    const emit: Emit = (x) => {
      if (!isFull()) into.records.push(x)
    }
    return { emit, result: () => into, isFull }
  },
  count: (into) => {
    let count = into
    return { emit: () => void count++, result: () => count, isFull: never }
  },
  combine: (into, create, merge) => {
    const emit: Emit = (x) => {
      const [key, value] = pair(x)
      const slot = into.locate(key)
      into.values[slot] = into.fresh ? create(value) : merge(into.values[slot], value)
    }
    return { emit, result: () => into, isFull: never }
  },
  sum: (into, create, merge) => ends.combine(into, create, merge),
  fold: (into, f) => {
    let acc = into
    const emit: Emit = (x) => {
      acc = f(acc, x)
    }
    return { emit, result: () => acc, isFull: never }
  },
  foldNumber: (into, f, g) => ends.fold(into, f, g),
}

/** The records of each kind of source, by index. */
const recordOf: Readonly<
  Record<Source, (records: ReadonlyArray<unknown>, values: ArrayLike<unknown>) => (index: number) => unknown>
> = {
  records: (records) => (index) => records[index],
  pairs: (keys, values) => (index) => [keys[index], values[index]],
  words: (words, ids) => (index) => words[Number(ids[index])],
}

/** Makes a loop of closures for a shape. */
export const loopFor =
  ({ kinds, source, terminal }: Shape): Loop => (functions, records, values, from, to, into, at) => {
    const last = kinds.length
    const [f = records.at, g = f] = functions.slice(last).map((f) => checked(f, aggregateCheck))
    const first = kinds.findIndex(givesLists)
    let index = from
    at.step = last
    // What a loop adds to is of the kind that its terminal wants.
    const { emit: end, isFull, result } = ends[terminal](into as never, f, g)
    let emit: Emit = (x) => {
      at.step = last
      end(x)
    }
    for (let i = last - 1; i >= 0; i--) {
      const kind = kinds[i]
      const h = functions[i]
      if (kind !== undefined && h !== undefined) {
        emit = elementwise(
          kind,
          h,
          i,
          at,
          emit,
          isFull,
          i === first ? () => index : undefined,
        )
      }
    }
    const recordAt = recordOf[source](records, values)
    for (; index < to && !isFull() && at.long === undefined; index++) {
      emit(recordAt(index))
    }
    return result()
  }
