/**
 * Finds the segments that make up a log, from what is in its store.
 *
 * Each head names the segment before, so the newest head leads to the first segment. Segments that it does not lead to are
 * leftovers: they were cleaned or rolled back, or the process ended while it created them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { LogDamaged, type LogError, LogTooNew, MixedLogs } from "../errors.ts"
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
  /** The number of the first segment, which the newest `cleaned` file names; 0 if the log has never been cleaned. */
  readonly first: number
  /** Why there are fewer segments than there should be. */
  readonly damage: LogDamaged | undefined
}

const beginningOf = Effect.fnUntraced(function* (store: LogStore, file: string, number: number) {
  const bytes = yield* store.read(file, 0, HEAD + 1)
  const path = `${store.location}/${file}`
  const head = readHead(file, bytes.subarray(0, HEAD))
  if (!("problem" in head)) return { file: path, number, head, problem: undefined }
  if (head.problem === "too new") return yield* new LogTooNew({ file: path, version: head.version })
  // A head is durable before anything follows it.
  const problem = bytes.length > HEAD ? "its head is not the one that was written" : undefined
  return { file: path, number, head: undefined, problem }
})

/** The identity that all files have. It fails even if the log may be rolled back: that would remove another log's files. */
const identityOf = Effect.fnUntraced(function* (beginnings: ReadonlyArray<Beginning>, expected: string | undefined) {
  const [first, ...others] = beginnings.filter(({ head }) => head !== undefined)
  const identity = first?.head?.identity
  if (first === undefined || identity === undefined) return expected
  const other = others.find(({ head }) => head?.identity !== identity)?.file ??
    (expected === undefined || expected === identity ? undefined : `the logs with the identity ${expected}`)
  return other === undefined ? identity : yield* new MixedLogs({ file: first.file, other })
})

/**
 * Where the log begins by its newest `cleaned` file. One that is torn does not count: nothing was removed for it yet. If it
 * was damaged later, segments are missing.
 */
const firstOf = (cleaned: ReadonlyArray<Beginning>): number =>
  cleaned.findLast(({ head }) => head !== undefined)?.number ?? 0

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

/**
 * Finds the segments of a log, which may be expected to have an identity. Fails if some are missing or damaged, unless the
 * log may be rolled back.
 */
export const findSegments = Effect.fnUntraced(
  function* (
    store: LogStore,
    log: string,
    expected: string | undefined,
    rollsBack: boolean,
  ): Effect.fn.Return<Chain, LogError> {
    const found = filesOf(log, yield* store.list)
    const read = (numbers: ReadonlyArray<number>, nameOf: (log: string, number: number) => string) =>
      Effect.forEach(numbers, (number) => beginningOf(store, nameOf(log, number), number), { concurrency: 16 })
    const beginnings: ReadonlyArray<Beginning> = yield* read(found.segments, segmentFile)
    const cleaned: ReadonlyArray<Beginning> = yield* read(found.cleaned, cleanedFile)
    const identity = yield* identityOf([...beginnings, ...cleaned], expected)
    const broken = cleaned.find(({ problem }) => problem !== undefined)
    if (broken?.problem !== undefined && !rollsBack) {
      return yield* new LogDamaged({ file: broken.file, offset: 0, problem: broken.problem })
    }
    const first = firstOf(cleaned)
    const segments = new Map(beginnings.map((it) => [it.number, it]))
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
