import assert from "node:assert/strict"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as DStream from "../../lib/dstream.ts"
import * as Graph from "../../lib/graph.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Compiles only if both types are the same. */
const same = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): void => {}

class Refused extends Data.TaggedError("Refused") {}
class Factor extends Context.Service<Factor, number>()("test/Factor") {}

type Handle<S extends StreamingContext.State, E = never> = StreamingContext.StreamingContext<S, E>

const { addStreamingListener, awaitTermination, getState, remember, start, stop } = StreamingContext

// Never called: the compiler alone checks its body.
const program = (initialized: Handle<"Initialized">, active: Handle<"Active">, stopped: Handle<"Stopped">) => {
  const numbers = Testing.input([[1]])
  const checked = DStream.mapEffect(numbers, (n) => n > 1 ? Effect.fail(new Refused()) : Effect.succeed(n))
  const scaled = DStream.mapEffect(numbers, (n) => Effect.map(Factor, (factor) => n * factor))

  // @ts-expect-error a context needs at least one output
  start(initialized, [])
  // @ts-expect-error a stream is not an output
  start(initialized, [numbers])
  // @ts-expect-error an active context cannot be started again
  start(active, [DStream.print(numbers)])
  // @ts-expect-error a stopped context cannot be started again
  start(stopped, [DStream.print(numbers)])
  // @ts-expect-error outputs cannot be added later: start takes all of them
  active.add(DStream.print(numbers))
  // @ts-expect-error a program cannot wait for a context that has not been started
  awaitTermination(initialized)
  // @ts-expect-error remember must be called before start
  remember(active, "1 second")
  // @ts-expect-error slice needs a started context
  StreamingContext.slice(initialized, numbers, 0, 1)

  const started = start(initialized, [DStream.print(checked), DStream.print(numbers)])
  same<
    typeof started,
    Effect.Effect<Handle<"Active", Refused>, StreamingContext.StartError | Refused, Scope.Scope>
  >()
  const awaited = Effect.flatMap(started, awaitTermination)
  same<
    Effect.Error<typeof awaited>,
    | StreamingContext.BatchFailed<Refused>
    | StreamingContext.ReceiverFailed
    | StreamingContext.StartError
    | Refused
  >()
  const caught = Effect.flatMap(started, awaitTermination).pipe(
    Effect.catchReason("BatchFailed", "Refused", (refused) => {
      same<typeof refused, Refused>()
      return Effect.void
    }),
  )
  const requiring = start(initialized, [DStream.print(scaled)])
  same<Effect.Services<typeof requiring>, Factor | Scope.Scope>()
  const served = start(initialized, [
    DStream.foreachRDD(
      numbers,
      (rdd) => Effect.flatMap(Factor, (factor) => RDD.collect(RDD.map(rdd, (n) => n * factor))),
    ),
  ])
  same<Effect.Services<typeof served>, Factor | Scope.Scope>()
  const graphed = start(initialized, Graph.make([DStream.print(checked), DStream.print(scaled)]))
  same<
    typeof graphed,
    Effect.Effect<Handle<"Active", Refused>, StreamingContext.StartError | Refused, Factor | Scope.Scope>
  >()

  const ended = stop(active)
  same<typeof ended, Effect.Effect<Handle<"Stopped">>>()
  const found = StreamingContext.getActiveOrCreate(StreamingContext.make)
  const narrowed = Effect.map(found, (ssc) => {
    same<typeof ssc, Handle<"Initialized"> | Handle<"Active", unknown>>()
    return ssc.state === "Active" ? stop(ssc) : start(ssc, [DStream.print(numbers)])
  })
  // These functions accept a handle of any state.
  for (const handle of [initialized, active, stopped]) {
    same<ReturnType<typeof getState>, Effect.Effect<StreamingContext.State>>()
    addStreamingListener(handle, () => Effect.void)
    getState(handle)
    stop(handle)
  }
  return [caught, ended, narrowed]
}

Deno.test("the type of a handle has its state: calls that the state does not allow do not compile", () => {
  assert.equal(typeof program, "function")
})

Deno.test("Testing.input() infers pairs, and infers errors only from batches that are Effects", () => {
  const pairs = Testing.input([[["a", 1]], null])
  same<typeof pairs, DStream.DStream<[string, number]>>()
  const effects = Testing.input([[1], Effect.as(Effect.fail(new Refused()), [2])])
  same<typeof effects, DStream.DStream<number, Refused>>()
  assert.equal(DStream.isDStream(pairs), true)
})

Deno.test("the types of outputs and policies in a list are inferred from themselves, not from the list", () => {
  const input = Testing.input([[1]])
  const graph = Graph.make([
    input.pipe(DStream.foreachRDD(() => Effect.void), DStream.onFailure(OutputPolicy.retry(Schedule.recurs(1)))),
    input.pipe(
      DStream.foreachRDD(() => Effect.void),
      DStream.onFailure(OutputPolicy.retry(Schedule.recurs(1), OutputPolicy.deadLetter(() => new Refused()))),
    ),
  ])
  same<typeof graph, Graph.Graph<Refused>>()
  const module = Graph.module(import.meta, (_: null) => [
    input.pipe(DStream.foreachRDD(() => Effect.void), DStream.onFailure(OutputPolicy.retry(Schedule.recurs(1)))),
  ])
  same<ReturnType<typeof module>, Graph.Graph>()
  const ran = Testing.runOutputs([
    input.pipe(DStream.foreachRDD(() => Effect.void), DStream.onFailure(OutputPolicy.retry(Schedule.recurs(1)))),
  ])
  same<typeof ran, Effect.Effect<Testing.Ran<never>, StreamingContext.StartError>>()
  assert.equal(Graph.isGraph(graph), true)
})

Deno.test("a dead letter's handler takes the RDD of any output, and reading it needs no further services", () => {
  OutputPolicy.deadLetter((rdd) => {
    same<typeof rdd, RDD.RDD<unknown, unknown>>()
    return Effect.void
  })
  const counting = OutputPolicy.deadLetter((rdd) => Effect.orDie(Effect.asVoid(RDD.count(rdd))))
  same<typeof counting, OutputPolicy.OutputPolicy>()
  // @ts-expect-error the handler cannot know that the records are numbers
  OutputPolicy.deadLetter((_: RDD.RDD<number>) => Effect.void)
})

Deno.test("DStream.make() infers the typed errors of actions in its body, and does not require the engine", () => {
  const numbers = DStream.mapEffect(Testing.input([[1]]), (n) => n > 1 ? Effect.fail(new Refused()) : Effect.succeed(n))
  const counted = DStream.make(
    "counted",
    [numbers],
    [],
    Effect.fnUntraced(function* () {
      const rdd = yield* numbers
      return RDD.parallelize([yield* RDD.count(rdd), yield* Factor])
    }),
  )
  same<typeof counted, DStream.DStream<number, Refused, Factor>>()
  assert.equal(counted.operation, "counted")
})
