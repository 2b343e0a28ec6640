/**
 * The pairs of a cartesian product, made a piece at a time.
 *
 * @module
 */
import { atOnce, type Piecewise } from "../../core/pace.ts"
import { type Block, type Cursor, gathered } from "../../rdd/block.ts"
import { PAIRS_AT_ONCE } from "../../rdd/column_block.ts"

type Records = ReadonlyArray<unknown>

/** Each left record with each right one. */
export class CartesianBlock implements Block<readonly [unknown, unknown]> {
  readonly #left: Records
  readonly #right: Records

  constructor(left: Records, right: Records) {
    this.#left = left
    this.#right = right
  }

  get length(): number {
    return this.#left.length * this.#right.length
  }

  get records(): ReadonlyArray<readonly [unknown, unknown]> {
    return atOnce(this.gather())
  }

  gather(): Piecewise<ReadonlyArray<readonly [unknown, unknown]>> {
    return gathered(this.pieces())
  }

  pieces(): Cursor<readonly [unknown, unknown]> {
    const [left, right] = [this.#left, this.#right]
    let i = right.length === 0 ? left.length : 0
    let j = 0
    return () => {
      if (i >= left.length) return undefined
      const pairs: Array<readonly [unknown, unknown]> = []
      while (i < left.length && pairs.length < PAIRS_AT_ONCE) {
        pairs.push([left[i], right[j++]])
        if (j < right.length) continue
        i++
        j = 0
      }
      return pairs
    }
  }
}
