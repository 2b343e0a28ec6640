/**
 * The entries of the log of received blocks, and their bytes. Text stays bytes.
 *
 * @module
 */
import * as Codec from "../../core/codec.ts"
import { type Block, concat, fromArray } from "../../rdd/block.ts"
import { fromText, unreadText } from "../../rdd/text_block.ts"
import type { Part } from "../../receiver/parts.ts"
import * as Headed from "./headed.ts"
import type { Mark } from "./marks.ts"

/**
 * What is known of a received block. An entry without parts and with an empty name is no block: it only notes how far the
 * journal was durable.
 */
export interface ReceivedHead {
  /** The name of the input. */
  readonly input: string
  /** Blocks of an input are numbered from 0. */
  readonly number: number
  readonly position?: unknown
  /** How far the journal was durable. */
  readonly journal?: Mark | undefined
  /** Whether each part is text, and how many bytes it takes. */
  readonly parts: ReadonlyArray<readonly [isText: boolean, length: number]>
}

/** The bytes of a received block, in pieces. Throws `NotPortable`. */
export const toPieces = (
  head: Omit<ReceivedHead, "parts">,
  parts: ReadonlyArray<Part>,
): ReadonlyArray<Uint8Array> => {
  const bytes = parts.map(({ block }): readonly [boolean, Uint8Array] => {
    const text = unreadText(block)
    return text === undefined ? [false, Codec.encode(block.records)] : [true, text]
  })
  const own: ReceivedHead = { ...head, parts: bytes.map(([isText, { length }]) => [isText, length]) }
  return Headed.toPieces(own, bytes.map(([, each]) => each))
}

/** The bytes of an entry that only notes how far the journal was durable. */
export const noteToPieces = (journal: Mark): ReadonlyArray<Uint8Array> =>
  toPieces({ input: "", number: -1, journal }, [])

/** Reads what is known of a block. `from` is where its parts begin. Throws `CorruptBlock`. */
export const readHead = (bytes: Uint8Array): { readonly head: ReceivedHead; readonly from: number } => {
  const { from, head } = Headed.fromBytes(bytes)
  return { head: head as ReceivedHead, from }
}

/** Reads a block whose head has been read. Throws `CorruptBlock`. */
export const blockOf = (bytes: Uint8Array, { from, head: { parts } }: ReturnType<typeof readHead>): Block<unknown> => {
  let at = from
  return concat(parts.map(([isText, length]): Block<unknown> => {
    const own = bytes.subarray(at, at += length)
    return isText ? fromText(own) : fromArray(Codec.decode(own))
  }))
}

/** Reads a block. Throws `CorruptBlock`. */
export const readBlock = (bytes: Uint8Array): Block<unknown> => blockOf(bytes, readHead(bytes))
