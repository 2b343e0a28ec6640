/**
 * What outlives the lives of a program that is killed: its outputs' records, and other things outside of the process.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { DStream } from "../dstream/dstream.ts"
import { makeOutput, nameOutput, type Output } from "../dstream/outputs/output.ts"
import { collect } from "../rdd/actions/collecting.ts"

/** Options of {@link World.record}. */
export interface RecordOptions {
  /**
   * Whether the records may come in other batches after a crash, as those of receivers do. Then all batches together are
   * compared. Default false.
   */
  readonly inAnyBatch?: boolean | undefined
}

/** What outlives the lives of a program. Each run of `crashEverywhere` that kills the program has one of its own. */
export interface World {
  /** How often the program was killed before: 0 in its first life. */
  readonly life: number
  /**
   * Makes an output that records a stream under a name. It is idempotent: if a batch is recorded again, the first record
   * stays, and a repetition is counted.
   */
  readonly record: (
    name: string,
    options?: RecordOptions,
  ) => <A, E, R>(stream: DStream<A, E, R>) => Output<E, R>
  /**
   * Returns a value that outlives the program, such as the messages of a broker or a database in memory. `make` is called
   * the first time.
   */
  readonly lasting: <A>(name: string, make: () => A) => A
  /**
   * Runs an effect only while this life lasts. Wrap what your own outputs write, because a killed program writes no more.
   */
  readonly whileAlive: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** What an output has recorded, by batch time. */
export interface Recorded {
  readonly batches: Map<number, ReadonlyArray<unknown>>
  readonly inAnyBatch: boolean
}

/** A world, as the kit sees it. */
export interface OpenWorld {
  readonly recorded: ReadonlyMap<string, Recorded>
  /** How often batches were recorded that had been recorded before. */
  readonly repeats: () => number
  /** The world as it is seen in the current life. */
  readonly current: () => World
  /** Ends the current life. */
  readonly end: () => void
}

/** Makes a world in which each recording output takes some time, in pieces in milliseconds. */
export const makeWorld = (sleeps: ReadonlyArray<number>): OpenWorld => {
  const recorded = new Map<string, Recorded>()
  const lasting = new Map<string, unknown>()
  let life = 0
  let repeats = 0
  const takesTime = Effect.forEach(sleeps, (millis) => Effect.sleep(millis), { discard: true })

  const current = (): World => {
    const own = life
    const whileAlive = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.suspend(() => own === life ? self : Effect.never)
    const write = (name: string, time: number, records: ReadonlyArray<unknown>, inAnyBatch: boolean) =>
      whileAlive(Effect.sync(() => {
        const known = recorded.get(name) ?? { batches: new Map(), inAnyBatch }
        recorded.set(name, known)
        if (known.batches.has(time)) repeats++
        else known.batches.set(time, records)
      }))
    const record =
      (name: string, { inAnyBatch = false }: RecordOptions = {}) => <A, E, R>(stream: DStream<A, E, R>): Output<E, R> =>
        nameOutput(
          makeOutput<E, R, []>({
            operation: "record",
            stream,
            functions: [],
            run: (rdd, { time }) =>
              Effect.flatMap(
                collect(rdd),
                (records) => Effect.andThen(takesTime, write(name, time, records, inAnyBatch)),
              ),
          }),
          name,
        )
    return {
      life: own,
      record,
      whileAlive,
      lasting: <A>(name: string, make: () => A): A => {
        if (!lasting.has(name)) lasting.set(name, make())
        return lasting.get(name) as A
      },
    }
  }
  return { recorded, current, repeats: () => repeats, end: () => void life++ }
}
