/** `reduceByKeyAndWindow` with short and long windows, with and without an inverse function. */
import { DStream } from "@dstream/dstream"
import { Duration } from "effect"
import { hashPair, type Pair } from "./data.ts"
import { checking, type KeyedSession, openKeyed } from "./keyed_session.ts"
import { interleaved } from "./measure.ts"
import type { Bench } from "./report.ts"

const SMALL = 1000
const LARGE = 100_000
const LARGE_LENGTH = 30
const LENGTHS = [10, 100, 1000] as const

const add = (a: number, b: number): number => a + b
const subtract = (a: number, b: number): number => a - b

/** Sums of a window of `length` batches by key. */
export const chain = (length: number, inverse: boolean) => (stream: DStream.DStream<Pair>): DStream.DStream<Pair> =>
  DStream.reduceByKeyAndWindow(stream, add, Duration.seconds(length), inverse ? { inverse: subtract } : {})

/** Computes the expected checksum of each batch by hand. */
const expected = (session: KeyedSession, keys: number, length: number) => {
  const sums = new Int32Array(keys)
  let batch = 0
  return (): number => {
    for (const [key, value] of session.records(batch)) sums[key] = (sums[key] ?? 0) + value
    if (batch >= length) {
      for (const [key, value] of session.records(batch - length)) sums[key] = (sums[key] ?? 0) - value
    }
    batch++
    return sums.reduce((total, sum, key) => (total + hashPair(key, sum)) | 0, 0)
  }
}

const nameOf = (length: number, inverse: boolean) => `${length} batches, ${inverse ? "inverse" : "no inverse"}`

const lengths: Bench = async (size) => {
  const kinds = [true, false].flatMap((inverse) => LENGTHS.map((length) => ({ inverse, length })))
  const sessions = await Promise.all(
    kinds.map(({ inverse, length }) => openKeyed(size.count(SMALL), size.count(SMALL), chain(length, inverse))),
  )
  const figures = await interleaved(
    kinds.map(({ inverse, length }, i) =>
      checking(nameOf(length, inverse), sessions[i]!, expected(sessions[i]!, size.count(SMALL), length))
    ),
    size.rounds(500),
    size.isQuick ? 15 : 1050,
  )
  await Promise.all(sessions.map(({ close }) => close()))
  return {
    title: `reduceByKeyAndWindow, ${SMALL.toLocaleString("en")} records per batch`,
    figures,
    goals: [true, false].map((inverse) => ({
      what: `1000 batches against 10, ${inverse ? "inverse" : "no inverse"}`,
      of: nameOf(1000, inverse),
      base: nameOf(10, inverse),
      times: 1.5,
    })),
  }
}

const large: Bench = async (size) => {
  const count = size.count(LARGE)
  const kinds = [true, false]
  const sessions = await Promise.all(kinds.map((inverse) => openKeyed(count, count, chain(LARGE_LENGTH, inverse))))
  const figures = await interleaved(
    kinds.map((inverse, i) =>
      checking(nameOf(LARGE_LENGTH, inverse), sessions[i]!, expected(sessions[i]!, count, LARGE_LENGTH))
    ),
    size.rounds(20),
    LARGE_LENGTH + 5,
  )
  await Promise.all(sessions.map(({ close }) => close()))
  return {
    title: `reduceByKeyAndWindow, ${LARGE.toLocaleString("en")} records per batch`,
    figures,
    goals: [],
  }
}

/** The benchmarks of this file. */
export const windows: Readonly<Record<string, Bench>> = {
  "window": lengths,
  "window-large": large,
}
