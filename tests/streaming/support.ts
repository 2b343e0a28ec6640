/** Runs tests of the streaming layer in virtual time, on every engine where that matters. */
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

/** What a test may use. */
export type Surroundings = Testing.Services | Scope.Scope

/** Runs an effect in the surroundings of a test. */
export const inVirtualTime = <A, E>(
  body: Effect.Effect<A, E, Surroundings>,
  options?: Testing.Options,
): Promise<A> => Effect.runPromise(Effect.scoped(body).pipe(Effect.provide(Testing.layer(options))))

/** A test in virtual time. */
export const test = (
  name: string,
  body: () => Effect.Effect<unknown, unknown, Surroundings>,
  options?: Testing.Options,
): void => Deno.test(name, sanitizers, () => inVirtualTime(Effect.asVoid(Effect.suspend(body)), options))

/** The engines on which tests run. */
export const engines: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]

/** A test in virtual time on each engine. */
export const onEngines = (
  name: string,
  body: (engine: Testing.EngineName) => Effect.Effect<unknown, unknown, Surroundings>,
  options?: Testing.Options,
): void => {
  for (const engine of engines) test(`${name} [${engine}]`, () => body(engine), { ...options, engine })
}

/** Lets everything run that can run now. */
export const settle: Effect.Effect<void> = Effect.forEach(Array.from({ length: 100 }), () => Effect.yieldNow, {
  discard: true,
})

/** Lets time pass, in steps of 50 ms, and everything run that is due. */
export const pass: (millis: number) => Effect.Effect<void> = Effect.fnUntraced(function* (millis: number) {
  yield* settle
  for (let left = millis; left > 0; left -= 50) {
    yield* TestClock.adjust(Math.min(50, left))
    yield* settle
  }
})

/** A positions source that gives these batches, empty ones after them, and notes what is committed. */
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

/** A receiver's stream, and the store to push into it once it runs. */
export const pushed = <A>(name = "Push"): {
  readonly stream: DStream.DStream<A>
  readonly push: (...records: ReadonlyArray<A>) => Effect.Effect<void, Receiver.ReceiverStopped>
  readonly store: () => Receiver.Store<A>
} => {
  let open: Receiver.Store<A> | undefined
  const store = () => {
    if (open === undefined) throw new TypeError("the receiver does not run yet")
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

/** An output that notes the records of each batch, by time. */
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

/** Makes a context that notes its events. */
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

/** The line after the one that makes the error: where a test writes what it wants to find in a call site. */
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
