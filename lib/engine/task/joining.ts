/**
 * Joins: makes pairs of the values that two sides have for a key.
 *
 * @module
 */
import * as Option from "effect/Option"
import { inPieces, type Piecewise } from "../../core/pace.ts"
import * as Block from "../../rdd/block.ts"
import { ColumnBlock, type ColumnCursor, type Columns, PAIRS_AT_ONCE } from "../../rdd/column_block.ts"
import { joinColumns, PairBlock } from "../../rdd/pair_block.ts"
import type { Join } from "../../rdd/primitive.ts"
import { grouped, type Side } from "./grouping.ts"

const none = Option.none()

/** The optional side of an outer join: `Option`s, and behind all of them `none`, for keys that have no values. */
function* optional({ starts, values }: Side): Piecewise<Side> {
  const options: Array<unknown> = []
  yield* inPieces(values.length, (from, to) => {
    for (let i = from; i < to; i++) options.push(Option.some(values[i]))
  })
  options.push(none)
  return { starts, values: options }
}

/** Two sides of a join, whose values are `Option`s where they may be missing. */
interface Joined {
  readonly keys: ReadonlyArray<unknown>
  readonly left: Side
  readonly right: Side
  readonly join: Join
}

interface Pairs extends Columns {
  readonly keys: Array<unknown>
  readonly values: Array<unknown>
}

/** Columns that have as much room as a piece needs: growing them step by step would take half as long again. */
const empty = (): Pairs => ({ keys: new Array(PAIRS_AT_ONCE), values: new Array(PAIRS_AT_ONCE) })

/** Makes the pairs of a join, key by key: all right values for the first left one, then for the second, and so on. */
function* pairsOf({ join, keys, left, right }: Joined): Generator<Pairs, void, void> {
  const [lefts, rights] = [left.values, right.values]
  let out = empty()
  let length = 0
  for (let n = 0; n < keys.length; n++) {
    const key = keys[n]
    let from = left.starts[n]!
    let to = left.starts[n + 1]!
    let first = right.starts[n]!
    let end = right.starts[n + 1]!
    if (from === to && join.left === "optional") from = (to = lefts.length) - 1
    if (first === end && join.right === "optional") first = (end = rights.length) - 1
    for (let i = from; i < to; i++) {
      for (let j = first; j < end; j++) {
        out.keys[length] = key
        out.values[length++] = [lefts[i], rights[j]]
        if (length < PAIRS_AT_ONCE) continue
        yield out
        out = empty()
        length = 0
      }
    }
  }
  if (length > 0) yield { keys: out.keys.slice(0, length), values: out.values.slice(0, length) }
}

/** The pairs of a join, made a piece at a time. */
class JoinedPairs extends ColumnBlock {
  readonly #joined: Joined
  #length: number | undefined

  constructor(joined: Joined) {
    super()
    this.#joined = joined
  }

  get length(): number {
    return this.#length ??= this.#joined.keys.reduce<number>((sum, _, n) => sum + this.#pairsOf(n), 0)
  }

  /** How many pairs a key has. */
  #pairsOf(n: number): number {
    const { join, left: { starts: lefts }, right: { starts: rights } } = this.#joined
    const left = lefts[n + 1]! - lefts[n]!
    const right = rights[n + 1]! - rights[n]!
    return (join.left === "optional" ? left || 1 : left) * (join.right === "optional" ? right || 1 : right)
  }

  columns(): ColumnCursor {
    const pairs = pairsOf(this.#joined)
    return () => pairs.next().value ?? undefined
  }

  *whole(): Piecewise<Columns> {
    return joinColumns(yield* Block.allOf(this.columns()))
  }
}

/** The pairs of a join of two sides. */
export function* gatherJoined(blocks: ReadonlyArray<Block.Block<unknown>>, join: Join): Piecewise<ColumnBlock> {
  const { keys, sides: [a, b] } = yield* grouped(blocks)
  if (a === undefined || b === undefined) return new PairBlock({ keys: [], values: [] })
  const left = join.left === "optional" ? yield* optional(a) : a
  const right = join.right === "optional" ? yield* optional(b) : b
  return new JoinedPairs({ keys, left, right, join })
}
