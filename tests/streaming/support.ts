/** Helpers for tests of the streaming layer, which run in virtual time and, where it matters, on every engine. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as StreamingContext from "../../lib/streaming_context.ts"
import { Testing } from "../../lib/testing.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

/** The services that a test may use. */
export type TestServices = Testing.Services | Scope.Scope

/** Runs an effect in virtual time, with the services of the test kit. */
export const inVirtualTime = <A, E>(
  body: Effect.Effect<A, E, TestServices>,
  options?: Testing.Options,
): Promise<A> => Effect.runPromise(Effect.scoped(body).pipe(Effect.provide(Testing.layer(options))))

/** Declares a test in virtual time. */
export const test = (
  name: string,
  body: () => Effect.Effect<unknown, unknown, TestServices>,
  options?: Testing.Options,
): void => Deno.test(name, sanitizers, () => inVirtualTime(Effect.asVoid(Effect.suspend(body)), options))

/** The engines on which tests run. */
export const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "cluster"]

/** Declares a test in virtual time for each engine. */
export const onEngines = (
  name: string,
  body: (engine: Testing.EngineName) => Effect.Effect<unknown, unknown, TestServices>,
  options?: Testing.Options,
): void => {
  for (const engine of engines) test(`${name} [${engine}]`, () => body(engine), { ...options, engine })
}

/** Lets other fibers run until all of them wait. */
export const yieldToFibers: Effect.Effect<void> = Effect.forEach(Array.from({ length: 100 }), () => Effect.yieldNow, {
  discard: true,
})

/** Advances the virtual clock in steps of 50 ms, and lets fibers run at each step. */
export const pass: (millis: number) => Effect.Effect<void> = Effect.fnUntraced(function* (millis: number) {
  yield* yieldToFibers
  for (let left = millis; left > 0; left -= 50) {
    yield* TestClock.adjust(Math.min(50, left))
    yield* yieldToFibers
  }
})

/** Sets the wall clock forth, or back if negative, by milliseconds. Timers and the monotonic clock go on. */
export const stepWallClock = (millis: number): Effect.Effect<void> =>
  Effect.map(Clock.Clock, (clock) => {
    const { currentTimeMillisUnsafe, currentTimeNanosUnsafe } = clock
    const stepped = () => currentTimeMillisUnsafe() + millis
    const steppedNanos = () => currentTimeNanosUnsafe() + BigInt(millis) * 1_000_000n
    Object.assign(clock, {
      currentTimeMillisUnsafe: stepped,
      currentTimeMillis: Effect.sync(stepped),
      currentTimeNanosUnsafe: steppedNanos,
      currentTimeNanos: Effect.sync(steppedNanos),
    })
  })

/**
 * An input that is read by position. Batch `i` gets the records at index `i`: null is a batch without an RDD, and batches after the
 * list are empty. Committed indexes are added to `committed`. `plan` and `commit` run before the source plans or commits an index.
 */
export const source = <A>(
  batches: ReadonlyArray<ReadonlyArray<A> | null>,
  options: {
    readonly committed?: Array<number>
    readonly plan?: (index: number) => Effect.Effect<void, unknown>
    readonly commit?: (index: number) => Effect.Effect<void, unknown>
  } = {},
): DStream.DStream<A, never> =>
  DStream.fromPositions(
    "source",
    "Source",
    Effect.sync(() => {
      let next = 0
      return {
        plan: () =>
          Effect.gen(function* () {
            const index = next
            yield* options.plan?.(index) ?? Effect.void
            next++
            const given = batches[index]
            if (given === null) return Option.none<DStream.Planned<number>>()
            return Option.some({ position: index, records: given?.length ?? 0 })
          }),
        read: (index: number) => Effect.succeed(RDD.parallelize(batches[index] ?? [])),
        commit: (index: number) =>
          Effect.andThen(
            options.commit?.(index) ?? Effect.void,
            Effect.sync(() => void options.committed?.push(index)),
          ),
      }
    }),
  ) as DStream.DStream<A, never>

/** A stream with a receiver, and functions to store records in it once the receiver runs. */
export const pushed = <A>(name = "Push"): {
  readonly stream: DStream.DStream<A>
  readonly push: (...records: ReadonlyArray<A>) => Effect.Effect<void, Receiver.ReceiverStopped>
  readonly store: () => Receiver.Store<A>
} => {
  let open: Receiver.Store<A> | undefined
  const store = () => {
    if (open === undefined) throw new TypeError("the receiver has not been started yet")
    return open
  }
  const stream = DStream.receiverStream(Receiver.make({
    name,
    onStart: (given: Receiver.Store<A>) =>
      Effect.sync(() => {
        open = given
      }),
  }))
  return { stream, store, push: (...records) => Effect.suspend(() => store().all(records)) }
}

/** An output that records each batch: its time and its records. */
export const recording = <A, E, R>(
  stream: DStream.DStream<A, E, R>,
  into: Array<readonly [time: number, records: ReadonlyArray<A>]>,
) =>
  DStream.foreachRDD(
    stream,
    (rdd, { time }) => Effect.map(RDD.collect(rdd), (records) => void into.push([time, records])),
  )

/** An output that does nothing with its stream. */
export const discard = <A, E, R>(stream: DStream.DStream<A, E, R>): DStream.Output<E, R> =>
  DStream.foreachRDD(stream, () => Effect.void) as DStream.Output<E, R>

/** Makes a context, and records its events. */
export const observed = (
  settings: StreamingContext.Settings = {},
): Effect.Effect<
  {
    readonly ssc: StreamingContext.StreamingContext<"Initialized">
    readonly events: Array<StreamingContext.StreamingEvent>
  },
  unknown,
  Testing.Services
> =>
  Effect.gen(function* () {
    const events: Array<StreamingContext.StreamingEvent> = []
    const ssc = yield* StreamingContext.makeWith(settings)
    yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => void events.push(event)))
    return { ssc, events }
  })

/**
 * The line after the one where the error was made. A test calls an operator on that line, and looks for the line in a call
 * site.
 */
export const nextLine = (here: Error): number => Number(/_test\.ts:(\d+):\d+/.exec(here.stack ?? "")?.[1]) + 1

/** How each output ended in each batch, in the order of the events. */
export const outcomes = (
  events: ReadonlyArray<StreamingContext.StreamingEvent>,
): ReadonlyArray<readonly [time: number, outputId: number, outcome: StreamingContext.OutputOperationInfo["outcome"]]> =>
  events.flatMap((event) =>
    event._tag === "OutputOperationCompleted"
      ? [[event.operation.batchTime, event.operation.id, event.operation.outcome] as const]
      : []
  )
