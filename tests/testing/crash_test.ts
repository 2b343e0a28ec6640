import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"

const words = [["a", "b", "a"], ["b"], ["c"]]

const input = () => Testing.input<string>(words).pipe(DStream.named("words"))

const counts = (name: string, add = 1) =>
  input().pipe(
    DStream.map((word): [string, number] => [word, add]),
    DStream.updateStateByKey((ones: ReadonlyArray<number>, total: Option.Option<number>) =>
      Option.some(ones.reduce((a, b) => a + b, Option.getOrElse(total, () => 0)))
    ),
    DStream.named(name),
  )

const crashed = (program: Testing.Program<readonly [DStream.Output<unknown>]>, options: Testing.CrashOptions = {}) =>
  Effect.runPromise(Testing.crashEverywhere(program, { every: 4, ...options }))

const notRecovered = async (
  program: Testing.Program<readonly [DStream.Output<unknown>]>,
  options: Testing.CrashOptions = {},
): Promise<Testing.NotRecovered> => {
  const error = await Effect.runPromise(Effect.flip(Testing.crashEverywhere(program, { every: 4, ...options })))
  assert.ok(error instanceof Testing.NotRecovered, String(error))
  return error
}

Deno.test("crashEverywhere() kills a program at each point, or at every n-th", async () => {
  const program = ({ record }: Testing.World) => [record("counted")(counts("counts"))] as const
  const each = await crashed(program, { every: 1, batches: 2 })
  assert.ok(each.points.includes("journal: synced") && each.points.includes("output done"), each.points.join())
  // The run that is not killed, and two lives for each point; a life may end before the last points of the stop.
  assert.ok(each.lives > 2 * each.points.length - 4 && each.lives <= 1 + 2 * each.points.length, String(each.lives))
  assert.ok(each.repeats > 0 && each.repeats < each.points.length)
  const some = await crashed(program, { every: 10, batches: 2 })
  assert.ok(some.lives <= 3 + each.lives / 10, String(some.lives))
})

Deno.test("crashEverywhere() finds state that is kept outside of the operators", async () => {
  // A process that starts again begins with 0.
  const program = ({ record }: Testing.World) => {
    let seen = 0
    return [input().pipe(DStream.map((word) => `${word}${seen++}`), record("numbered"))] as const
  }
  const { failures, message, points } = await notRecovered(program)
  assert.deepEqual(
    failures.filter(({ batch }) => batch === 3000).map(({ expected, found, output }) => [output, expected, found])[0],
    ["numbered", ["c4"], ["c1"]],
  )
  const [first, second, third, fourth] = message.split("\n")
  assert.match(first ?? "", /^After \d+ of \d+ crashes, the program did not go on as if nothing had happened$/)
  assert.match(second ?? "", /^ {2}killed at \d+ \([a-z: ]+\): "numbered" at 2000 ms$/)
  assert.deepEqual([third, fourth], ['    expected ["b3"]', '    found    ["b0"]'])
  assert.ok(failures.every(({ point }) => points.some((name) => point.endsWith(`(${name})`))))
})

Deno.test("crashEverywhere() finds outputs that write twice, by their result", async () => {
  const program = (mark: (time: number) => boolean) => ({ lasting, whileAlive }: Testing.World) => {
    const written = lasting("written", (): Array<number> => [])
    const write = (time: number) => Effect.sync(() => void (mark(time) && written.includes(time) || written.push(time)))
    return [
      input().pipe(DStream.foreachRDD((_, { time }) => whileAlive(write(time))), DStream.nameOutput("times")),
    ] as const
  }
  const result = ({ lasting }: Testing.World) => lasting("written", (): Array<number> => [])
  const { failures } = await notRecovered(program(() => false), { every: 1, result })
  assert.deepEqual([failures[0]?.output, failures[0]?.expected, failures[0]?.found], [
    "result",
    [1000, 2000, 3000],
    [1000, 1000, 2000, 3000],
  ])
  await crashed(program(() => true), { every: 1, result })
})

Deno.test("crashEverywhere() goes on after a downtime, with another parallelism, and with another version", async () => {
  const program = (name: string, add?: number) => ({ record }: Testing.World) =>
    [record("counted")(counts(name, add))] as const
  await crashed(program("counts"), { downtime: "3500 millis" })
  await crashed(program("counts"), { parallelism: 1, rescaledTo: 5 })
  await crashed(program("counts"), { upgradedTo: program("counts", 1) })
  const changed = await notRecovered(program("counts"), { upgradedTo: program("counts", 2) })
  assert.equal(changed.failures[0]?.output, "counted")
})

Deno.test("crashEverywhere() reports a version that cannot go on", async () => {
  const program = ({ record }: Testing.World) => [record("counted")(counts("counts"))] as const
  const upgradedTo = ({ record }: Testing.World) =>
    [input().pipe(DStream.countByWindow("2 seconds"), DStream.named("counts"), record("counted"))] as const
  const { failures } = await notRecovered(program, { upgradedTo })
  assert.ok(
    failures.some(({ found }) => found instanceof Error && found.message.includes('"counts" is incompatible: ')),
    failures.map(({ found }) => String(found)).join(),
  )
})

Deno.test("crashEverywhere() fails as the program does if it fails without a crash", async () => {
  const program = ({ record }: Testing.World) =>
    [
      input().pipe(
        DStream.map((word) => {
          if (word === "c") throw new RangeError("no c")
          return word
        }),
        record("words seen"),
      ),
    ] as const
  const error = await Effect.runPromise(Effect.flip(Testing.crashEverywhere(program)))
  assert.match(String(error), /batch 3000 ms failed in map at crash_test\.ts:\d+:\d+, output 0, partition \d: no c/)
})

Deno.test("crashEverywhere() compares records of any batch together, and in order if asked to", async () => {
  const program = (reverses: boolean) => ({ life, record }: Testing.World) =>
    [
      Testing.input([["a", "b"], ["c"]]).pipe(
        DStream.named("letters"),
        DStream.mapPartitions((part) => reverses && life > 0 ? part.toReversed() : part),
        record("words seen", { inAnyBatch: true }),
      ),
    ] as const
  await crashed(program(true))
  await crashed(program(false), { isOrdered: true })
  const { failures: [first] } = await notRecovered(program(true), { isOrdered: true, parallelism: 1 })
  assert.deepEqual([first?.batch, first?.expected], [undefined, ["a", "b", "c"]])
})
