/**
 * Cogroups: groups the values of several sides by key, or joins those of two.
 *
 * @module
 */
import * as Option from "effect/Option"
import { KeyedTable } from "../../core/keyed_table.ts"
import type * as Block from "../../rdd/block.ts"
import { type Columns, columnsOf, PairBlock } from "../../rdd/pair_block.ts"
import type { Join } from "../../rdd/primitive.ts"

/** The values of one side, ordered by the numbers of their keys: key `n` has those from `starts[n]` to `starts[n + 1]`. */
interface Side {
  readonly starts: Int32Array
  readonly values: ReadonlyArray<unknown>
}

interface Grouped {
  readonly keys: ReadonlyArray<unknown>
  readonly hashes: ArrayLike<number>
  readonly sides: ReadonlyArray<Side>
}

/** Numbers the keys of a side in the order in which they first appear, side after side. */
const numbersOf = ({ hashes, keys }: Columns, table: KeyedTable<unknown, undefined>): Int32Array => {
  const numbers = new Int32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    numbers[i] = hashes === undefined ? table.locate(keys[i]) : table.locateHashed(keys[i], hashes[i]!)
  }
  return numbers
}

/** Orders the values of a side by the numbers of their keys. The values of one key stay in order. */
const sideOf = (values: ReadonlyArray<unknown>, numbers: Int32Array, count: number): Side => {
  const starts = new Int32Array(count + 1)
  for (let i = 0; i < numbers.length; i++) starts[numbers[i]! + 1]!++
  for (let n = 0; n < count; n++) starts[n + 1]! += starts[n]!
  const next = starts.slice(0, count)
  const ordered = new Array<unknown>(values.length)
  for (let i = 0; i < numbers.length; i++) ordered[next[numbers[i]!]!++] = values[i]
  return { starts, values: ordered }
}

const grouped = (blocks: ReadonlyArray<Block.Block<unknown>>): Grouped => {
  const table = new KeyedTable<unknown, undefined>()
  const columns = blocks.map(columnsOf)
  const numbers = columns.map((side) => numbersOf(side, table))
  return {
    keys: table.keys,
    hashes: table.hashes,
    sides: columns.map(({ values }, i) => sideOf(values, numbers[i]!, table.size)),
  }
}

/** Makes one record for each key, with an array of values for each side. */
export const gatherGroups = (blocks: ReadonlyArray<Block.Block<unknown>>): PairBlock => {
  const { hashes, keys, sides } = grouped(blocks)
  const values = keys.map((_, n) => sides.map(({ starts, values }) => values.slice(starts[n], starts[n + 1])))
  return new PairBlock({ keys, hashes, values })
}

/** The optional side of an outer join. */
const optional = ({ starts, values }: Side): Side => ({ starts, values: values.map(Option.some) })

/** Makes the pairs of a join, key by key: all right values for the first left one, then for the second, and so on. */
export const gatherJoined = (blocks: ReadonlyArray<Block.Block<unknown>>, join: Join): PairBlock => {
  const { keys, sides: [a, b] } = grouped(blocks)
  const out = { keys: Array<unknown>(), values: Array<unknown>() }
  if (a === undefined || b === undefined) return new PairBlock(out)
  const left = join.left === "optional" ? optional(a) : a
  const right = join.right === "optional" ? optional(b) : b
  const none = Option.none()
  for (let n = 0; n < keys.length; n++) {
    const key = keys[n]
    const [from, to] = [left.starts[n]!, left.starts[n + 1]!]
    const [first, end] = [right.starts[n]!, right.starts[n + 1]!]
    for (let i = from; i < to; i++) {
      for (let j = first; j < end; j++) {
        out.keys.push(key)
        out.values.push([left.values[i], right.values[j]])
      }
      if (first === end && join.right === "optional") {
        out.keys.push(key)
        out.values.push([left.values[i], none])
      }
    }
    for (let j = first; from === to && join.left === "optional" && j < end; j++) {
      out.keys.push(key)
      out.values.push([none, right.values[j]])
    }
  }
  return new PairBlock(out)
}
