import assert from "node:assert/strict"
import * as fc from "fast-check"
import { KeyedTable } from "../../../lib/core/keyed_table.ts"
import { UnsupportedKey } from "../../../lib/core/keys.ts"
import { atOnce } from "../../../lib/core/pace.ts"
import * as Composed from "../../../lib/engine/task/composed.ts"
import { loopFor, sourceOf } from "../../../lib/engine/task/generated.ts"
import type { ElementKind, Loop, Shape, Source, Terminal } from "../../../lib/engine/task/program.ts"
import * as Text from "../../../lib/text.ts"
import * as Block from "../../../lib/rdd/block.ts"
import { columnsOf } from "../../../lib/rdd/pair_block.ts"
import type { Callable } from "../../../lib/rdd/primitive.ts"

type Pair = readonly [number, number]

interface Operation {
  readonly kind: ElementKind
  readonly f: Callable
  /** What it does to all records, without loops of ours. */
  readonly naive: (records: ReadonlyArray<Pair>) => ReadonlyArray<Pair>
}

const map = (f: (pair: Pair) => Pair): Operation => ({ kind: "map", f, naive: (all) => all.map(f) })
const filter = (f: (pair: Pair) => boolean): Operation => ({ kind: "filter", f, naive: (all) => all.filter(f) })
const flatMap = (f: (pair: Pair) => Iterable<Pair>): Operation => ({
  kind: "flatMap",
  f,
  naive: (all) => all.flatMap((pair) => [...f(pair)]),
})
const mapValues = (f: (value: number) => number): Operation => ({
  kind: "mapValues",
  f,
  naive: (all) => all.map(([key, value]) => [key, f(value)]),
})
const flatMapValues = (f: (value: number) => Iterable<number>): Operation => ({
  kind: "flatMapValues",
  f,
  naive: (all) => all.flatMap(([key, value]) => Array.from(f(value), (one): Pair => [key, one])),
})

const operations: ReadonlyArray<Operation> = [
  map(([key, value]) => [value, key]),
  map(([key, value]) => [key + 1, value * 3]),
  filter(([, value]) => value % 2 === 0),
  filter(([key]) => key > 0),
  flatMap(([key, value]) => value % 3 === 0 ? [] : [[key, value], [value, 1]]),
  flatMap(function* ([key, value]) {
    yield [key, value]
    if (key > value) yield [value, key]
  }),
  mapValues((value) => value - 4),
  flatMapValues((value) => new Set([value, value % 2])),
  flatMapValues((value) => value < 0 ? [] : [value]),
]

const add = ([a, b]: Pair, [c, d]: Pair): Pair => [a + c, b + d]
const addKey = (sum: number, [key]: Pair): number => sum + key

const terminals: Record<Terminal, ReadonlyArray<Callable>> = {
  push: [],
  combine: [(value: number) => [value], (all: ReadonlyArray<number>, value: number) => [...all, value]],
  sum: [(value: number) => value, (a: number, b: number) => a + b],
  take: [],
  count: [],
  fold: [add],
  foldNumber: [addKey],
}

/** What loops add to, and what has become of it. */
const start: Record<Terminal, () => unknown> = {
  push: () => [],
  take: () => ({ records: [], wanted: 3 }),
  count: () => 100,
  combine: () => new KeyedTable(),
  sum: () => new KeyedTable(),
  fold: () => [100, 0],
  foldNumber: () => 100,
}

const naiveEnd: Record<Terminal, (records: ReadonlyArray<Pair>) => unknown> = {
  push: (all) => all,
  combine: (all) => Array.from(Map.groupBy(all, ([key]) => key), ([key, group]) => [key, group.map(([, n]) => n)]),
  sum: (all) =>
    Array.from(Map.groupBy(all, ([key]) => key), ([key, group]) => [key, group.reduce((sum, [, n]) => sum + n, 0)]),
  take: (all) => ({ records: all.slice(0, 3), wanted: 3 }),
  count: (all) => 100 + all.length,
  fold: (all) => all.reduce(add, [100, 0]),
  foldNumber: (all) => all.reduce(addKey, 100),
}

interface Chain {
  readonly shape: Shape
  readonly functions: ReadonlyArray<Callable>
}

const chainOf = (chosen: ReadonlyArray<Operation>, terminal: Terminal, source: Source = "records"): Chain => ({
  shape: { kinds: chosen.map(({ kind }) => kind), terminal, source },
  functions: [...chosen.map(({ f }) => f), ...terminals[terminal]],
})

const isFull = (into: unknown): boolean =>
  typeof into === "object" && into !== null && "records" in into && Array.isArray(into.records) &&
  into.records.length === 3

const ranges = [[0, 1], [1, 1], [1, 4], [4, Infinity]] as const

/** The input in the form of a source. */
const piece = (source: Source, input: ReadonlyArray<unknown>) => {
  if (source === "pairs") return atOnce(columnsOf(Block.fromArray(input)))
  if (source === "records") return { keys: input, values: [] }
  const keys = Array.from(new Set(input))
  return { keys, values: Int32Array.from(input, (record) => keys.indexOf(record)) }
}

