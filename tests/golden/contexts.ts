/** Streaming contexts of cases: made, started, advanced, stopped. */
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { OutputPolicy, StreamingContext } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import type { AnyOutput } from "../../lib/dstream/outputs/output.ts"
import { runtimeOf } from "../../lib/streaming/context/context.ts"
import { type ContextSpec, lookUp } from "./case.ts"
import type { Recorder } from "./outputs.ts"

/** A handle of whatever state. */
export type Handle = StreamingContext.StreamingContext<StreamingContext.State, unknown>
/** What cases run in. */
export type Services = Testing.Services | Scope.Scope

/** The configuration entries that are known, and what they mean here: nothing, where they change no result. */
const entries: Readonly<Record<string, (value: string) => Pick<Testing.Options, "defaultParallelism">>> = {
  "spark.default.parallelism": (value) => ({ defaultParallelism: Number(value) }),
  "spark.streaming.sessionByKey.deltaChainThreshold": () => ({}),
  "spark.streaming.unpersist": () => ({}),
}

/** The surroundings that a case asks for. */
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

/** Makes a context with Spark's failure policy. */
export const makeContext = Effect.fnUntraced(function* (spec: ContextSpec) {
  const ssc = yield* StreamingContext.makeWith({ onFailure: OutputPolicy.continueOn })
  if (spec.remember !== undefined) yield* StreamingContext.remember(ssc, spec.remember)
  return ssc
})

/** Starts a context with outputs whose types nobody knows. */
export const startContext = (
  ssc: StreamingContext.StreamingContext<"Initialized">,
  outputs: ReadonlyArray<AnyOutput>,
): Effect.Effect<Handle, unknown, Services> => StreamingContext.start(ssc, outputs as never) as never

/** Advances a context, batch by batch, and notes batches that could not be generated. */
export const advance: (
  active: Handle,
  batches: number,
  recorder: Recorder,
  keepError?: boolean,
) => Effect.Effect<ReadonlyArray<string>, unknown> = Effect.fnUntraced(
  function* (active, batches, recorder, keepError = false) {
    const runtime = yield* runtimeOf("advance", active)
    const ends: Array<string> = []
    for (let i = 0; i < batches; i++) {
      const time = runtime.due
      const before = runtime.failed
      const done = yield* Testing.advance(active, 1)
      const failure = runtime.failed?.failure
      if (runtime.failed !== before && failure?._tag === "BatchFailed" && failure.phase === "generate") {
        recorder.errors.push({ time, phase: "generate", error: failure })
        // Here outputs that can be evaluated have run nevertheless.
        ends.push("generation failed")
      } else ends.push(...done)
      if (!keepError) runtime.failed = undefined
    }
    return ends
  },
)

/** A console whose text is recorded. */
export const recording = (recorder: Recorder): Console.Console => ({
  ...globalThis.console,
  log: (...parts) => void (recorder.stdout += `${parts.map(String).join(" ")}\n`),
})
