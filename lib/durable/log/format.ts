/**
 * The bytes of a log's files. All numbers are little-endian.
 *
 * A segment is a head of 40 bytes, then frames. Each checksum starts with one that covers the log's name and identity and
 * the segment's number, and covers the offset too. So no frame is taken for another if files are swapped or copied.
 *
 * | head           | bytes | frame                              | bytes |
 * | -------------- | ----- | ---------------------------------- | ----- |
 * | `DStrmLog`     | 8     | length of the entry                | 4     |
 * | format, now 1  | 4     | end of what was durable before     | 4     |
 * | identity       | 8     | checksum of the entry              | 4     |
 * | segment        | 4     | checksum of the 12 bytes before    | 4     |
 * | life           | 4     | the entry                          |       |
 * | segment before | 4     |                                    |       |
 * | its end        | 4     |                                    |       |
 * | checksum       | 4     |                                    |       |
 *
 * The head is what seals the segment before: nothing behind the end that it names belongs to the log.
 *
 * @module
 */
import { crc32, portableCrc32 } from "../crc32.ts"

/** The length of a head. */
export const HEAD = 40
/** The length of a frame without its entry. */
export const FRAME = 16
/** The longest entry. */
export const LONGEST_ENTRY: number = 2 ** 30

const MAGIC = new TextEncoder().encode("DStrmLog")
const VERSION = 1

/** What the beginning of a file says. */
export interface Head {
  /** 16 hexadecimal digits that all files of one log have in common. */
  readonly identity: string
  /** Its number. In a `cleaned` file: the first segment that still belongs to the log. */
  readonly segment: number
  /** How often the log had been opened, this time included. */
  readonly life: number
  /** The segment before; 0: there was none. */
  readonly previous: number
  /** Where the segment before ends, in bytes. */
  readonly previousEnd: number
}

/** What `readHead` found instead of a head. */
export type NoHead = { readonly problem: "not a head" } | { readonly problem: "too new"; readonly version: number }

const text = new TextEncoder()

/** The checksum that those of a file start with, which depends on its name. */
const fileSeed = (file: string): number => crc32(text.encode(file))

/** Writes the head of a file. */
export const writeHead = (file: string, { identity, life, previous, previousEnd, segment }: Head): Uint8Array => {
  const bytes = new Uint8Array(HEAD)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(8, VERSION, true)
  view.setBigUint64(12, BigInt(`0x${identity}`), true)
  view.setUint32(20, segment, true)
  view.setUint32(24, life, true)
  view.setUint32(28, previous, true)
  view.setUint32(32, previousEnd, true)
  view.setUint32(36, crc32(bytes.subarray(0, 36), fileSeed(file)), true)
  return bytes
}

/** Reads the head of a file. */
export const readHead = (file: string, bytes: Uint8Array): Head | NoHead => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEAD || !MAGIC.every((byte, i) => bytes[i] === byte)) return { problem: "not a head" }
  if (crc32(bytes.subarray(0, 36), fileSeed(file)) !== view.getUint32(36, true)) return { problem: "not a head" }
  const version = view.getUint32(8, true)
  return version !== VERSION ? { problem: "too new", version } : {
    identity: view.getBigUint64(12, true).toString(16).padStart(16, "0"),
    segment: view.getUint32(20, true),
    life: view.getUint32(24, true),
    previous: view.getUint32(28, true),
    previousEnd: view.getUint32(32, true),
  }
}

/** What the header of a frame says. */
export interface FrameHeader {
  readonly length: number
  /** Everything before this offset was durable when the frame was written. */
  readonly durable: number
  readonly checksum: number
  /** What the checksum of the entry starts with. */
  readonly seed: number
}

/** Writes and reads the frames of one segment. */
export class Frames {
  readonly #seed: number
  readonly #place = new Uint8Array(4)
  readonly #view = new DataView(this.#place.buffer)

  constructor(file: string, identity: string) {
    this.#seed = crc32(text.encode(identity), fileSeed(file))
  }

  /** The checksum that those of the frame at an offset start with. */
  #seedAt(offset: number): number {
    this.#view.setUint32(0, offset, true)
    return portableCrc32(this.#place, this.#seed)
  }

  /** The header of a frame. */
  header(offset: number, pieces: ReadonlyArray<Uint8Array>, length: number, durable: number): Uint8Array {
    const seed = this.#seedAt(offset)
    const bytes = new Uint8Array(FRAME)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, length, true)
    view.setUint32(4, durable, true)
    view.setUint32(8, pieces.reduce((sum, piece) => crc32(piece, sum), seed), true)
    view.setUint32(12, portableCrc32(bytes, seed, 0, 12), true)
    return bytes
  }

  /**
   * Reads the header of a frame. `at` is its position in the bytes, and `start` that of the bytes in the file. Gives undefined
   * where no whole header stands.
   */
  readHeader(bytes: Uint8Array, at: number, start: number): FrameHeader | undefined {
    if (at + FRAME > bytes.length) return undefined
    const seed = this.#seedAt(start + at)
    if (portableCrc32(bytes, seed, at, at + 12) !== numberAt(bytes, at + 12)) return undefined
    return { length: numberAt(bytes, at), durable: numberAt(bytes, at + 4), checksum: numberAt(bytes, at + 8), seed }
  }
}

/** Four bytes as a whole number. Faster than a `DataView`, which would have to be made for each frame. */
const numberAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
