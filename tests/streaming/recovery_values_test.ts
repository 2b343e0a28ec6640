/** Values of the driver, and states with formats, over crashes and upgrades. */
import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as DriverState from "../../lib/driver_state.ts"
import * as DStream from "../../lib/dstream.ts"
import { MemoryDisk } from "../../lib/durable/store/memory.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StateFormat from "../../lib/state_format.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"
import { survives } from "./recovery.ts"

const numbers = () => Testing.input([[1, 2], [3], [], [4, 5, 6], [7]]).pipe(DStream.named("numbers"))

survives("a DriverState that a transform and two outputs change", ({ record }) => {
  const factor = DriverState.make("factor", 1)
  const seen = DriverState.make("seen", 0)
  const scaled = numbers().pipe(
    DStream.transform((rdd) =>
      Effect.map(DriverState.update(factor, (n) => n + 1), (by) => RDD.map(rdd, (n) => n * by))
    ),
  )
  const counting = (name: string) =>
    scaled.pipe(
      DStream.transform((rdd) =>
        Effect.gen(function* () {
          const total = yield* DriverState.update(seen, (before) => before + 1)
          return RDD.map(rdd, (n) => `${n} of ${total}`)
        })
      ),
      record(name),
    )
  return [record("scaled")(scaled), counting("first"), counting("second")]
})

survives("a DriverState that outputs change", ({ record }) => {
  const total = DriverState.make("total", 0)
  const input = numbers()
  const adding = (by: number, name: string) =>
    input.pipe(
      DStream.foreachRDD(() => DriverState.update(total, (n) => n * 10 + by)),
      DStream.nameOutput(name),
    )
  const shown = input.pipe(
    DStream.transform((rdd) =>
      Effect.map(DriverState.get(total), (n) => RDD.map(rdd, (record) => `${record} after ${n}`))
    ),
  )
  return [adding(1, "one"), record("shown")(shown), adding(2, "two")]
})

interface User {
  readonly count: number
  readonly names: ReadonlyArray<string>
}

const words = () =>
  Testing.input([["a", "b"], ["a"], ["c", "a"], [], ["b"], ["a", "c"]]).pipe(
    DStream.named("words"),
    DStream.map((word): [string, string] => [word, word.toUpperCase()]),
  )

const v1 = StateFormat.first(Schema.Number)
const v2 = v1.pipe(StateFormat.next(
  Schema.Struct({ count: Schema.Number, names: Schema.Array(Schema.String) }),
  (count): User => ({ count, names: [] }),
))

const counts = () => {
  const spec = StateSpec.function((word: string, name: Option.Option<string>, n: StateSpec.State<number>) => {
    if (Option.isSome(name)) n.update(Option.getOrElse(n.getOption(), () => 0) + 1)
    return `${word} ${n.get()}`
  })
  return words().pipe(DStream.mapWithState(spec), DStream.named("users"))
}

const users = () => {
  const spec = StateSpec.function((word: string, name: Option.Option<string>, user: StateSpec.State<User>) => {
    const { count, names } = Option.getOrElse(user.getOption(), (): User => ({ count: 0, names: [] }))
    if (Option.isSome(name)) user.update({ count: count + 1, names: [...names, name.value] })
    return `${word} ${count + 1}`
  }).pipe(StateSpec.format(v2))
  return words().pipe(DStream.mapWithState(spec), DStream.named("users"))
}

survives(
  "an upgrade to a migrated state",
  ({ record }) => [record("counted")(counts())],
  { upgradedTo: ({ record }) => [record("counted")(users())] },
)

/** Runs one output for some batches on a disk. */
const live = <E>(disk: MemoryDisk, output: DStream.Output<E>, batches: number, clockStart: number) =>
  Effect.scoped(Effect.gen(function* () {
    const ssc = yield* StreamingContext.getOrCreate(disk.open(), StreamingContext.make)
    const active = yield* StreamingContext.start(ssc, [output])
    yield* Testing.advance(active, batches)
    yield* StreamingContext.stop(active)
    yield* StreamingContext.awaitTermination(active)
  })).pipe(Effect.provide(Testing.layer({ clockStart })))

Deno.test("a StateFormat of a later version than the program has is refused", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    const silent = (stream: DStream.DStream<unknown>) =>
      stream.pipe(DStream.foreachRDD(() => Effect.void), DStream.nameOutput("out"))
    yield* live(disk, silent(users()), 2, 0)
    const error = yield* Effect.flip(live(disk, silent(counts()), 1, 2000))
    assert.match(
      String(error),
      /"users" is incompatible: in the checkpoint it is a state made by mapWithState \(version 2\)/,
    )
  })))

Deno.test("a value that does not fit its format stops the context, and the message says which", () =>
  Effect.runPromise(Effect.gen(function* () {
    const spec = StateSpec.function((_: string, __: Option.Option<string>, n: StateSpec.State<number>) => {
      n.update("seven" as never)
    }).pipe(StateSpec.format(v1))
    const output = words().pipe(
      DStream.mapWithState(spec),
      DStream.named("users"),
      DStream.foreachRDD(() => Effect.void),
      DStream.nameOutput("out"),
    )
    const error = yield* Effect.flip(live(new MemoryDisk(), output, 1, 0))
    assert.match(String(error), /write the state "users": string cannot be written in version 1 of the format: /)
  })))

Deno.test("a DriverState keeps what a retry has not undone, and nothing of a batch that failed", () =>
  Effect.runPromise(Effect.gen(function* () {
    const total = DriverState.make("total", 0)
    const seen: Array<number> = []
    let fails = 1
    const output = Testing.input([[1], [2], [3]]).pipe(
      DStream.foreachRDD(() =>
        Effect.flatMap(
          DriverState.update(total, (n) => n + 1),
          (n) => fails-- > 0 ? Effect.fail("not yet") : Effect.sync(() => void seen.push(n)),
        )
      ),
      DStream.onFailure(OutputPolicy.skip),
    )
    yield* Testing.runOutputs([output])
    assert.deepEqual(seen, [1, 2])
  })))

Deno.test("DriverState outside of a batch dies with a message that says where it can be used", () =>
  Effect.runPromise(Effect.gen(function* () {
    const exit = yield* Effect.exit(DriverState.get(DriverState.make("total", 0)))
    assert.match(String(exit), /DriverState "total" can be used only while a batch runs/)
  })))

Deno.test("a journal of which nothing would be left is refused with rollBack too, and its files stay", () =>
  Effect.runPromise(Effect.gen(function* () {
    const disk = new MemoryDisk()
    const output = words().pipe(DStream.foreachRDD(() => Effect.void), DStream.nameOutput("out"))
    yield* live(disk, output, 2, 0)
    const journal = Array.from(disk.files.keys()).filter((name) => /^journal-\d/.test(name)).sort()
    const first = disk.files.get(journal[0] ?? "")!
    first.bytes = first.bytes.map((byte, at) => at === 60 ? byte ^ 1 : byte)
    const rolledBack = Effect.scoped(Effect.gen(function* () {
      const ssc = yield* StreamingContext.getOrCreate(disk.open(), StreamingContext.make, { onDamage: "rollBack" })
      yield* StreamingContext.start(ssc, [output])
    })).pipe(Effect.provide(Testing.layer({ clockStart: 2000 })))
    const error = yield* Effect.flip(rolledBack)
    assert.match(
      String(error),
      /failed to open: memory\/journal-\d+ is damaged at byte 40: .*, and no entry before it is left to roll back to\./,
    )
    assert.deepEqual(Array.from(disk.files.keys()).filter((name) => /^journal-\d/.test(name)).sort(), journal)
  })))
