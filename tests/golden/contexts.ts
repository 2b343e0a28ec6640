/** Makes, starts and advances the streaming contexts of cases. */
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type DStream, type Graph, OutputPolicy, StreamingContext } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { type ContextSpec, lookUp } from "./case.ts"
import { errorOf } from "./errors.ts"
import type { Recorder } from "./recorder.ts"

/** A handle on a context in any state. */
export type Handle = StreamingContext.StreamingContext<StreamingContext.State, unknown>

/** The services that cases run with. */
export type Services = Testing.Services | Scope.Scope

/** The configuration entries that cases may set. Those without options change no result. */
const entries: Readonly<Record<string, (value: string) => Pick<Testing.Options, "defaultParallelism">>> = {
  "spark.default.parallelism": (value) => ({ defaultParallelism: Number(value) }),
  "spark.streaming.sessionByKey.deltaChainThreshold": () => ({}),
  "spark.streaming.unpersist": () => ({}),
}

/** Gives the options of the test layer that a case asks for. */
export const layerOptions = (spec: ContextSpec, engine: Testing.EngineName): Testing.Options => ({
  engine,
  parallelism: 2,
  batchDuration: spec.batchMs ?? 1000,
  clockStart: spec.clockStart ?? 0,
  ...Object.entries(spec.conf ?? {}).reduce(
    (all, [key, value]) => ({ ...all, ...lookUp(entries, key, "")(value) }),
    {},
  ),
})

/** Makes a context that handles failures as Spark does. */
export const makeContext = Effect.fnUntraced(function* (spec: ContextSpec) {
  const ssc = yield* StreamingContext.makeWith({ onFailure: OutputPolicy.continueOn })
  if (spec.remember !== undefined) yield* StreamingContext.remember(ssc, spec.remember)
  return ssc
})

/** Starts a context with outputs of unknown types. */
export const startContext = (
  ssc: StreamingContext.StreamingContext<"Initialized">,
  graph: ReadonlyArray<DStream.AnyOutput> | Graph.AnyGraph,
): Effect.Effect<Handle, unknown, Services> => StreamingContext.start(ssc, graph as never) as never

/** Gives the failure that a context has reported last; undefined if there is none. */
export const reportedBy = (active: Handle): Effect.Effect<unknown> => {
  const ended = Effect.exit(StreamingContext.awaitTermination(active as never))
  // A failure is known at once; a context without one would be awaited until it ends.
  const soon = Effect.forEach(Array(10).keys(), () => Effect.yieldNow)
  return Effect.map(
    Effect.raceFirst(ended, Effect.as(soon, undefined)),
    (exit) => exit === undefined || exit._tag === "Success" ? undefined : errorOf(exit.cause),
  )
}

const isBatchFailed = (error: unknown): error is StreamingContext.BatchFailed<unknown> =>
  error instanceof StreamingContext.BatchFailed

/** Advances a context batch by batch, records the batches that fail before their jobs, and tells how each one ended. */
export const advance: (
  active: Handle,
  batches: number,
  recorder: Recorder,
) => Effect.Effect<ReadonlyArray<string>, unknown> = Effect.fnUntraced(
  function* (active, batches, recorder) {
    const ends: Array<string> = []
    let known = yield* reportedBy(active)
    for (let i = 0; i < batches; i++) {
      const done = yield* Testing.advance(active, 1)
      const error = yield* reportedBy(active)
      if (error !== known && isBatchFailed(error) && error.phase === "generate") {
        recorder.failures.push({ time: error.batchTime, phase: "generate", error })
        // In DStream the sentinel, among others, has run in the batch nevertheless.
        ends.push("generation failed")
      } else ends.push(...done)
      known = error
    }
    return ends
  },
)

/** Makes a console that records what is printed. */
export const recording = (recorder: Recorder): Console.Console => ({
  ...globalThis.console,
  log: (...parts) => void (recorder.stdout += `${parts.map(String).join(" ")}\n`),
})
