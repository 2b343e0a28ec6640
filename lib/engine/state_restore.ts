/**
 * Restoring one partition of a state from its captures.
 *
 * @module
 */
import { corrupt } from "../core/codec_errors.ts"
import { inPieces, isDue, type Piecewise } from "../core/pace.ts"
import { frozen } from "../core/frozen.ts"
import { type Entries, toEntries } from "./capture_chunks.ts"
import { type CapturedPart, chunkKind } from "./capture_format.ts"
import { type CaptureProgress, StateChanges } from "./state_changes.ts"
import { GONE, StateTable } from "./state_table.ts"
import { WriteOrder } from "./write_order.ts"

/** What one capture has of a partition. */
export interface PartAt {
  readonly at: number
  readonly part: CapturedPart
}

/** The captures of a partition, by what they are for. */
interface Rounds {
  /** The index of the first capture of the last whole round, and the index of its last one. */
  readonly from: number
  readonly to: number
  /** The batch time of the capture that began the round after it; undefined if none has begun. */
  readonly roundFrom: number | undefined
}

/** Finds the last whole round of slices. Gives undefined if no round is whole. */
const lastRound = (parts: ReadonlyArray<PartAt>): Rounds | undefined => {
  const to = parts.findLastIndex(({ part }) => part.ends)
  const from = parts.findLastIndex(({ part }, i) => i <= to && part.begins)
  return from < 0 ? undefined : { from, to, roundFrom: parts.slice(to + 1).findLast(({ part }) => part.begins)?.at }
}

/** Entries in the order of their numbers. Deleted ones keep their positions. */
class Restored {
  readonly numbers: Array<number> = []
  readonly keys: Array<unknown> = []
  readonly values: Array<unknown> = []
  /** When entries were written, if times are recorded. NaN: before they were. */
  readonly times: Array<number> | undefined
  deleted = 0
  /** Whether the numbers follow each other without gaps. */
  #isDense = true

  constructor(isTimed: boolean) {
    this.times = isTimed ? [] : undefined
  }

  /** Adds entries whose numbers are higher than all others. */
  add({ ages, keys, numbers, values }: Entries, at: number): void {
    const first = numbers[0] ?? Infinity
    const last = this.numbers.at(-1)
    if (last !== undefined && first <= last) corrupt("entries are not in order")
    this.#isDense &&= first === (last ?? first - 1) + 1 && numbers.at(-1) === first + numbers.length - 1
    for (let i = 0; i < numbers.length; i++) {
      this.numbers.push(numbers[i]!)
      this.keys.push(keys[i])
      this.values.push(values[i])
      this.times?.push(at - (ages[i] ?? 0))
    }
  }

  /** Changes entries. Those with higher numbers than all there are have not been copied yet in a partial round. */
  change({ ages, numbers, values }: Entries, at: number, isPartial: boolean): void {
    const { times } = this
    const newest = isPartial ? this.numbers.at(-1) ?? 0 : Infinity
    for (let i = 0, position = -1; i < numbers.length && numbers[i]! <= newest; i++) {
      position = this.#find(numbers[i]!, position + 1)
      if (position < 0 || this.values[position] === GONE) corrupt(`there is no entry ${numbers[i]}`)
      this.values[position] = values[i]
      if (times !== undefined) times[position] = at - (ages[i] ?? 0)
    }
  }

  /** Deletes entries. Some may have been deleted before: reading versions of earlier batches can record that again. */
  delete({ numbers }: Entries): void {
    for (const number of numbers) {
      const position = this.#find(number, 0)
      if (position < 0 || this.values[position] === GONE) continue
      this.values[position] = GONE
      this.deleted++
    }
  }

  /** The position of a number, at `from` or later; -1 if the number is not there. */
  #find(number: number, from: number): number {
    const { numbers } = this
    if (this.#isDense) {
      const position = number - (numbers[0] ?? Infinity)
      return position >= from && position < numbers.length ? position : -1
    }
    // Numbers grow by at least one from position to position.
    let low = from
    let high = Math.min(numbers.length, from + Math.max(0, number - (numbers[from] ?? Infinity)))
    if (numbers[high] === number) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if (numbers[middle]! < number) low = middle + 1
      else high = middle
    }
    return numbers[low] === number ? low : -1
  }
}

/** A table with everything that its versions share. */
export interface RestoredTable {
  readonly table: StateTable
  readonly order: WriteOrder | undefined
  readonly changes: StateChanges
}

/**
 * Restores a partition from its captures, in the order of their batches. They begin with a whole round of slices or before
 * it. Throws `CorruptBlock`.
 */
export function* restoreTable(
  parts: ReadonlyArray<PartAt>,
  decode?: (value: unknown) => unknown,
): Piecewise<RestoredTable> {
  const last = parts.at(-1)
  const rounds = lastRound(parts)
  if (rounds === undefined || last === undefined) return corrupt("a partition has no whole copy")
  const restored = new Restored(last.part.since !== undefined)
  let slices = { bytes: 0, count: 0 }
  for (let i = rounds.from; i < parts.length; i++) {
    const { at: written, part: { chunks, since } } = parts[i]!
    const at = since === undefined ? NaN : written
    for (const chunk of chunks) {
      const { kind } = chunk
      // Until the round ends, slices add all entries; the changes before its first slice are in its slices.
      const isPartial = i <= rounds.to
      if (kind === chunkKind.slice ? !isPartial : kind === chunkKind.added ? isPartial : i === rounds.from) continue
      if (kind === chunkKind.slice || kind === chunkKind.added) restored.add(toEntries(chunk), at)
      else if (kind === chunkKind.changed) restored.change(toEntries(chunk), at, isPartial)
      else restored.delete(toEntries(chunk))
      if (kind === chunkKind.slice) {
        const bytes = chunk.blocks.reduce((sum, block) => sum + block.length, slices.bytes)
        slices = { bytes, count: slices.count + chunk.count }
      }
      if (isDue()) yield
    }
  }
  const { copied, newest, since } = last.part
  const progress = {
    neededFrom: parts[rounds.from]!.at,
    roundFrom: rounds.roundFrom,
    copied: rounds.roundFrom === undefined ? 0 : copied,
    newest,
    since,
    sliceBytes: slices.count === 0 ? 16 : Math.max(1, slices.bytes / slices.count),
    changeBytes: 16,
  }
  return yield* fill(restored, progress, decode)
}

const same = (value: unknown): unknown => value

function* fill(
  restored: Restored,
  progress: CaptureProgress,
  decode: (value: unknown) => unknown = same,
): Piecewise<RestoredTable> {
  const { keys, numbers, times, values } = restored
  const { since } = progress
  const table = new StateTable()
  table.reserve(keys.length - restored.deleted, progress.newest)
  const order = since === undefined ? undefined : new WriteOrder(table, since)
  yield* inPieces(keys.length, (from, to) => {
    for (let i = from; i < to; i++) {
      if (values[i] === GONE) continue
      if (table.find(keys[i]) >= 0) corrupt("a key has two entries")
      const place = table.insert(keys[i], frozen(decode(values[i])), numbers[i])
      order?.set(place, times?.[i] ?? NaN)
    }
  })
  return { table, order, changes: new StateChanges(progress) }
}
