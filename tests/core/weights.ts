/**
 * Prints, as JSON, what records of several shapes take and what their weight is: `[shape, bytes, one, all]` for each,
 * per record. Needs `--v8-flags=--expose-gc`.
 */
import { weigh, weighAll } from "../../lib/core/weight.ts"

const RECORDS = 10_000

const used = (): number => {
  const { gc } = globalThis as { readonly gc?: () => void }
  gc?.()
  gc?.()
  const { external, heapUsed } = Deno.memoryUsage()
  return heapUsed + external
}

/** Records as a program receives them: parsed from text. */
const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const times = <A>(n: number, f: (k: number) => A): ReadonlyArray<A> => Array.from({ length: n }, (_, k) => f(k))
const order = (i: number) => ({
  id: i,
  name: `customer ${i}`,
  tags: [`a${i}`, `b${i}`, "c"],
  at: { lat: i + 0.5, lon: i + 0.25 },
  isPaid: i % 2 === 0,
})
const linked = (i: number) => times(30, (k) => k).reduce<unknown>((next, k) => ({ k: k + i, next }), undefined)
const circular = (i: number) => {
  const parent: { readonly i: number; readonly children: Array<unknown> } = { i, children: [] }
  for (let k = 0; k < 10; k++) parent.children.push({ k, parent })
  return parent
}
class Point {
  constructor(readonly x: number, readonly y: number) {}
}

const shapes: Readonly<Record<string, (i: number) => unknown>> = {
  "whole number": (i) => i,
  "fraction": (i) => i + 0.5,
  "big integer": (i) => (1n << 500n) + BigInt(i),
  "boolean": (i) => i % 2 === 0,
  "null": () => null,
  "short text": (i) => parsed(`${i}`.padEnd(10, "ab")),
  "long text": (i) => parsed(`${i}`.padEnd(2_000, "ab")),
  "text beyond Latin-1": (i) => parsed(`${i}`.padEnd(100, "аб")),
  "document": (i) => parsed({ id: i, payload: `${i}`.padEnd(2_000, "ab") }),
  "pair": (i) => [`key ${i}`, i],
  "pair with text": (i) => parsed(["key", `${i}`.padEnd(2_000, "ab")]),
  "nested object": (i) => parsed(order(i)),
  "array of objects": (i) => parsed(times(20, (k) => order(i + k))),
  "numbers": (i) => parsed(times(100, (k) => i + k + 0.5)),
  "texts and numbers": (i) => parsed(times(100, (k) => k % 2 === 0 ? i + k + 0.5 : `text ${i}`)),
  "columns": (i) => parsed({ times: times(50, (k) => i + k), values: times(50, (k) => `value ${k} of ${i}`) }),
  "small bytes": () => new Uint8Array(10),
  "bytes": () => new Uint8Array(2_000),
  "float array": () => new Float64Array(100),
  "buffer": () => new ArrayBuffer(500),
  "map": (i) => new Map(times(20, (k) => [`key ${k} of ${i}`, i])),
  "set": (i) => new Set(times(20, (k) => `element ${k} of ${i}`)),
  "date": (i) => new Date(i),
  "instance": (i) => new Point(i, i + 0.5),
  "object without fields": () => ({}),
  "object with field names of its own": (i) => Object.fromEntries(times(20, (k) => [`name ${k} of ${i}`, i])),
  "object with many fields": (i) => parsed(Object.fromEntries(times(60, (k) => [`field ${k}`, i]))),
  "linked list": linked,
  "circle": circular,
  "deep array": (i) => times(20, (k) => k).reduce<unknown>((inner) => [inner], i),
}

const ROUNDS = 5

/** The bytes that as many records of a shape take, with the place of each in its array. */
const taken = (make: (i: number) => unknown): readonly [bytes: number, records: ReadonlyArray<unknown>] => {
  const records = new Array<unknown>(RECORDS).fill(null)
  const before = used()
  for (let i = 0; i < RECORDS; i++) records[i] = make(1_000_000 + i)
  return [used() - before + 8 * RECORDS, records]
}

const measured = Object.entries(shapes).map(([name, make]) => {
  // The first round also compiles. In any round the heap may change for other reasons, so the middle one counts.
  const rounds = times(ROUNDS, () => taken(make)[0]).toSorted((a, b) => a - b)
  const [, records] = taken(make)
  const one = records.reduce<number>((sum, record) => sum + weigh(record), 0)
  return [name, (rounds[ROUNDS >> 1] ?? 0) / RECORDS, one / RECORDS, weighAll(records) / RECORDS]
})
console.log(JSON.stringify(measured))
