/**
 * Which segments of the logs are still needed, so that older ones can be removed.
 *
 * @module
 */
import type { Allocation } from "../../dstream/inputs/allocation.ts"
import type { LogName } from "./marks.ts"

/** A batch that has not ended: the segment of its allocation, and the first one of the blocks that it reads. */
interface OpenBatch {
  readonly journal: number
  readonly received: number
}

/** What needs segments of a log. */
export interface Need {
  readonly log: LogName
  readonly by:
    | { readonly _tag: "Summary" }
    /** A batch that has not ended. */
    | { readonly _tag: "Batch"; readonly time: number }
    | { readonly _tag: "Operator"; readonly name: string }
  readonly segments: ReadonlyArray<number>
}

/** The first segment of received blocks that an allocation refers to. */
const firstOf = ({ inputs }: Pick<Allocation, "inputs">): number =>
  Object.values(inputs).reduce(
    (first, share) =>
      share._tag === "Blocks"
        ? share.blocks.reduce((least, { logged }) => Math.min(least, logged?.place.segment ?? Infinity), first)
        : first,
    Infinity,
  )

/** Counts the segments that are needed, by what needs them. Only what is durable may be taken away here. */
export class Retention {
  readonly #open = new Map<number, OpenBatch>()
  /** The segments of the captures of each state, by batch time. */
  readonly #captures = new Map<string, Map<number, number>>()
  /** The segments of kept RDDs, by stream and batch time. */
  readonly #kept = new Map<string, Map<number, number>>()
  /** The segments of the blocks of each input that no batch has taken whole, by number. */
  readonly #waiting = new Map<string, Map<number, number>>()
  /** The segment of the last summary. */
  summary = 0

  /** A batch has been allocated. */
  allocated(allocation: Allocation, segment: number): void {
    this.#open.set(allocation.time, { journal: segment, received: firstOf(allocation) })
    for (const [input, share] of Object.entries(allocation.inputs)) {
      const last = share._tag === "Blocks" ? share.blocks.at(-1)?.logged : undefined
      if (last === undefined) continue
      // The last one may have been taken in part; it is held as long as no later one is taken.
      const waiting = this.#waiting.get(input)
      for (const number of waiting?.keys() ?? []) if (number < last.number) waiting?.delete(number)
    }
  }

  /** A batch has ended. */
  ended(time: number): void {
    this.#open.delete(time)
  }

  /** A state has been captured. */
  captured(name: string, at: number, neededFrom: number, segment: number): void {
    const known = this.#captures.get(name) ?? new Map<number, number>()
    this.#captures.set(name, known.set(at, segment))
    for (const each of known.keys()) if (each < neededFrom) known.delete(each)
  }

  /** The RDD of a stream has been written. */
  kept(name: string, at: number, segment: number): void {
    this.#kept.set(name, (this.#kept.get(name) ?? new Map<number, number>()).set(at, segment))
  }

  /** Forgets the RDDs that no batch can ask for. */
  forget(isNeeded: (name: string, at: number) => boolean): void {
    for (const [name, known] of this.#kept) {
      for (const at of known.keys()) if (!isNeeded(name, at)) known.delete(at)
    }
  }

  /** A block has been received. */
  received(input: string, number: number, segment: number): void {
    this.#waiting.set(input, (this.#waiting.get(input) ?? new Map<number, number>()).set(number, segment))
  }

  /** Forgets what operators have that the program no longer has. */
  only(names: ReadonlySet<string>): void {
    for (const known of [this.#captures, this.#kept, this.#waiting]) {
      for (const name of known.keys()) if (!names.has(name)) known.delete(name)
    }
  }

  /** The first segment of the journal that is needed. */
  get journal(): number {
    let first = this.summary
    for (const { journal } of this.#open.values()) first = Math.min(first, journal)
    for (const known of [...this.#captures.values(), ...this.#kept.values()]) {
      for (const segment of known.values()) first = Math.min(first, segment)
    }
    return first
  }

  /** The first segment of received blocks that is needed; Infinity if none is. */
  get blocks(): number {
    let first = Infinity
    for (const { received } of this.#open.values()) first = Math.min(first, received)
    for (const known of this.#waiting.values()) for (const segment of known.values()) first = Math.min(first, segment)
    return first
  }

  /** What needs which segments. A batch needs all segments of received blocks from the first one that it reads. */
  get needs(): ReadonlyArray<Need> {
    const ofOperators = (log: Need["log"], known: ReadonlyMap<string, ReadonlyMap<number, number>>) =>
      Array.from(known, ([name, segments]): Need => ({
        log,
        by: { _tag: "Operator", name },
        segments: Array.from(new Set(segments.values())),
      }))
    return [
      { log: "journal", by: { _tag: "Summary" }, segments: [this.summary] },
      ...Array.from(this.#open).flatMap(([time, { journal, received }]): ReadonlyArray<Need> => [
        { log: "journal", by: { _tag: "Batch", time }, segments: [journal] },
        ...(received === Infinity
          ? []
          : [{ log: "received", by: { _tag: "Batch", time }, segments: [received] } as const]),
      ]),
      ...ofOperators("journal", this.#captures),
      ...ofOperators("journal", this.#kept),
      ...ofOperators("received", this.#waiting),
    ]
  }

  /** The times of the batches that have not ended. */
  get open(): ReadonlyArray<number> {
    return Array.from(this.#open.keys())
  }
}
