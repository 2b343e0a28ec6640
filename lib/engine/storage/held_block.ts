/**
 * Blocks that a block store holds, in memory or in a file.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { BlockUnreadable } from "../../core/errors.ts"
import { weighAll } from "../../core/weight.ts"
import { type Block, type Cursor, cursorOf, gather, partsOf } from "../../rdd/block.ts"
import { ColumnBlock } from "../../rdd/column_block.ts"
import type { Files } from "../../rdd/files/files.ts"
import type { Flow } from "../../rdd/flow.ts"
import type { HeldBlock } from "../../rdd/storage.ts"
import { bytesOf } from "./chunks.ts"
import { readSpill, type SpillFile } from "./spill_file.ts"

/** Some records of a file. */
export interface Spilled {
  readonly files: Files
  readonly file: SpillFile
  readonly from: number
  readonly to: number
}

/** What the store counts for a block. It does not refer to the block, whose end it outlives. */
export interface Account {
  readonly id: number
  /** The bytes of memory that the block counts for. */
  weight: number
  /** Whether the block was nothing but bytes when it was weighed. Its records take more, once they have been made. */
  readonly isBytes: boolean
  /** Whether the block was released or dropped. */
  isReleased: boolean
}

/** Estimates the memory that a block takes, in bytes. Only some of its records are read. */
export const weightOf = (block: Block<unknown>): number =>
  partsOf(block).reduce((sum, part) => sum + weightOfPart(part), 0)

const weightOfPart = (block: Block<unknown>): number => {
  const bytes = bytesOf(block)
  if (bytes !== undefined) return bytes
  if (block instanceof ColumnBlock) {
    const columns = block.columns()()
    if (columns === undefined) return 0
    const weight = weighAll(columns.keys) + weighAll(columns.values)
    return Math.round(weight * block.length / Math.max(1, columns.keys.length))
  }
  const piece = cursorOf(block)()
  return piece === undefined ? 0 : Math.round(weighAll(piece) * block.length / Math.max(1, piece.length))
}

/** Parts of a file count for no memory. */
const PART: Account = { id: -1, weight: 0, isBytes: false, isReleased: false }

/** A block that a store holds. */
export class Held implements HeldBlock {
  readonly account: Account
  /** Drops the block, which can be computed again. Undefined: it must be kept. */
  readonly drop: (() => void) | undefined
  #content: Block<unknown> | Spilled
  readonly #used: (held: Held) => void

  /** `used` is called when the block is opened. */
  constructor(content: Block<unknown> | Spilled, account: Account, used: (held: Held) => void, drop?: () => void) {
    this.#content = content
    this.account = account
    this.#used = used
    this.drop = drop
  }

  /** The block, if it is in memory. */
  get block(): Block<unknown> | undefined {
    return "file" in this.#content ? undefined : this.#content
  }

  get isInMemory(): boolean {
    return this.block !== undefined
  }

  get isReleased(): boolean {
    return this.account.isReleased
  }

  get length(): number {
    return "file" in this.#content ? this.#content.to - this.#content.from : this.#content.length
  }

  get records(): ReadonlyArray<unknown> {
    return this.#inMemory().records
  }

  pieces(): Cursor<unknown> {
    return cursorOf(this.#inMemory())
  }

  gather(): ReturnType<typeof gather<unknown>> {
    return gather(this.#inMemory())
  }

  open(): Block<unknown> | Flow<unknown, BlockUnreadable> {
    this.#used(this)
    const content = this.#content
    if (!("file" in content)) return content
    const { file, files, from, to } = content
    // An RDD whose file is gone is computed again by the next action.
    return readSpill(files, file, from, to, Effect.sync(() => this.drop?.()))
  }

  part(from: number, to: number): HeldBlock {
    const content = this.#content
    if (!("file" in content)) throw new TypeError("only a block in a file has parts that share it")
    return new Held({ ...content, from: content.from + from, to: content.from + to }, PART, () => {})
  }

  /** Replaces the block in memory by its file. */
  moveTo(spilled: Spilled): void {
    this.#content = spilled
  }

  #inMemory(): Block<unknown> {
    const { block } = this
    if (block === undefined) throw new TypeError("the block is in a file: open it")
    return block
  }
}
