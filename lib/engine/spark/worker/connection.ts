/**
 * A connection between an executor and a worker: big-endian numbers and texts, as Java's `DataInput` and `DataOutput`
 * have them, over a socket.
 *
 * @module
 */
import type { Socket } from "node:net"

/** The executor has closed the connection, or it is broken. */
export class ConnectionEnded extends Error {
  override readonly name = "ConnectionEnded"
}

/** How many bytes are received in advance. With more, the socket is paused until they have been read. */
const READ_AHEAD = 8 * 1024 * 1024

const utf8 = new TextDecoder()

/** Encodes 32-bit integers. */
export const intBytes = (...values: ReadonlyArray<number>): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => view.setInt32(4 * i, value))
  return bytes
}

/** Encodes a text: its length in bytes, and the text in UTF-8. */
export const textBytes = (text: string): Uint8Array => {
  const body = new TextEncoder().encode(text)
  const bytes = new Uint8Array(4 + body.length)
  bytes.set(intBytes(body.length))
  bytes.set(body, 4)
  return bytes
}

/**
 * Reads and writes a socket. One reader at a time: a read must have ended before the next one begins. Reads fail with
 * {@link ConnectionEnded} when too few bytes are left.
 */
export class Connection {
  #chunks: Array<Uint8Array> = []
  #size = 0
  #wanted = 0
  #hasEnded = false
  #wake: () => void = () => {}
  readonly #socket: Socket
  readonly #whenEnded: () => void

  /** Takes over a socket. `whenEnded` is called once, when the executor closes the connection. */
  constructor(socket: Socket, whenEnded: () => void = () => {}) {
    this.#socket = socket
    this.#whenEnded = whenEnded
    socket.setNoDelay(true)
    socket.on("data", (chunk: Uint8Array) => {
      // A view, as `slice` of a Buffer does not copy and Arrow takes plain arrays.
      this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
      this.#size += chunk.length
      if (this.#size >= Math.max(this.#wanted, READ_AHEAD)) socket.pause()
      this.#wake()
    })
    const end = () => {
      if (this.#hasEnded) return
      this.#hasEnded = true
      this.#wake()
      this.#whenEnded()
    }
    socket.on("end", end).on("close", end).on("error", end)
  }

  /** Reads bytes. They may share the memory of other bytes that were received. */
  async bytes(length: number): Promise<Uint8Array> {
    this.#wanted = length
    while (this.#size < length) {
      if (this.#hasEnded) throw new ConnectionEnded(`the executor has closed the connection`)
      const more = new Promise<void>((resolve) => this.#wake = resolve)
      this.#socket.resume()
      await more
    }
    const bytes = this.#take(length)
    // A paused socket would not report that the executor has closed it.
    if (this.#size < READ_AHEAD) this.#socket.resume()
    return bytes
  }

  #take(length: number): Uint8Array {
    const first = this.#chunks[0]
    if (first === undefined || length === 0) return new Uint8Array(0)
    this.#size -= length
    if (first.length > length) {
      this.#chunks[0] = first.subarray(length)
      return first.subarray(0, length)
    }
    const bytes = new Uint8Array(length)
    let at = 0
    let used = 0
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(0, length - at)
      bytes.set(part, at)
      at += part.length
      if (part.length < chunk.length) this.#chunks[used] = chunk.subarray(part.length)
      else used++
      if (at === length) break
    }
    this.#chunks.splice(0, used)
    return bytes
  }

  /** Reads a 32-bit integer. */
  async int(): Promise<number> {
    const bytes = await this.bytes(4)
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0)
  }

  /** Reads a 64-bit integer. */
  async long(): Promise<bigint> {
    const bytes = await this.bytes(8)
    return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0)
  }

  /** Reads a boolean. */
  async bool(): Promise<boolean> {
    return (await this.bytes(1))[0] !== 0
  }

  /** Reads bytes whose number comes first. They do not share memory with anything. */
  async blob(): Promise<Uint8Array> {
    return (await this.bytes(await this.int())).slice()
  }

  /** Reads a text. */
  async text(): Promise<string> {
    return utf8.decode(await this.bytes(await this.int()))
  }

  /** Reads a number of things, and then the things. */
  async list<A>(one: () => Promise<A>): Promise<ReadonlyArray<A>> {
    const all: Array<A> = []
    for (let left = await this.int(); left > 0; left--) all.push(await one())
    return all
  }

  /** Queues bytes for sending. */
  write(...pieces: ReadonlyArray<Uint8Array>): void {
    for (const piece of pieces) this.#socket.write(piece)
  }

  /** Closes the connection, whatever is still to be sent. */
  close(): void {
    this.#socket.destroy()
  }

  /** Sends the last bytes and waits until the executor has closed the connection. */
  async end(...pieces: ReadonlyArray<Uint8Array>): Promise<void> {
    this.write(...pieces)
    this.#socket.end()
    // With unread bytes left, closing would reset the connection, and the executor could lose what was sent.
    this.#wanted = Infinity
    while (!this.#hasEnded) {
      this.#chunks = []
      this.#size = 0
      const more = new Promise<void>((resolve) => this.#wake = resolve)
      this.#socket.resume()
      await more
    }
  }
}
