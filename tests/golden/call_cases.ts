/** Cases of the kinds `call` and `hash`: time values, and the partitions of keys. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Durations, Interval, Partitioner, Time } from "../../mod.ts"
import { type Case, type Differences, lookUp } from "./case.ts"
import { compareResult, compareValues, type Result } from "./compare.ts"
import { errorOf } from "./errors.ts"
import { decode } from "./values.ts"

type Numbers = ReadonlyArray<number>
type Call = (...args: ReadonlyArray<never>) => unknown

const functions = (space: object): Readonly<Record<string, Call>> =>
  Object.fromEntries(Object.entries(space).filter(([, value]) => typeof value === "function"))

const binary =
  (f: (a: Interval.Interval, b: Interval.Interval) => unknown) => (...[a = 0, b = 0, c = 0, d = 0]: Numbers) =>
    f(Interval.make(a, b), Interval.make(c, d))

const shifted =
  (f: (self: Interval.Interval, by: number) => Interval.Interval) => (...[a = 0, b = 0, by = 0]: Numbers) =>
    Interval.show(f(Interval.make(a, b), by))

const made = (f: (n: number) => number): Readonly<Record<string, Call>> => ({ apply: f })

const tables: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  Duration: { ...functions(Durations), toString: Durations.show },
  Durations: functions(Durations),
  Milliseconds: made(Durations.milliseconds),
  Seconds: made(Durations.seconds),
  Minutes: made(Durations.minutes),
  Time: {
    ...functions(Time),
    toString: Time.show,
    milliseconds: Durations.milliseconds,
    plusDuration: Time.plus,
    minusDuration: Time.minus,
  },
  Interval: {
    ...functions(Interval),
    toString: (a: number, b: number) => Interval.show(Interval.make(a, b)),
    beginTime: (a: number) => a,
    endTime: (_: number, b: number) => b,
    duration: (a: number, b: number) => Interval.duration(Interval.make(a, b)),
    plus: shifted(Interval.plus),
    minus: shifted(Interval.minus),
    less: binary(Interval.less),
    lessEq: binary(Interval.lessEq),
    greater: binary(Interval.greater),
    greaterEq: binary(Interval.greaterEq),
  },
}

/** Runs a case of the kind `call` and compares its results. */
export const callCase = (golden: Case): Effect.Effect<Differences> =>
  Effect.gen(function* () {
    const { calls = [], expected } = golden
    const number = compareValues("number of results", expected.results?.length, calls.length)
    const found = number === undefined ? [] : [number]
    for (const [i, { fn, args }] of calls.entries()) {
      const [space = "", name = "apply"] = fn.split(".")
      const call = lookUp(lookUp(tables, space, ""), name, space) as (...args: ReadonlyArray<unknown>) => unknown
      const exit = yield* Effect.exit(Effect.suspend(() => {
        const value = call(...args.map(decode))
        return Effect.isEffect(value) ? value as Effect.Effect<unknown, unknown> : Effect.succeed(value)
      }))
      const got: Result = Exit.isSuccess(exit) ? { value: exit.value } : { error: errorOf(exit.cause) }
      const different = compareResult(`${fn}(${args.join(", ")})`, expected.results?.[i] ?? {}, got)
      if (different !== undefined) found.push(different)
    }
    return found
  })

/** Has one partition for each hash code, so the partition of a key is its code without the sign. */
const byHashCode = Partitioner.hash(2 ** 32)

/** Gives the hash code of a key as Java does: a signed whole number of 32 bits. */
const hashCodeOf = (key: unknown): number => byHashCode.getPartition(key) | 0

/** Compares the hash codes and partitions of a case of kind `hash`. */
export const hashCase = (golden: Case): Effect.Effect<Differences> =>
  Effect.sync(() => {
    const keys = (golden.keys ?? []).map(decode)
    const { hashCodes, partition = {} } = golden.expected
    return [
      compareValues("partition counts", golden.n?.toSorted((a, b) => a - b), Object.keys(partition).map(Number)),
      compareValues("hash codes", hashCodes, keys.map(hashCodeOf)),
      ...Object.entries(partition).map(([n, places]) =>
        compareValues(`partitions of ${n}`, places, keys.map(Partitioner.hash(Number(n)).getPartition))
      ),
    ].filter((found) => found !== undefined)
  })
