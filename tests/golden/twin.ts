/**
 * Observes what the library has no operation for: how long RDDs are remembered, the storage levels of streams, the zero
 * time. A second context with the same graph, the twin, runs beside the script, and the RDDs that it holds show the answer.
 */
import * as Effect from "effect/Effect"
import { DStream, RDD, StreamingContext, Time } from "../../mod.ts"
import { Testing } from "../../lib/testing.ts"
import { type Handle, layerOptions, makeContext, startContext } from "./contexts.ts"
import { sentinel } from "./outputs.ts"
import type { AnyRDD } from "./rdd_nodes.ts"
import type { Script, ScriptContext } from "./script.ts"
import { streamOf } from "./streams.ts"

/** Gives the RDD of a stream that a context holds at a time; undefined if it holds none. */
export const heldAt = (
  active: Handle,
  stream: DStream.DStream<unknown, unknown>,
  time: number,
): Effect.Effect<AnyRDD | undefined, unknown> =>
  Effect.map(StreamingContext.slice(active as never, stream, time, time), ([rdd]) => rdd)

/** Gives the times up to `now` at which a context holds an RDD of a stream. */
export const heldTimes = (
  active: Handle,
  stream: DStream.DStream<unknown, unknown>,
  times: { readonly zero: number; readonly slide: number; readonly now: number },
): Effect.Effect<ReadonlyArray<number>, unknown> =>
  Effect.filter(
    Time.to(times.zero + times.slide, times.now, times.slide),
    (time) => Effect.map(heldAt(active, stream, time), (rdd) => rdd !== undefined),
  )

interface Twin {
  readonly active: Handle
  readonly stream: (id: string) => DStream.DStream<unknown, unknown>
  /** The times of the batches that were submitted. */
  readonly batches: ReadonlyArray<number>
}

/** Starts a twin of a context whose outputs take the given streams and do nothing. */
const withTwin = <A>(
  script: Script,
  context: ScriptContext,
  ids: ReadonlyArray<string>,
  look: (twin: Twin) => Effect.Effect<A, unknown, Testing.Services>,
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const program = context.build(new Map())
    const batches: Array<number> = []
    const ssc = yield* makeContext(context.remember === undefined ? {} : { remember: context.remember })
    yield* StreamingContext.addStreamingListener(ssc, (event) =>
      Effect.sync(() => {
        if (event._tag === "BatchSubmitted") batches.push(event.batch.batchTime)
      }))
    const outputs = ids.map((id) => DStream.foreachRDD(streamOf(program, id), () => Effect.void))
    const active = yield* startContext(ssc, [...outputs, sentinel()])
    const found = yield* look({ active, stream: (id) => streamOf(program, id), batches })
    yield* StreamingContext.stop(active)
    return found
  }).pipe(
    Effect.scoped,
    Effect.provide(Testing.layer(layerOptions({ ...context.spec, clockStart: context.startedAt }, script.engine))),
  )

/** The batches after which a twin is given up: more than any recorded duration has. */
const LIMIT = 500

/** How many batches a twin advances before it is looked at. */
const STEP = 10

/** Gives the time at which the first batch of a context began. */
export const zeroTimeOf = (script: Script, context: ScriptContext): Effect.Effect<number, unknown> =>
  withTwin(script, context, [], ({ active, batches }) =>
    Effect.gen(function* () {
      yield* Testing.advance(active, 1)
      // Listeners hear of everything before the context has stopped.
      yield* StreamingContext.stop(active)
      return (batches[0] ?? NaN) - context.batchMs
    }))

/** Tells for how many milliseconds the RDDs of a stream are remembered, in whole slides; null if no output needs it. */
export const rememberedFor = (
  script: Script,
  context: ScriptContext,
  id: string,
): Effect.Effect<number | null, unknown> =>
  withTwin(
    script,
    context,
    context.outputs.map((output) => output.in),
    ({ active, stream }) =>
      Effect.gen(function* () {
        const slide = context.slideOf(id)
        const zero = Time.floor(context.startedAt, context.batchMs)
        // After its last list an input has an RDD in every batch.
        const lists = Math.max(0, ...context.inputs.map(({ batches }) => batches?.length ?? 0))
        yield* Testing.advance(active, lists)
        for (let done = lists + STEP; done < lists + LIMIT; done += STEP) {
          yield* Testing.advance(active, STEP)
          const last = zero + Math.floor(done * context.batchMs / slide) * slide
          const [oldest] = yield* heldTimes(active, stream(id), { zero, slide, now: last })
          if (oldest === undefined) return null
          if (oldest > zero + slide) return last - oldest + slide
        }
        return Infinity
      }),
  )

/** Gives the storage level of a stream: that of its RDDs. */
export const storageLevelOf = (script: Script, context: ScriptContext, id: string): Effect.Effect<unknown, unknown> =>
  withTwin(script, context, [id], ({ active, stream }) =>
    Effect.gen(function* () {
      const zero = Time.floor(context.startedAt, context.batchMs)
      for (let done = 1; done < LIMIT; done++) {
        yield* Testing.advance(active, 1)
        const rdd = yield* heldAt(active, stream(id), zero + done * context.batchMs)
        if (rdd !== undefined) return RDD.getStorageLevel(rdd)
      }
      return null
    }))
