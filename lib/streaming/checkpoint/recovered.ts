/**
 * What a checkpoint holds, read entry by entry.
 *
 * @module
 */
import { CorruptBlock } from "../../core/codec.ts"
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import type { Place } from "../../durable/log/writer.ts"
import type { Unread } from "../../receiver/block_log.ts"
import { type Entry, FORMAT, fromBytes, type KeptLayout, type Resume, type Summary } from "./entries.ts"
import { type Ends, later, type LogName, markOf } from "./marks.ts"
import { after } from "./resume.ts"
import { blockOf, readHead } from "./received.ts"
import type { Retention } from "./retention.ts"

/** A capture of a state. */
export interface Capture {
  readonly at: number
  readonly bytes: Uint8Array
  /** The version of the format of its values; undefined: they are plain data. */
  readonly version: number | undefined
}

/** The RDD of a stream, in the journal. */
export interface KeptEntry {
  readonly place: Place
  /** Where the bytes of its partitions begin in the entry. */
  readonly from: number
  readonly layout: KeptLayout
}

/** What a checkpoint holds. It is filled by {@link Recovered.read} and {@link Recovered.readReceived}. */
export class Recovered {
  /** Undefined: nothing has been written yet. */
  summary: Summary | undefined
  /** The batches that have been allocated and not ended, by time. */
  readonly open: Map<number, Allocation> = new Map()
  /** The outputs that are done, by batch time, with the values of the driver that the batch had changed by then. */
  readonly done: Map<number, Map<string, Readonly<Record<string, unknown>>>> = new Map()
  readonly states: Map<string, Array<Capture>> = new Map()
  readonly kept: Map<string, Map<number, KeptEntry>> = new Map()
  readonly resume: Map<string, Resume> = new Map()
  /** The blocks, and parts of blocks, that no batch has taken. */
  readonly waiting: Map<string, Array<Unread>> = new Map()
  /** The positions that were stored last. */
  readonly positions: Map<string, unknown> = new Map()
  readonly values: Map<string, unknown> = new Map()
  lastTime: number = -Infinity
  /** The ends of the two logs. */
  readonly ends: Readonly<Record<LogName, Ends>> = {
    journal: { first: undefined, last: undefined, durable: undefined },
    received: { first: undefined, last: undefined, durable: undefined },
  }
  /** The captures and kept RDDs that count once their batch has ended. */
  #pending: Array<() => void> = []
  readonly #retention: Retention

  constructor(retention: Retention) {
    this.#retention = retention
  }

  /** Reads an entry of the journal. Throws `CorruptBlock`. */
  read(place: Place, bytes: Uint8Array): void {
    const { entry, from } = fromBytes(bytes)
    this.ends.journal.first ??= markOf(place)
    this.ends.journal.last = markOf(place)
    this.#apply(entry, place, bytes, from)
  }

  #apply(entry: Entry, place: Place, bytes: Uint8Array, from: number): void {
    switch (entry._tag) {
      case "summary": {
        const { summary } = entry
        if (summary.format > FORMAT) throw new CorruptBlock({ problem: `it has format ${summary.format}` })
        this.summary = summary
        this.lastTime = Math.max(this.lastTime, summary.lastTime)
        for (const [name, resume] of Object.entries(summary.resume)) this.resume.set(name, resume)
        for (const [name, value] of Object.entries(summary.values)) this.values.set(name, value)
        this.#retention.summary = place.segment
        // What the process before has captured for batches that did not end is not part of the states.
        if (entry.isStart) this.#pending = []
        break
      }
      case "allocated": {
        const { inputs, received, time } = entry
        this.ends.received.durable = later(received, this.ends.received.durable)
        this.lastTime = Math.max(this.lastTime, time)
        this.open.set(time, { time, inputs })
        this.#retention.allocated({ time, inputs }, place.segment)
        for (const [name, share] of Object.entries(inputs)) {
          const resume = after(this.resume.get(name), share)
          if (resume !== undefined) this.resume.set(name, resume)
        }
        break
      }
      case "done":
        this.done.set(entry.time, (this.done.get(entry.time) ?? new Map()).set(entry.output, entry.values))
        break
      case "state": {
        const { at, name, neededFrom, version } = entry
        this.#pending.push(() => {
          const captures = [...this.states.get(name) ?? [], { at, version, bytes: bytes.subarray(from) }]
          this.states.set(name, captures.filter((each) => each.at >= neededFrom))
          this.#retention.captured(name, at, neededFrom, place.segment)
        })
        break
      }
      case "kept": {
        const { at, layout, name } = entry
        this.#pending.push(() => {
          const known = this.kept.get(name) ?? new Map<number, KeptEntry>()
          this.kept.set(name, known.set(at, { place, from, layout }))
          this.#retention.kept(name, at, place.segment)
        })
        break
      }
      case "ended":
        this.open.delete(entry.time)
        this.done.delete(entry.time)
        this.#retention.ended(entry.time)
        for (const [name, value] of Object.entries(entry.values)) this.values.set(name, value)
        this.#pending.splice(0).forEach((apply) => apply())
    }
  }

  /** Reads an entry of the log of received blocks, after the journal has been read. Throws `CorruptBlock`. */
  readReceived(place: Place, bytes: Uint8Array): void {
    const read = readHead(bytes)
    const { input, journal, number, position } = read.head
    this.ends.received.first ??= markOf(place)
    this.ends.received.last = markOf(place)
    this.ends.journal.durable = later(journal, this.ends.journal.durable)
    if (input === "") return
    const resume = this.resume.get(input)
    const taken = resume?._tag === "Blocks" ? resume : undefined
    if (taken !== undefined && number < taken.number) return
    if (position !== undefined) this.positions.set(input, position)
    const records = blockOf(bytes, read).length
    this.#retention.received(input, number, place.segment)
    const begin = number === taken?.number ? taken.to : 0
    if (begin >= records) return
    const waiting = this.waiting.get(input) ?? []
    this.waiting.set(input, waiting)
    waiting.push({ number, place, from: begin, position, records: records - begin })
  }
}
