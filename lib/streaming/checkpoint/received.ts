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

/** What is known of a received block. */
export interface ReceivedHead {
  /** The name of the input. */
  readonly input: string
  /** Blocks of an input are numbered from 0. */
  readonly number: number
  readonly position?: unknown
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

/** Reads what is known of a block. `from` is where its parts begin. Throws `CorruptBlock`. */
export const readHead = (bytes: Uint8Array): { readonly head: ReceivedHead; readonly from: number } => {
  const { from, head } = Headed.fromBytes(bytes)
  return { head: head as ReceivedHead, from }
}

/** Reads a block. Throws `CorruptBlock`. */
export const readBlock = (bytes: Uint8Array): Block<unknown> => {
  const { from, head: { parts } } = readHead(bytes)
  let at = from
  return concat(parts.map(([isText, length]): Block<unknown> => {
    const own = bytes.subarray(at, at += length)
    return isText ? fromText(own) : fromArray(Codec.decode(own))
  }))
}
