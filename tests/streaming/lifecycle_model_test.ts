import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as SparkContext from "../../lib/spark_context.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { inVirtualTime, pass, recording, source } from "./support.ts"

const { awaitTerminationOrTimeout, getActive, getState, make, start, stop } = StreamingContext

type Handle = StreamingContext.StreamingContext<StreamingContext.State, unknown>

type Command =
  | { readonly do: "make" | "start" | "getState" | "await"; readonly which: 0 | 1 }
  | { readonly do: "stop"; readonly which: 0 | 1; readonly spark: boolean; readonly graceful: boolean }
  | { readonly do: "getActive" }
  | { readonly do: "advance" }

const which = fc.constantFrom(0 as const, 1 as const)
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("start" as const), which }) },
  fc.record({ do: fc.constantFrom("make" as const, "getState" as const, "await" as const), which }),
  fc.record({ do: fc.constant("stop" as const), which, spark: fc.boolean(), graceful: fc.boolean() }),
  fc.record({ do: fc.constant("getActive" as const) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("advance" as const) }) },
)

/** The expected state of a context. */
interface Model {
  state: StreamingContext.State
  started: boolean
  failed: boolean
  batches: number
}

/** Runs commands on two contexts of one SparkContext, and compares each result with the model. */
const check = (commands: ReadonlyArray<Command>) =>
  Effect.gen(function* () {
    const sc = yield* SparkContext.SparkContext
    let sparkStopped = false
    const handles: Array<Handle | undefined> = [undefined, undefined]
    const models: Array<Model | undefined> = [undefined, undefined]
    const batches: Array<Array<readonly [number, ReadonlyArray<number>]>> = [[], []]
    const runs = () => models.findIndex((model) => model?.state === "Active")

    for (const command of commands) {
      if (command.do === "getActive") {
        const active = yield* getActive
        assert.equal(Option.isSome(active), runs() >= 0)
      } else if (command.do === "advance") {
        yield* pass(1000)
        const model = models[runs()]
        if (model !== undefined && sparkStopped) Object.assign(model, { state: "Stopped", failed: true })
        else if (model !== undefined) model.batches++
      } else if (command.do === "make") {
        if (models[command.which]?.state === "Active") continue
        handles[command.which] = yield* make
        models[command.which] = { state: "Initialized", started: false, failed: false, batches: 0 }
        batches[command.which] = []
      } else {
        const handle = handles[command.which]
        const model = models[command.which]
        if (handle === undefined || model === undefined) continue
        if (command.do === "getState") {
          assert.equal(yield* getState(handle), model.state)
        } else if (command.do === "start") {
          const seen = batches[command.which] ?? []
          const initialized = handle as StreamingContext.StreamingContext<"Initialized">
          const exit = yield* Effect.exit(start(initialized, [recording(source<number>([]), seen)]))
          const expected: string | undefined = model.state === "Stopped"
            ? "AlreadyStopped"
            : model.state === "Active"
            ? "AlreadyStarted"
            : runs() >= 0
            ? "AnotherContextActive"
            : sparkStopped
            ? "SparkContextStopped"
            : undefined
          const error = Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined
          assert.equal(error?._tag, expected)
          if (expected === undefined) Object.assign(model, { state: "Active", started: true })
        } else if (command.do === "stop") {
          const stopped = yield* stop(handle, { stopSparkContext: command.spark, stopGracefully: command.graceful })
          assert.equal(stopped.state, "Stopped")
          model.state = "Stopped"
          sparkStopped ||= command.spark
        } else {
          const waiting = awaitTerminationOrTimeout(handle as StreamingContext.StreamingContext<"Active", unknown>, 0)
          if (model.state === "Initialized") continue
          const exit = yield* Effect.exit(model.state === "Stopped" ? waiting : Effect.succeed(false))
          assert.equal(Exit.isFailure(exit), model.failed)
          if (Exit.isSuccess(exit)) assert.equal(exit.value, model.state === "Stopped")
        }
      }
      for (const [i, model] of models.entries()) {
        const handle = handles[i]
        if (model === undefined || handle === undefined) continue
        assert.equal(yield* getState(handle), model.state)
        assert.equal(batches[i]?.length, model.batches)
      }
      assert.equal(yield* sc.isStopped, sparkStopped)
      const counted = yield* Effect.exit(RDD.count(RDD.parallelize([1])))
      assert.equal(Exit.isFailure(counted), sparkStopped)
    }
  })

Deno.test("two contexts of one SparkContext behave like the model, for random sequences of calls", async () => {
  const property = fc.asyncProperty(
    fc.array(command, { maxLength: 25 }),
    (commands) => inVirtualTime(check([{ do: "make", which: 0 }, { do: "make", which: 1 }, ...commands])),
  )
  await fc.assert(property, { numRuns: 60 })
})
