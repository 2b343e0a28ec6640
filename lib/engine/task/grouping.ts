/**
 * Cogroups: groups the values of several sides by key.
 *
 * @module
 */
import { KeyedTable } from "../../core/keyed_table.ts"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import type * as Block from "../../rdd/block.ts"
import type { Columns } from "../../rdd/column_block.ts"
import { columnsOf, PairBlock } from "../../rdd/pair_block.ts"

/** The values of one side, ordered by the numbers of their keys: key `n` has those from `starts[n]` to `starts[n + 1]`. */
export interface Side {
  readonly starts: Int32Array
  readonly values: ReadonlyArray<unknown>
}

/** The sides of a cogroup, with the keys of all in the order of their numbers. */
export interface Grouped {
  readonly keys: ReadonlyArray<unknown>
  readonly hashes: ArrayLike<number>
  readonly sides: ReadonlyArray<Side>
}

/** Numbers the keys of a side in the order in which they first appear, side after side. */
function* numbersOf({ hashes, keys }: Columns, table: KeyedTable<unknown, undefined>): Piecewise<Int32Array> {
  const numbers = new Int32Array(keys.length)
  yield* inPieces(keys.length, (from, to) => {
    for (let i = from; i < to; i++) {
      numbers[i] = hashes === undefined ? table.locate(keys[i]) : table.locateHashed(keys[i], hashes[i]!)
    }
  })
  return numbers
}

/** Orders the values of a side by the numbers of their keys. The values of one key stay in order. */
function* sideOf(values: ReadonlyArray<unknown>, numbers: Int32Array, count: number): Piecewise<Side> {
  const starts = new Int32Array(count + 1)
  for (let i = 0; i < numbers.length; i++) starts[numbers[i]! + 1]!++
  for (let n = 0; n < count; n++) starts[n + 1]! += starts[n]!
  const next = starts.slice(0, count)
  const ordered = new Array<unknown>(values.length)
  yield* inPieces(values.length, (from, to) => {
    for (let i = from; i < to; i++) ordered[next[numbers[i]!]!++] = values[i]
  })
  return { starts, values: ordered }
}

/** Groups the pairs of several sides. */
export function* grouped(blocks: ReadonlyArray<Block.Block<unknown>>): Piecewise<Grouped> {
  const table = new KeyedTable<unknown, undefined>()
  const columns: Array<readonly [Columns, Int32Array]> = []
  for (const block of blocks) {
    const side = yield* columnsOf(block)
    columns.push([side, yield* numbersOf(side, table)])
  }
  const sides: Array<Side> = []
  for (const [{ values }, numbers] of columns) sides.push(yield* sideOf(values, numbers, table.size))
  return { keys: table.keys, hashes: table.hashes, sides }
}

/** Makes one record for each key, with the array of its values. */
export function* gatherLists(block: Block.Block<unknown>): Piecewise<PairBlock> {
  const { hashes, keys, sides } = yield* grouped([block])
  const lists: Array<unknown> = []
  for (const { starts, values } of sides) {
    yield* inPieces(keys.length, (from, to) => {
      for (let n = from; n < to; n++) lists.push(values.slice(starts[n], starts[n + 1]))
    })
  }
  return new PairBlock({ keys, hashes, values: lists })
}

/** Makes one record for each key, with an array of values for each side. */
export function* gatherGroups(blocks: ReadonlyArray<Block.Block<unknown>>): Piecewise<PairBlock> {
  const { hashes, keys, sides } = yield* grouped(blocks)
  const groups: Array<unknown> = []
  yield* inPieces(keys.length, (from, to) => {
    for (let n = from; n < to; n++) {
      groups.push(sides.map(({ starts, values }) => values.slice(starts[n], starts[n + 1])))
    }
  })
  return new PairBlock({ keys, hashes, values: groups })
}