/** Runs a loop over one range of the input after the other. */
const run = (loop: Loop | undefined, { shape, functions }: Chain, input: ReadonlyArray<unknown>): unknown => {
  assert(loop)
  const { keys, values } = piece(shape.source, input)
  let into = start[shape.terminal]()
  for (const [from, to] of ranges) {
    if (isFull(into)) break
    into = loop(functions, keys, values, Math.min(from, input.length), Math.min(to, input.length), into, {
      step: 0,
      long: undefined,
    })
  }
  return into instanceof KeyedTable ? into.keys.map((key, i) => [key, into.values[i]]) : into
}

const anyOperations = fc.array(fc.constantFrom(...operations), { maxLength: 4 })
/** The terminals that call their functions. */
const callers = ["push", "take", "combine", "fold", "foldNumber"] as const
const anyTerminal = fc.constantFrom<Terminal>(...callers, "sum", "count")
const anyNumber = fc.integer({ min: -5, max: 9 })
const anyInput = fc.array(fc.tuple(anyNumber, anyNumber), { maxLength: 15 })

Deno.test("loopFor() gives loops that do what array methods do, as the composed ones", () => {
  fc.assert(
    fc.property(
      anyOperations,
      fc.oneof(anyTerminal, fc.constant<Terminal>("take")),
      fc.constantFrom<Source>("records", "pairs", "words"),
      anyInput,
      (chosen, terminal, source, input) => {
        const chain = chainOf(chosen, terminal, source)
        const expected = naiveEnd[terminal](chosen.reduce<ReadonlyArray<Pair>>((all, { naive }) => naive(all), input))
        assert.deepEqual(run(loopFor(chain.shape, chain.functions), chain, input), expected)
        assert.deepEqual(run(Composed.loopFor(chain.shape), chain, input), expected)
      },
    ),
  )
})

Deno.test("loopFor() gives loops that divide text as the function does, and pair records with 1", () => {
  const anyPart = fc.constantFrom(" ", "", "a", ", ", ",", "bc", "\ud83d\ude00", "\ud83d")
  const anyLines = fc.array(fc.array(anyPart, { maxLength: 8 }).map((parts) => parts.join("")), { maxLength: 6 })
  const anySeparator = fc.constantFrom(" ", ",", ", ", "\ud83d", "absent")
  const isAny = (word: string) => word !== "a"
  fc.assert(fc.property(anyLines, anySeparator, anySeparator, fc.boolean(), (lines, first, second, pairs) => {
    const functions = [Text.split(first), isAny, Text.split(second)]
    const withOne = (x: unknown) => [x, 1]
    const words = lines.flatMap((line) => line.split(first)).filter(isAny).flatMap((word) => word.split(second))
    const counts = Array.from(Map.groupBy(words, (word) => word), ([word, all]) => [word, all.length])
    const chain: Chain = pairs
      ? {
        shape: { kinds: ["split", "filter", "split", "withOne"], terminal: "sum", source: "records" },
        functions: [...functions, withOne, ...terminals.sum],
      }
      : { shape: { kinds: ["split", "filter", "split"], terminal: "push", source: "records" }, functions }
    for (const loop of [loopFor(chain.shape, chain.functions), Composed.loopFor(chain.shape)]) {
      assert.deepEqual(run(loop, chain, lines), pairs ? counts : words)
    }
  }))
})

Deno.test("loopFor() gives loops that combine words by any keys", () => {
  const anyWord = fc.constantFrom("", "a", "b", "to", "be", "or", "not")
  const toKey = fc.constantFrom<Callable>(
    (word: string) => [word, 1],
    (word: string) => [word.length > 1 ? word : "short", 1],
    (word: string) => [word.length, 1],
    (word: string) => [`${word}!`.slice(0, -1), 1],
  )
  const isAny = (word: string) => word !== "or"
  fc.assert(fc.property(fc.array(anyWord), fc.array(anyWord), toKey, (input, more, f) => {
    const shape: Shape = { kinds: ["filter", "map"], terminal: "combine", source: "words" }
    const functions: ReadonlyArray<Callable> = [isAny, f, (n: number) => n, (a: number, b: number) => a + b]
    const expected = Array.from(
      Map.groupBy([...input, ...more].filter(isAny).map(f), ([key]) => key),
      ([key, pairs]) => [key, pairs.length],
    )
    for (const loop of [loopFor(shape, functions), Composed.loopFor(shape)]) {
      const table = new KeyedTable()
      for (const records of [input, more]) {
        const { keys, values } = piece("words", records)
        loop?.(functions, keys, values, 0, records.length, table, { step: 0, long: undefined })
      }
      assert.deepEqual(table.keys.map((key, i) => [key, table.values[i]]), expected)
    }
  }))
})

