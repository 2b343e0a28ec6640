/**
 * Blocks of whole records, and of their values as text.
 *
 * @module
 */
import type { Block } from "../../rdd/block.ts"
import { BatchBlock, type BatchBody, type Walk } from "./batch_block.ts"

/** A record of a topic. Keys and values are views of a larger array of bytes: copy them with `slice()` to keep a few. */
export interface KafkaRecord {
  /** The name of the topic. */
  readonly topic: string
  /** The number of the partition, from 0. */
  readonly partition: number
  /** The number of the record in its partition. */
  readonly offset: number
  /** Milliseconds since the epoch: when the producer made the record, or when the broker stored it, as the topic is set. */
  readonly timestamp: number
  /** The key; null if the record has none. */
  readonly key: Uint8Array | null
  /** The value; null if the record has none, which on a compacted topic deletes its key. */
  readonly value: Uint8Array | null
  /** The headers, in their order. Names may repeat. */
  readonly headers: ReadonlyArray<readonly [name: string, value: Uint8Array | null]>
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

const [LF, CR] = [10, 13]
/** By how many bytes the last record of a piece usually ends behind the piece at most. */
const OVERHANG = 4096

/** Whether text has so many line ends, all of them line feeds. */
const hasLines = (text: Uint8Array, lines: number): boolean => {
  if (text.includes(CR)) return false
  let found = 0
  for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, at + 1)) found++
  return found === lines
}

/** The values of records as text. */
export class TextValues extends BatchBlock<string> {
  /** Whether each byte of the values that were read so far has been one character, as in ASCII. */
  #isSingle = true

  /** Gives lines of text as bytes, one for each value. Values with line ends come as records. */
  text(): () => Uint8Array | ReadonlyArray<string> | undefined {
    return this.cursor<Uint8Array | ReadonlyArray<string>>((walk, to) => {
      const { at, left } = walk
      const { lines, text } = this.#lines(walk, to)
      return hasLines(text, lines) ? text : this.#oneByOne(walk, at, left, to)
    })
  }

  protected override piece(walk: Walk, to: number): ReadonlyArray<string> {
    const { at, left } = walk
    const cut = this.#isSingle ? this.#cut(walk, to) : undefined
    if (cut !== undefined) return cut
    this.#isSingle = false
    walk.at = at
    walk.left = left
    const { lines, text } = this.#lines(walk, to)
    const records = decoder.decode(text).split("\n")
    records.pop()
    return records.length === lines ? records : this.#oneByOne(walk, at, left, to)
  }

  /**
   * Decodes values together with the fields between them, and cuts the values out of the text where their bytes were. One call of
   * the decoder for many values, and no copy of each. Undefined if some bytes are not one character each.
   */
  #cut(walk: Walk, to: number): ReadonlyArray<string> | undefined {
    const { bytes, from, until } = this.batch
    const begin = walk.at
    const places: Array<number> = []
    while (walk.left > 0 && walk.at < to) {
      walk.next()
      if (walk.offset >= from && walk.offset < until) places.push(walk.valueAt - begin, Math.max(0, walk.valueLength))
      walk.at = walk.end
    }
    const copy = bytes.slice(begin, walk.at)
    let end = 0
    for (let i = 0; i < places.length; i += 2) {
      const start = places[i]!
      // Each byte of other fields is one character too, and ends a character that is cut off at the end of a value.
      for (let at = end; at < start; at++) copy[at] = 0
      end = start + places[i + 1]!
    }
    const text = decoder.decode(copy.subarray(0, end))
    if (text.length !== end) return undefined
    const records: Array<string> = []
    for (let i = 0; i < places.length; i += 2) records.push(text.slice(places[i]!, places[i]! + places[i + 1]!))
    return records
  }

  /** Copies values, with a line feed behind each. */
  #lines(walk: Walk, to: number): { readonly text: Uint8Array; readonly lines: number } {
    const { bytes, from, until } = this.batch
    const begin = walk.at
    // Values move to the front within one copy. There is room for line feeds, as each value has other fields in front of it.
    let text = bytes.slice(begin, to + OVERHANG)
    let [lines, length] = [0, 0]
    while (walk.left > 0 && walk.at < to) {
      walk.next()
      if (walk.end - begin > text.length) {
        const longer = bytes.slice(begin, walk.end)
        longer.set(text.subarray(0, length))
        text = longer
      }
      if (walk.offset >= from && walk.offset < until) {
        const start = walk.valueAt - begin
        if (walk.valueLength > 0) {
          text.copyWithin(length, start, start + walk.valueLength)
          length += walk.valueLength
        }
        text[length++] = LF
        lines++
      }
      walk.at = walk.end
    }
    return { text: text.subarray(0, length), lines }
  }

  /** Makes the records from the index `at` on, with `left` records left. */
  #oneByOne(walk: Walk, at: number, left: number, to: number): ReadonlyArray<string> {
    const { bytes, from, until } = this.batch
    const records: Array<string> = []
    walk.at = at
    walk.left = left
    while (walk.left > 0 && walk.at < to) {
      walk.next()
      if (walk.offset >= from && walk.offset < until) {
        records.push(decoder.decode(bytes.subarray(walk.valueAt, walk.valueAt + Math.max(0, walk.valueLength))))
      }
      walk.at = walk.end
    }
    return records
  }
}

class WholeRecords extends BatchBlock<KafkaRecord> {
  protected override piece(walk: Walk, to: number): ReadonlyArray<KafkaRecord> {
    const { appendTime, baseTimestamp, bytes, from, partition, topic, until } = this.batch
    const records: Array<KafkaRecord> = []
    const slice = (start: number, length: number) => length < 0 ? null : bytes.subarray(start, start + length)
    while (walk.left > 0 && walk.at < to) {
      walk.next()
      if (walk.offset >= from && walk.offset < until) {
        const headers: Array<readonly [string, Uint8Array | null]> = []
        for (let more = walk.varint(); more > 0; more--) {
          const nameLength = walk.varint()
          const name = decoder.decode(bytes.subarray(walk.at, walk.at + nameLength))
          walk.at += nameLength
          const length = walk.varint()
          headers.push([name, slice(walk.at, length)])
          walk.at += Math.max(0, length)
        }
        records.push({
          topic,
          partition,
          offset: walk.offset,
          timestamp: appendTime ?? baseTimestamp + walk.timeDelta,
          key: slice(walk.keyAt, walk.keyLength),
          value: slice(walk.valueAt, walk.valueLength),
          headers,
        })
      }
      walk.at = walk.end
    }
    return records
  }
}

/** Makes a block of the values as UTF-8 text. A record without a value gives an empty string. */
export const textValues = (batch: BatchBody): TextValues => new TextValues(batch)

/** Makes a block of whole records. */
export const wholeRecords = (batch: BatchBody): Block<KafkaRecord> => new WholeRecords(batch)
