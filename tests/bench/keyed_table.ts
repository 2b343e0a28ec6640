/** Counting by key with the library's `KeyedTable` and with JavaScript's `Map`. */
import { KeyedTable } from "../../lib/core/keyed_table.ts"
import { ints, lines } from "./data.ts"
import { interleaved } from "./measure.ts"
import type { Bench, Report } from "./report.ts"
import type { Size } from "./size.ts"

const ROUNDS = 20
const MAP = "Map"
const TABLE = "KeyedTable"

const byMap = <K>(keys: Iterable<K>): number => {
  const counts = new Map<K, { n: number }>()
  for (const key of keys) {
    const found = counts.get(key)
    if (found === undefined) counts.set(key, { n: 1 })
    else found.n++
  }
  let squares = 0
  for (const { n } of counts.values()) squares += n * n
  return squares
}

const byTable = <K>(keys: Iterable<K>): number => {
  const counts = new KeyedTable<K, number>()
  for (const key of keys) {
    const at = counts.locate(key)
    counts.values[at] = counts.fresh ? 1 : (counts.values[at] ?? 0) + 1
  }
  return counts.values.reduce((squares, n) => squares + n * n, 0)
}

const measure = async <K>(title: string, size: Size, keys: () => Iterable<K>, percent: number): Promise<Report> => ({
  title,
  figures: await interleaved([
    { name: MAP, run: () => constant(byMap(keys())) },
    { name: TABLE, run: () => constant(byTable(keys())) },
  ], size.rounds(ROUNDS)),
  goals: [{ what: "KeyedTable against Map", of: TABLE, base: MAP, percent }],
})

const constant = (sum: number) => () => sum

function* freshWords(text: ReadonlyArray<string>): Iterable<string> {
  for (const line of text) yield* line.split(" ")
}

/** The benchmarks of this file. */
export const keyedTables: Readonly<Record<string, Bench>> = {
  "table-words": (size) => {
    const text = lines(0, size.count(50_000))
    return measure("counting 600,000 fresh substrings", size, () => freshWords(text), 100)
  },
  "table-ints": (size) => {
    const keys = ints(0, size.count(600_000)).map((n) => n % 50_000)
    return measure("counting 600,000 whole numbers, 50,000 different", size, () => keys, 100)
  },
}
