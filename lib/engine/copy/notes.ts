/**
 * Notes: what the driver tells the copies of a graph of each batch.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Batch } from "../../dstream/batch.ts"
import { type AnyDStream, Evaluating, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import type { History } from "../../dstream/graph/history.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import type { Engine } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { Addresses } from "./addresses.ts"

/** What a copy must know of a batch to evaluate it. Plain data. */
export interface BatchNotes {
  readonly time: number
  /** By the index of each stream that has an RDD: what that is made of; null where only the driver can make it. */
  readonly shapes: ReadonlyArray<readonly [stream: number, shape: string | null]>
  /** By the index of each state: the time of its first RDD, and the current version. */
  readonly states: ReadonlyArray<readonly [stream: number, first: number | null, version: number | null]>
}

/** What an RDD is made of, as far as a copy must make it again. */
export const shapeOf = (rdds: ReadonlyArray<AnyRDD>): string =>
  rdds.map(({ operation, primitive }) => `${operation} (${primitive.kind})`).join(", ")

const orNull = <A>(value: A | undefined): A | null => value ?? null

/** The streams of a graph by their index, named copies as their originals. */
export const streamsOf = (graph: AnyGraph): ReadonlyArray<AnyDStream> => nodes(graph).map(originalOf)

/** The driver's side of copies: gives addresses to the operations of each batch, and notes what copies must know. */
export class Notes {
  readonly #streams: ReadonlyArray<AnyDStream>
  readonly #history: History
  /** Called once for each stream that only the driver can evaluate. */
  readonly #onDriver: (stream: AnyDStream) => void
  readonly #known = new Set<AnyDStream>()
  readonly addresses: Addresses = new Addresses()

  constructor(graph: AnyGraph, history: History, onDriver: (stream: AnyDStream) => void) {
    this.#streams = streamsOf(graph)
    this.#history = history
    this.#onDriver = onDriver
  }

  /** Notes a batch that has been evaluated, before anything of it is computed. */
  take(time: number): BatchNotes {
    const batch = this.#history.at(time)
    const shapes: Array<readonly [number, string | null]> = []
    const states: Array<readonly [number, number | null, number | null]> = []
    for (const [index, stream] of this.#streams.entries()) {
      if (stream.traits.keeps === "always") {
        const version = batch.stateVersion(batch.address(stream))
        // What this batch is the first to have is not there yet when the stream is evaluated.
        const first = batch.first(stream)
        states.push([index, first === time ? null : orNull(first), orNull(version)])
      }
      const rdd = batch.recall(stream)
      if (rdd === undefined) continue
      const isOnDriver = this.#history.isOnDriver(stream, time)
      if (isOnDriver) {
        this.addresses.exclude(rdd)
        if (!this.#known.has(stream)) this.#onDriver(stream)
        this.#known.add(stream)
      }
      shapes.push([index, isOnDriver ? null : shapeOf(this.addresses.add(time, index, rdd))])
    }
    return { time, shapes, states }
  }

  /** Releases what no batch after the one at `time` can ask for. */
  release(time: number): void {
    this.addresses.release(time - this.#history.longest)
  }

  /** An engine to evaluate streams with: a stream whose function runs an action on it is kept on the driver. */
  noting(engine: Engine): Engine {
    const noted = <A, E, R>(action: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(Effect.all([Evaluating, Effect.serviceOption(Batch)]), ([stream, batch]) => {
        if (stream !== undefined && Option.isSome(batch)) batch.value.keepOnDriver(stream)
        return action
      })
    return { ...engine, run: (...args) => noted(engine.run(...args)), layout: (rdd) => noted(engine.layout(rdd)) }
  }
}
