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

/** The optional side of an outer join. */
function* optional({ starts, values }: Side): Piecewise<Side> {
  const options: Array<unknown> = []
  yield* inPieces(values.length, (from, to) => {
    for (let i = from; i < to; i++) options.push(Option.some(values[i]))
  })
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

/** Makes the pairs of a join, key by key: all right values for the first left one, then for the second, and so on. */
function* pairsOf({ join, keys, left, right }: Joined): Generator<Pairs, void, void> {
  let out: Pairs = { keys: [], values: [] }
  for (let n = 0; n < keys.length; n++) {
    const key = keys[n]
    const from = left.starts[n]!
    const to = left.starts[n + 1]!
    const first = right.starts[n]!
    const end = right.starts[n + 1]!
    for (let i = from; i < to; i++) {
      for (let j = first; j < end; j++) {
        out.keys.push(key)
        out.values.push([left.values[i], right.values[j]])
        if (out.keys.length < PAIRS_AT_ONCE) continue
        yield out
        out = { keys: [], values: [] }
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
    if (out.keys.length < PAIRS_AT_ONCE) continue
    yield out
    out = { keys: [], values: [] }
  }
  if (out.keys.length > 0) yield out
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
