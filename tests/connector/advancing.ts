/** Streams of which tests advance each batch, in virtual time. */
import { type DStream, StreamingContext } from "@dstream/dstream"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"

/** Starts an output, from the checkpoint if there is one. `advance` runs batches. */
export const startAdvanced = <E>(output: DStream.Output<E>, checkpoint: string | undefined) =>
  Effect.gen(function* () {
    const ssc = yield* checkpoint === undefined
      ? StreamingContext.make
      : StreamingContext.getOrCreate(checkpoint, StreamingContext.make)
    const active = yield* StreamingContext.start(ssc, [output])
    return { active, advance: (batches = 1) => Testing.advance(active, batches) }
  })

/** Runs a program in virtual time. The end of it is that of the process. */
export const inContext = <A, E, R>(effect: Effect.Effect<A, E, R>, clockStart = 0): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.provide(effect, Testing.layer({ clockStart }))) as Effect.Effect<A, E>)

/** Does something that the virtual time does not know. */
export const later = <A>(work: () => Promise<A>): Effect.Effect<A> => Effect.promise(work)

/** Texts of the numbers from one to before another. */
export const numbers = (from: number, until: number): Array<string> =>
  Array.from({ length: until - from }, (_, i) => String(from + i))
