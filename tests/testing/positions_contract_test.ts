/** The check of sources passes sources that keep the contract, and finds each way to break it. */
import assert from "node:assert/strict"
import { DStream, RDD } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

type Range = readonly [from: number, until: number]
type Source = DStream.Positions<Range, number>
/** A source with everything that a source can have. */
type Whole = Source & { readonly [K in "commit" | "resume"]: NonNullable<Source[K]> }
type Change = (source: Whole, all: ReadonlyArray<number>) => Source

/** A list of records in memory, read by ranges. `change` breaks a part of it. */
const inMemory = (change: Change = (source) => source) => {
  const all: Array<number> = []
  let committed = 0
  const source = (): Whole => {
    let next = 0
    return {
      plan: (_, limit) =>
        Effect.sync(() => {
          const from = next
          next = Math.min(all.length, from + limit)
          return Option.some({ position: [from, next] as const, records: next - from })
        }),
      read: ([from, until]) => Effect.sync(() => RDD.parallelize(all.slice(from, until))),
      commit: ([, until]) => Effect.sync(() => void (committed = Math.max(committed, until))),
      resume: (positions) => Effect.sync(() => void (next = positions.at(-1)?.[1] ?? 0)),
    }
  }
  return {
    stream: () => DStream.fromPositions("memory", "Memory", Effect.sync(() => change(source(), all))),
    add: (records: ReadonlyArray<number>) => Effect.sync(() => void all.push(...records)),
    record: (n: number) => n,
    committed: Effect.sync(() => committed),
  }
}

Deno.test("checkPositions() passes a source that keeps the contract", () =>
  Effect.runPromise(Testing.checkPositions(inMemory())))

const plannedAs = (change: (range: Range) => Range): Change => (source) => ({
  ...source,
  plan: (time, limit) =>
    Effect.map(source.plan(time, limit), Option.map((planned) => ({ position: change(planned.position) }))),
})

const broken: Readonly<Record<string, readonly [rule: RegExp, change: Change]>> = {
  "cannot go on": [/can go on after a restart/, (source) => ({ ...source, resume: undefined })],
  "loses a record": [/each record is in one batch \(records that/, plannedAs(([from, until]) => [from + 1, until])],
  "repeats a record": [/each record is in one batch/, plannedAs(([from, until]) => [Math.max(0, from - 1), until])],
  "changes the order": [/keep their order/, (source, all) => ({
    ...source,
    read: ([from, until]) => Effect.sync(() => RDD.parallelize(all.slice(from, until).toReversed())),
  })],
  "forgets the limit": [/keeps to its limit/, (source) => ({ ...source, plan: (time) => source.plan(time, Infinity) })],
  "miscounts": [/says how many records/, (source) => ({
    ...source,
    plan: (time, limit) =>
      Effect.map(source.plan(time, limit), Option.map((planned) => ({ ...planned, records: 1000 }))),
  })],
  "reads what has arrived since": [/the same records each time/, (source, all) => ({
    ...source,
    read: ([from]) => Effect.sync(() => RDD.parallelize(all.slice(from))),
  })],
  "goes on behind its first position": [/each record is in one batch \(.* killed/, (source) => ({
    ...source,
    resume: (positions) => source.resume(positions.slice(0, 1)),
  })],
  "commits what it plans": [/after its batch only/, (source) => ({
    ...source,
    plan: (time, limit) =>
      Effect.tap(
        source.plan(time, limit),
        Option.match({
          onNone: () => Effect.void,
          onSome: ({ position }) => source.commit(position, time),
        }),
      ),
  })],
  "does not commit": [/committed after its batch\./, (source) => ({ ...source, commit: undefined })],
  "sums up too little": [/behind the summary/, (source) => ({ ...source, summary: Effect.succeed([0, 1] as const) })],
}

for (const [name, [rule, change]] of Object.entries(broken)) {
  Deno.test(`checkPositions() finds a source that ${name}`, async () => {
    const { committed, ...subject } = inMemory(change)
    const more = name.includes("commit") ? { committed } : { keepsLimit: name.includes("limit") }
    const error = await Effect.runPromise(Effect.flip(Testing.checkPositions({ ...subject, ...more })))
    assert.match(error.message, rule)
  })
}

Deno.test("checkPositions() refuses streams that are not read by position", async () => {
  const stream = () => DStream.socketTextStream("localhost", 1)
  const checked = Testing.checkPositions({ stream, add: () => Effect.void, record: String })
  assert.match(String(await Effect.runPromise(Effect.flip(checked))), /an input that is read by position/)
})

Deno.test("Testing.input keeps the contract of positions", async () => {
  /** The records of each batch, and the number of the batch that is planned next. */
  const batches: Array<Array<string>> = []
  let next = 0
  const of = (i: number) => batches[i] ??= []
  const stream = () => {
    const slots = Array.from({ length: 200 }, (_, i) => Effect.sync(() => of(i).slice()))
    const input = Testing.input<string>(slots)
    const { source } = input.traits
    if (source?.kind !== "positions") return input
    // Records are added to the batch that is planned next.
    const open = Effect.map(source.open, (positions) => ({
      ...positions,
      plan: (time: number, limit: number) =>
        Effect.tap(positions.plan(time, limit), (planned) =>
          Effect.sync(() => {
            next = Number(Option.getOrThrow(planned).position) + 1
          })),
    }))
    return DStream.fromPositions("input", "Testing", open as never) as DStream.DStream<string>
  }
  await Effect.runPromise(Testing.checkPositions({
    stream,
    // A batch that is planned again has its records and those that were added since.
    add: (records) => Effect.sync(() => void of(next).push(...records)),
    record: String,
    keepsLimit: false,
  }))
})
