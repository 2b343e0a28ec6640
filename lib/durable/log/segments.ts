/**
 * Finds the segments that make up a log, from what is in its store.
 *
 * Each head names the segment before, so the newest head leads to the first segment. Segments that it does not lead to are
 * leftovers: they were cleaned or rolled back, or the process ended while it created them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { LogDamaged, type LogError, LogTooNew } from "../errors.ts"
import type { LogStore } from "../log_store.ts"
import { HEAD, type Head, readHead } from "./format.ts"
import { cleanedFile, filesOf, segmentFile } from "./names.ts"

/** A file whose beginning has been read. */
interface Beginning {
  readonly file: string
  readonly number: number
  /** Undefined: the process ended while it created the file, and nothing in it was ever acknowledged. */
  readonly head: Head | undefined
  /** What is wrong with the file. */
  readonly problem: string | undefined
}

/** The segments of a log, in order. */
export interface Chain {
  readonly segments: ReadonlyArray<Head>
  /** Undefined if there is no log yet. */
  readonly identity: string | undefined
  /** All segments in the store, leftovers included. */
  readonly files: ReadonlyArray<number>
  readonly cleaned: ReadonlyArray<number>
  /** The segment that the log begins with, as its newest `cleaned` file says; 0: there is none. */
  readonly first: number
  /** Why there are fewer segments than there should be. */
  readonly damage: LogDamaged | undefined
}

const beginningOf = Effect.fnUntraced(function* (store: LogStore, file: string, number: number) {
  const bytes = yield* store.read(file, 0, HEAD + 1)
  const head = readHead(file, bytes.subarray(0, HEAD))
  if (!("problem" in head)) return { file, number, head, problem: undefined }
  if (head.problem === "too new") return yield* new LogTooNew({ file, version: head.version })
  // A head is durable before anything follows it.
  const problem = bytes.length > HEAD ? "its head is not the one that was written" : undefined
  return { file, number, head: undefined, problem }
})

/** The identity that most files have. */
const identityOf = (beginnings: ReadonlyArray<Beginning>): string | undefined => {
  const counts = new Map<string, number>()
  for (const { head } of beginnings) if (head) counts.set(head.identity, (counts.get(head.identity) ?? 0) + 1)
  return Array.from(counts).sort(([, a], [, b]) => b - a)[0]?.[0]
}

/**
 * Where the log begins by its newest `cleaned` file. One that is torn does not count: nothing was removed for it yet. If it
 * was damaged later, segments are missing.
 */
const firstOf = (cleaned: ReadonlyArray<Beginning>, identity: string | undefined): number =>
  cleaned.findLast(({ head, number }) => head?.identity === identity && head?.segment === number)?.number ?? 0

/** The chain that ends at the newest segment below a bound, or what breaks it and the next bound to try. */
const walk = (
  log: string,
  first: number,
  below: number,
  segments: ReadonlyMap<number, Beginning>,
): { readonly chain: ReadonlyArray<Head>; readonly problem?: string; readonly at: number } => {
  const candidates = Array.from(segments.values()).filter(({ number }) => number < below && number >= first)
  const newest = candidates.findLast(({ head, problem }) => head !== undefined || problem !== undefined)
  if (newest === undefined) return { chain: [], at: first, ...(first > 0 && { problem: "the file is missing" }) }
  const chain: Array<Head> = []
  for (let number = newest.number; number !== 0 && number >= first;) {
    const found = segments.get(number)
    const problem = found === undefined ? "the file is missing" : found.problem
    if (problem !== undefined) return { chain: [], problem, at: number }
    if (found?.head === undefined) return { chain: [], problem: "its head was lost", at: number }
    chain.unshift(found.head)
    number = found.head.previous
  }
  const lost = candidates.find(({ head, number }) => head !== undefined && number < (chain[0]?.segment ?? 0))
  return chain[0]?.previous === 0 && lost !== undefined
    ? { chain: [], problem: `it does not continue ${segmentFile(log, lost.number)}`, at: chain[0].segment }
    : { chain, at: 0 }
}

/** Finds the segments of a log. Fails if some are missing or damaged, unless the log may be rolled back. */
export const findSegments = Effect.fnUntraced(
  function* (store: LogStore, log: string, rollsBack: boolean): Effect.fn.Return<Chain, LogError> {
    const found = filesOf(log, yield* store.list)
    const read = (numbers: ReadonlyArray<number>, nameOf: (log: string, number: number) => string) =>
      Effect.forEach(numbers, (number) => beginningOf(store, nameOf(log, number), number), { concurrency: 16 })
    const beginnings: ReadonlyArray<Beginning> = yield* read(found.segments, segmentFile)
    const cleaned: ReadonlyArray<Beginning> = yield* read(found.cleaned, cleanedFile)
    const identity = identityOf([...beginnings, ...cleaned])
    const first = firstOf(cleaned, identity)
    const segments = new Map(beginnings.map((it) => [
      it.number,
      it.head !== undefined && it.head.identity !== identity ? { ...it, problem: "it belongs to another log" } : it,
    ]))
    let damage: LogDamaged | undefined
    let below = Infinity
    while (true) {
      const { at, chain, problem } = walk(log, first, below, segments)
      const done = { segments: chain, identity, files: found.segments, cleaned: found.cleaned, first }
      if (problem === undefined) return { ...done, damage }
      damage = new LogDamaged({ file: `${store.location}/${segmentFile(log, at)}`, offset: 0, problem })
      if (!rollsBack) return yield* damage
      if (below <= first) return { ...done, damage }
      below = at
    }
  },
)
