import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { runtimeProcesses } from "../../../lib/engine/processes.ts"
import * as RDD from "../../../lib/rdd.ts"
import type { Engine } from "../../../lib/rdd/engine.ts"
import { holdsOnEngines, onEngines } from "../run.ts"

/** Runs with real processes. */
const withProcesses = <A, E>(body: Effect.Effect<A, E, Engine>) =>
  Effect.provideService(body, RDD.Processes, runtimeProcesses)

const glommed = <A, E>(rdd: RDD.RDD<A, E>) => RDD.collect(RDD.glom(rdd))

onEngines(
  "pipe() writes each partition to a process of its own, as lines, and reads the lines it prints",
  () =>
    withProcesses(Effect.gen(function* () {
      const letters = RDD.parallelize(["a", "b", "c", "d"], { partitions: 3 })
      assert.deepEqual(yield* glommed(RDD.pipe(letters, ["cat"])), [["a"], ["b"], ["c", "d"]])
      assert.deepEqual(yield* glommed(letters.pipe(RDD.pipe(["grep", "-c", ""]))), [["1"], ["1"], ["2"]])
      const nothing = RDD.parallelize<string>([], { partitions: 2 })
      assert.deepEqual(yield* glommed(RDD.pipe(nothing, "wc -l")), [["0"], ["0"]])
      const pairs = RDD.parallelize<[string, number]>([["é", 1]], { partitions: 1 })
      assert.deepEqual(yield* RDD.collect(RDD.pipe(pairs, "cat")), ["(é,1)"])
    })),
)

onEngines(
  "pipe() sets variables and directory, and prints a header and records as told",
  () =>
    withProcesses(Effect.gen(function* () {
      const one = RDD.parallelize([1], { partitions: 1 })
      const shell = (script: string, options: RDD.PipeOptions<number>) =>
        RDD.collect(RDD.pipe(one, ["sh", "-c", script], options))
      assert.deepEqual(yield* shell('echo "$GREETING"', { env: { GREETING: "hello world" } }), ["hello world"])
      assert.deepEqual(yield* shell("pwd", { cwd: "/" }), ["/"])
      const options = { header: ["first", "second"], show: (n: number) => `<${n}>` }
      assert.deepEqual(yield* shell("cat", options), ["first", "second", "<1>"])
    })),
)

onEngines(
  "pipe() fails with ProcessFailed when the program ends badly or cannot be started",
  () =>
    withProcesses(Effect.gen(function* () {
      const one = RDD.parallelize(["a"], { partitions: 2 })
      const status = yield* Effect.flip(RDD.count(RDD.pipe(one, "false")))
      assert.equal(status.reason._tag, "ProcessFailed")
      assert.equal(status.reason.message, "Subprocess exited with status 1. Command ran: false")
      const missing = yield* Effect.flip(RDD.count(RDD.pipe(one, "no-such-program-anywhere -x")))
      assert.match(missing.reason.message, /^Cannot run program "no-such-program-anywhere"/)
      assert.match((yield* Effect.flip(RDD.count(RDD.pipe(one, " ")))).message, /pipe at .* failed: command is/)
      const show = (): string => {
        throw new Error("boom")
      }
      const thrown = yield* Effect.flip(RDD.count(RDD.pipe(one, "cat", { show })))
      assert.deepEqual([thrown.reason._tag, thrown.reason.message], ["FunctionFailed", "boom"])
    })),
)

onEngines("pipe() fails where there are no processes", () =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(RDD.count(RDD.pipe(RDD.parallelize(["a"]), "cat")))
    assert.equal(failure.reason.message, 'Cannot run program "cat": no processes here')
  }))

onEngines(
  "pipe() does not deadlock on megabytes, and programs need not read their input",
  () =>
    withProcesses(Effect.gen(function* () {
      const line = "x".repeat(99)
      const many = RDD.range(0, 40_000, { partitions: 2 }).pipe(RDD.map(() => line))
      assert.equal(yield* RDD.count(RDD.pipe(many, "cat")), 40_000)
      assert.deepEqual(yield* RDD.collect(RDD.pipe(many, "head -n 1")), [line, line])
      assert.deepEqual(yield* RDD.collect(RDD.pipe(many, "true")), [])
    })),
)

onEngines("pipe() kills the process when it is interrupted", () =>
  withProcesses(Effect.gen(function* () {
    const one = RDD.parallelize(["a"], { partitions: 1 })
    assert.ok(Option.isNone(yield* Effect.timeoutOption(RDD.count(RDD.pipe(one, "sleep 1000")), "20 millis")))
  })))

const quiet = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, "").toWellFormed())

holdsOnEngines(
  "pipe() through cat changes nothing",
  fc.array(quiet, { maxLength: 5 }),
  (lines) =>
    Effect.gen(function* () {
      const rdd = RDD.parallelize(lines, { partitions: 1 })
      const piped = RDD.collect(RDD.pipe(rdd, "cat"))
      assert.deepEqual(yield* Effect.provideService(piped, RDD.Processes, runtimeProcesses), lines)
    }),
)
