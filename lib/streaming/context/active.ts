/**
 * The current state of a context, and the active context.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { internalsOf, type State, type StreamingContext } from "./context.ts"
import { stateOf } from "./life.ts"
import { Registry } from "./registry.ts"

/**
 * Returns the current state of a context, which may differ from the state of an old handle. Spark: `getState`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   return [ssc.state, yield* StreamingContext.getState(ssc)]
 * })
 * const states = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(states, ["Initialized", "Active"])
 * ```
 */
export const getState = (ssc: StreamingContext<State, unknown>): Effect.Effect<State> =>
  Effect.sync(() => stateOf(internalsOf(ssc)))

/**
 * Returns the context that has been started and has not stopped, if there is one. Spark: `StreamingContext.getActive`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const ssc = yield* StreamingContext.make
 *   const active = yield* StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])
 *   const during = yield* StreamingContext.getActive
 *   yield* StreamingContext.stop(active)
 *   return [during, yield* StreamingContext.getActive].map(Option.isSome)
 * })
 * const found = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.deepEqual(found, [true, false])
 * ```
 */
export const getActive: Effect.Effect<Option.Option<StreamingContext<"Active", unknown>>> = Effect.map(
  Registry,
  (registry) => Option.fromUndefinedOr(registry.active),
)

/**
 * Returns the active context; if there is none, runs `creating` and returns its context. To find out which one it is,
 * compare its `state`, which narrows its type. Spark: `StreamingContext.getActiveOrCreate`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, StreamingContext } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 *
 * const running = StreamingContext.getActiveOrCreate(
 *   Effect.flatMap(StreamingContext.make, (ssc) =>
 *     StreamingContext.start(ssc, [DStream.print(DStream.constant(["hello"]))])),
 * )
 * const program = Effect.gen(function* () {
 *   const first = yield* running
 *   return first === (yield* running)
 * })
 * const same = await Effect.runPromise(Effect.scoped(Effect.provide(program, Testing.layer())))
 * assert.equal(same, true)
 * ```
 */
export const getActiveOrCreate = <S extends State, E2, E, R>(
  creating: Effect.Effect<StreamingContext<S, E2>, E, R>,
): Effect.Effect<StreamingContext<"Active", unknown> | AnyOf<S, E2>, E, R> =>
  Effect.flatMap(
    getActive,
    Option.match({
      onSome: (active): Effect.Effect<StreamingContext<"Active", unknown> | AnyOf<S, E2>, E, R> =>
        Effect.succeed(active),
      onNone: () => creating as Effect.Effect<StreamingContext<State, E2>, E, R> as Effect.Effect<AnyOf<S, E2>, E, R>,
    }),
  )

/** A context in one of several states, as a union that `.state` tells apart. */
export type AnyOf<S extends State, E> = S extends State ? StreamingContext<S, E> : never
