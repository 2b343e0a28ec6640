/**
 * Loops as composed closures. They do what generated loops do, where generating code is forbidden.
 *
 * @module
 */
import type { KeyedTable } from "../../core/keyed_table.ts"
import { acceptsRecord, aggregateCheck, listOf, type LoopCheck, recordCheck, valueCheck } from "../../core/results.ts"
import { columnsOf } from "../../rdd/pair_block.ts"
import type { Callable } from "../../rdd/primitive.ts"
import type { Cursor, ElementKind, Loop, Shape } from "./program.ts"

type Emit = (x: unknown) => void

const pair = (x: unknown): readonly [unknown, unknown] => x as readonly [unknown, unknown]

/** The same function, whose results are checked. */
const checked = (f: Callable, { check }: LoopCheck): Callable => (...args) => {
  const given: unknown = f(...args)
  check(given)
  return given
}

const elementwise = (kind: ElementKind, f: Callable, step: number, at: Cursor, emit: Emit): Emit => {
  const each = (found: Iterable<unknown>, { check }: LoopCheck, make: (y: unknown) => unknown) => {
    const all = listOf(found)
    for (let i = 0; i < all.length; i++) {
      check(all[i], all)
      emit(make(all[i]))
    }
  }
  const record = checked(f, recordCheck)
  const value = checked(f, valueCheck)
  const emits: Record<ElementKind, Emit> = {
    map: (x) => emit(record(x)),
    mapValues: (x) => emit([pair(x)[0], value(pair(x)[1])]),
    filter: (x) => {
      if (acceptsRecord(f(x))) emit(x)
    },
    flatMap: (x) => each(f(x), recordCheck, (y) => y),
    flatMapValues: (x) => each(f(pair(x)[1]), valueCheck, (y) => [pair(x)[0], y]),
  }
  const run = emits[kind]
  return (x) => {
    at.step = step
    run(x)
  }
}

const combineInto = (table: KeyedTable<unknown, unknown>, create: Callable, merge: Callable): Emit => (x) => {
  const [key, value] = pair(x)
  const slot = table.locate(key)
  table.values[slot] = table.fresh ? create(value) : merge(table.values[slot], value)
}

/** Thrown when a loop has all the records that it takes: closures have no other way to end it. */
const enough = new Error("enough")

/** Makes a loop of closures for a shape. */
export const loopFor = (shape: Shape): Loop => (functions, input, table, at) => {
  const out: Array<unknown> = []
  try {
    run(shape, functions, input, table, at, out)
  } catch (error) {
    if (error !== enough) throw error
  }
  return out
}

/** Runs a loop, whose records go into `out`. */
const run = (
  shape: Shape,
  ...[functions, input, table, at, out]: [...Parameters<Loop>, out: Array<unknown>]
): void => {
  const last = shape.kinds.length
  const f = functions[last] && checked(functions[last], aggregateCheck)
  const limit: number = shape.terminal === "take" ? f?.() : Infinity
  if (limit <= 0) return
  let emit: Emit = (x) => {
    out.push(x)
    if (out.length >= limit) throw enough
  }
  at.step = last
  if (shape.terminal === "fold") out.push(functions[last + 1]?.())
  if (f !== undefined && shape.terminal !== "push" && shape.terminal !== "take") {
    const fold: Emit = shape.terminal === "combine" && table !== undefined
      ? combineInto(table, f, checked(functions[last + 1] ?? f, aggregateCheck))
      : (x) => {
        out[0] = out.length === 0 ? x : f(out[0], x)
      }
    emit = (x) => {
      at.step = last
      fold(x)
    }
  }
  for (let i = last - 1; i >= 0; i--) {
    const kind = shape.kinds[i]
    const g = functions[i]
    if (kind !== undefined && g !== undefined) emit = elementwise(kind, g, i, at, emit)
  }
  if (shape.paired) {
    const { keys, values } = columnsOf(input)
    for (let i = 0; i < keys.length; i++) emit([keys[i], values[i]])
  } else {
    const { records } = input
    for (let i = 0; i < records.length; i++) emit(records[i])
  }
}
