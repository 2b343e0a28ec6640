/**
 * Blocks: the records of one partition, as arrays, as text that is still bytes, or as columns.
 *
 * @module
 */
import { atOnce, Pace, type Piecewise } from "../core/pace.ts"

/** Gives the next records of a block at each call, and undefined after the last ones. */
export type Cursor<out A> = () => ReadonlyArray<A> | undefined

/** Gives the next piece at each call, and undefined after the last one: whole lines of text as bytes, or records. */
export type TextCursor<out A> = () => Uint8Array | ReadonlyArray<A> | undefined

/** The records of one partition. */
export interface Block<out A> {
  /** How many records there are. */
  readonly length: number
  /** The records, by index. Where they are in another form, they are made at once. */
  readonly records: ReadonlyArray<A>
  /** Where records are in another form: makes them a piece at a time, for loops that keep none. */
  readonly pieces?: (() => Cursor<A>) | undefined
  /** Where some of the records are lines of text: gives these as bytes, for loops that can work on bytes. */
  readonly text?: (() => TextCursor<A>) | undefined
  /** Where records are in another form: makes all of them, in pieces. */
  readonly gather?: (() => Piecewise<ReadonlyArray<A>>) | undefined
}

/** The records of a block, a piece at a time. Those that are an array are one piece. */
export const cursorOf = <A>(block: Block<A>): Cursor<A> => {
  if (block.pieces !== undefined) return block.pieces()
  let records: ReadonlyArray<A> | undefined = block.records
  return () => {
    const piece = records
    records = undefined
    return piece
  }
}

/** The records of a block, by index. */
export function* gather<A>(block: Block<A>): Piecewise<ReadonlyArray<A>> {
  return block.gather === undefined ? block.records : yield* block.gather()
}

/** Calls `f` for one range of records after the other: those of `records` from index `from` to `to`. */
export function* forEachPiece<A>(
  block: Block<A>,
  f: (records: ReadonlyArray<A>, from: number, to: number) => void,
): Piecewise<void> {
  const next = cursorOf(block)
  const pace = new Pace()
  for (let records = next(); records !== undefined; records = next()) {
    for (let from = 0; from < records.length;) {
      const to = pace.end(from, records.length)
      f(records, from, to)
      from = to
      if ((from < records.length || block.pieces !== undefined) && pace.isDue()) yield
    }
  }
}

/** All pieces that a cursor gives. */
export function* allOf<P>(next: () => P | undefined): Piecewise<Array<P>> {
  const pieces: Array<P> = []
  const pace = new Pace()
  for (let piece = next(); piece !== undefined; piece = next()) {
    pieces.push(piece)
    if (pace.isDue()) yield
  }
  return pieces
}

/** All records that a cursor gives, in one array. */
export function* gathered<A>(next: Cursor<A>): Piecewise<ReadonlyArray<A>> {
  return joinArrays(yield* allOf(next))
}

/** Makes a block of an array, which must not change afterwards. */
export const fromArray = <A>(records: ReadonlyArray<A>): Block<A> => ({ length: records.length, records })

/** The block without records. */
export const empty: Block<never> = fromArray<never>([])

/** Joins blocks: one block with the records of all, in order. */
export const concat = <A>(blocks: ReadonlyArray<Block<A>>): Block<A> => {
  const [first, ...others] = blocks
  if (first === undefined) return empty
  return others.length === 0 ? first : new JoinedBlock(blocks)
}

/** Makes a cursor that gives what the cursors of parts give, one part after the other. */
export const oneAfterTheOther = <B, P>(
  parts: ReadonlyArray<B>,
  open: (part: B) => () => P | undefined,
): () => P | undefined => {
  let next = 0
  let cursor: (() => P | undefined) | undefined
  return () => {
    for (;;) {
      const piece = cursor?.()
      if (piece !== undefined) return piece
      const part = parts[next++]
      if (part === undefined) return undefined
      cursor = open(part)
    }
  }
}

/** The blocks that a block was joined of, or the block itself. */
export const partsOf = (block: Block<unknown>): ReadonlyArray<Block<unknown>> =>
  block instanceof JoinedBlock ? block.parts.flatMap(partsOf) : [block]

/** How many arrays are joined by one call: calls take a limited number of arguments. */
const JOINED_AT_ONCE = 4096

/** Joins arrays into a new one. `concat` copies them whole, where `flatMap` would go through them record by record. */
export const joinArrays = <A>(arrays: ReadonlyArray<ReadonlyArray<A>>): Array<A> => {
  if (arrays.length <= JOINED_AT_ONCE) return Array<A>().concat(...arrays)
  const some: Array<Array<A>> = []
  for (let i = 0; i < arrays.length; i += JOINED_AT_ONCE) {
    some.push(Array<A>().concat(...arrays.slice(i, i + JOINED_AT_ONCE)))
  }
  return joinArrays(some)
}

/** Blocks after one another. They are joined when the records are read: text stays bytes until then. */
class JoinedBlock<out A> implements Block<A> {
  #parts: ReadonlyArray<Block<A>>
  #length: number | undefined
  constructor(parts: ReadonlyArray<Block<A>>) {
    this.#parts = parts
  }
  get parts(): ReadonlyArray<Block<A>> {
    return this.#parts
  }
  get records(): ReadonlyArray<A> {
    return atOnce(this.gather())
  }
  get length(): number {
    return this.#length ??= this.#parts.reduce((sum, part) => sum + part.length, 0)
  }
  pieces(): Cursor<A> {
    return oneAfterTheOther(this.#parts, cursorOf)
  }
  text(): TextCursor<A> {
    return oneAfterTheOther<Block<A>, Uint8Array | ReadonlyArray<A>>(
      this.#parts,
      (part) => part.text?.() ?? cursorOf(part),
    )
  }
  *gather(): Piecewise<ReadonlyArray<A>> {
    const arrays: Array<ReadonlyArray<A>> = []
    for (const part of this.#parts) arrays.push(yield* gather(part))
    const [only, ...others] = arrays
    if (only !== undefined && others.length === 0) return only
    const joined = joinArrays(arrays)
    this.#parts = [fromArray(joined)]
    return joined
  }
}
