/** Running streams, for the tests of Kinesis. */
import { DStream, RDD, StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Kinesis from "../../../lib/kinesis.ts"

/** Starts a stream, of which each batch is advanced by hand. `records` are those of each batch. */
export const running = (
  options: Kinesis.StreamOptions,
  { checkpoint, records = [] }: { readonly checkpoint?: string; readonly records?: Array<ReadonlyArray<string>> } = {},
) =>
  Effect.gen(function* () {
    const output = Kinesis.textStream({ readInterval: 0, ...options }).pipe(
      DStream.named("lines"),
      DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (some) => void records.push(some))),
      DStream.nameOutput("records"),
    )
    const ssc = yield* checkpoint === undefined
      ? StreamingContext.make
      : StreamingContext.getOrCreate(checkpoint, StreamingContext.make)
    const active = yield* StreamingContext.start(ssc, [output])
    return { active, records, advance: (batches = 1) => Testing.advance(active, batches) }
  })

/** Runs a program in virtual time. The end of it is that of the process. */
export const inContext = <A, E, R>(effect: Effect.Effect<A, E, R>, clockStart = 0): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.provide(effect, Testing.layer({ clockStart }))) as Effect.Effect<A, E>)

/** Does something that the virtual time does not know. */
export const later = <A>(work: () => Promise<A>): Effect.Effect<A> => Effect.promise(work)

/** Waits in real time. */
export const sleep = (millis: number): Effect.Effect<void> =>
  Effect.promise(() => new Promise((resolve) => setTimeout(resolve, millis)))

/** Texts of the numbers from one to before another. */
export const numbers = (from: number, until: number): Array<string> =>
  Array.from({ length: until - from }, (_, i) => String(from + i))