const each: ReadonlyArray<Operation> = [
  map((pair) => pair),
  filter(() => true),
  flatMap((pair) => [pair, pair]),
  mapValues((value) => value),
  flatMapValues((value) => [value]),
]

const stepOfThrow = (loop: Loop | undefined, { functions, shape }: Chain): number => {
  assert(loop)
  const at = { step: -1, long: undefined }
  // A full array would end the loop before the call that throws.
  const into = shape.terminal === "take" ? { records: [], wanted: 1_000 } : start[shape.terminal]()
  assert.throws(() => loop(functions, [[1, 1], [1, 2]], [], 0, 2, into, at), /on purpose/)
  return at.step
}

Deno.test("loopFor() and the composed loops name the step whose function threw, on whatever call", () => {
  const failing = fc.record({
    chosen: fc.array(fc.constantFrom(...each), { minLength: 1, maxLength: 4 }),
    terminal: fc.constantFrom<Terminal>(...callers),
    at: fc.nat(),
    call: fc.integer({ min: 0, max: 1 }),
  })
  fc.assert(fc.property(failing, ({ chosen, terminal, at, call }) => {
    const { shape, functions } = chainOf(chosen, terminal)
    const broken = at % functions.length
    const isTerminal = broken >= chosen.length
    const throwing = () => {
      let calls = 0
      return functions.map((f, i): Callable =>
        i !== broken ? f : (...args) => {
          if (isTerminal || calls++ === call) throw new Error("on purpose")
          return f(...args)
        }
      )
    }
    const expected = Math.min(broken, chosen.length)
    for (const loop of [loopFor, Composed.loopFor]) {
      const chain = { shape, functions: throwing() }
      assert.equal(stepOfThrow(loop(shape, chain.functions), chain), expected)
    }
  }))
})

Deno.test("loopFor() and the composed loops name the combining step for a key that is none", () => {
  const chain = chainOf([map((pair) => pair)], "combine")
  for (const loop of [loopFor(chain.shape, chain.functions), Composed.loopFor(chain.shape)]) {
    const at = { step: -1, long: undefined }
    assert.throws(() => loop?.(chain.functions, [[{}, 1]], [], 0, 1, new KeyedTable(), at), UnsupportedKey)
    assert.equal(at.step, 1)
  }
})

Deno.test("sourceOf() has a text of its own for each serial number", () => {
  const shape: Shape = { kinds: ["map", "filter"], terminal: "push", source: "records" }
  assert.notEqual(sourceOf(shape, 1), sourceOf(shape, 2))
})

const shape: Shape = { kinds: ["map"], terminal: "push", source: "records" }
const twins = (count: number): ReadonlyArray<Callable> => Array.from({ length: count }, () => (x: string) => x.trim())

Deno.test("loopFor() gives the same functions the same loop, and the same code at another place another one", () => {
  const [one, other] = twins(2)
  assert(one && other)
  assert.equal(loopFor(shape, [one]), loopFor(shape, [one]))
  assert.notEqual(loopFor(shape, [one]), loopFor(shape, [other]))
  assert.equal(loopFor(shape, [other]), loopFor(shape, [other]))
})

Deno.test("loopFor() keeps few loops for the same code, and those of the first ones to themselves", () => {
  const functions = Array.from({ length: 50 }, () => (x: string) => x.trimEnd())
  const loops = functions.map((f) => loopFor(shape, [f]))
  assert(loops.every((loop) => loop !== undefined))
  assert.equal(new Set(loops).size, 4)
  assert.equal(loops.filter((loop) => loop === loops[0]).length, 1)
  assert.deepEqual(run(loops[49], { shape, functions: functions.slice(49) }, ["a "]), ["a"])
})

Deno.test("loopFor() and the composed loops make nothing of what lies behind the last record that is wanted", () => {
  const seen: Array<number> = []
  const look = (n: number) => {
    seen.push(n)
    return [n, n]
  }
  const taking: Shape = { kinds: ["flatMap", "map"], terminal: "take", source: "records" }
  const copied: Array<number> = []
  const functions = [look, (n: number) => copied.push(n)]
  for (const loop of [loopFor(taking, functions), Composed.loopFor(taking)]) {
    loop?.(functions, [1, 2, 3], [], 0, 3, { records: [], wanted: 3 }, { step: 0, long: undefined })
    assert.deepEqual([seen.splice(0), copied.splice(0)], [[1, 2], [1, 1, 2]])
  }
})

Deno.test("loopFor() gives no new loops once there are too many, and still the old ones", () => {
  const known = twins(1)
  const loop = loopFor(shape, known)
  const distinct = Array.from({ length: 600 }, (_, i): Callable => Function("x", `return x + ${i}`) as Callable)
  const given = distinct.map((f) => loopFor(shape, [f])).filter((loop) => loop !== undefined)
  assert(given.length > 0 && given.length <= 512)
  assert.equal(loopFor(shape, distinct.slice(-1)), undefined)
  assert.equal(loopFor(shape, known), loop)
})
