/**
 * Notes: what the driver sends to the copies of a graph about each batch.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Batch } from "../../dstream/batch.ts"
import { type AnyDStream, Evaluating, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import type { History } from "../../dstream/graph/history.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import type { Address, Engine } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { OnRead } from "../../rdd/task_updates.ts"
import { Addresses } from "./addresses.ts"

/** What a copy needs to know about a batch to evaluate it. Plain data. */
export interface BatchNotes {
  readonly time: number
  /** The shape of each stream that has an RDD, by the stream's index; null if only the driver can make the RDD. */
  readonly shapes: ReadonlyArray<readonly [stream: number, shape: string | null]>
  /** The positions that the batch reads where its tasks run, by the index of the input stream. */
  readonly positions: ReadonlyArray<readonly [stream: number, position: unknown]>
  /** Each state, by its stream's index: the time of its first RDD before this batch, and its current version. */
  readonly states: ReadonlyArray<readonly [stream: number, first: number | null, version: number | null]>
}

/** Describes the operations that RDDs are made of. The RDDs of a copy must have the same shape. */
export const shapeOf = (rdds: ReadonlyArray<AnyRDD>): string =>
  rdds.map(({ operation, primitive }) => `${operation} (${primitive.kind})`).join(", ")

/** The position that the input among these RDDs reads where tasks run; undefined if the driver reads it. */
const plannedIn = (rdds: ReadonlyArray<AnyRDD>): { readonly position: unknown } | undefined => {
  for (const { primitive } of rdds) if (primitive.kind === "input" && primitive.planned) return primitive.planned
  return undefined
}

/** Removes from notes, which the engine passes on, what only the evaluation of their batch needs. */
export const forLookingBack = (notes: unknown): unknown => ({ ...notes as BatchNotes, positions: [] })

const orNull = <A>(value: A | undefined): A | null => value ?? null

/** Lists the streams of a graph by their index, with named streams replaced by their originals. */
export const streamsOf = (graph: AnyGraph): ReadonlyArray<AnyDStream> => nodes(graph).map(originalOf)

/** Keeps the stream on the driver whose function is running. */
const keepOnDriver = (): void => {
  const fiber = Fiber.getCurrent()
  const stream = fiber?.getRef(Evaluating)
  const batch = fiber && Context.getOrUndefined(fiber.context, Batch)
  if (stream !== undefined) batch?.keepOnDriver(stream)
}

/** The RDD that a stream had in a batch of an earlier run. */
export interface Restored {
  readonly stream: AnyDStream
  readonly time: number
  readonly rdd: AnyRDD
}

/** Gives addresses to the operations of each batch on the driver, and makes the notes for the copies. */
export class Notes {
  readonly #streams: ReadonlyArray<AnyDStream>
  readonly #history: History
  /** Called once for each stream that only the driver can evaluate. */
  readonly #onDriver: (stream: AnyDStream) => void
  /** The streams for which `#onDriver` has been called. */
  readonly #reported = new Set<AnyDStream>()
  /** The RDDs of an earlier run, which a copy cannot make. */
  readonly restored: ReadonlyArray<readonly [stream: number, time: number]>
  readonly #addresses = new Addresses()
  /** Tells whether workers read a path as the driver does. */
  readonly #readAlike: (path: string) => boolean
  /** The latest batch. Copies know no positions of earlier ones. */
  #latest = -Infinity

  constructor(
    graph: AnyGraph,
    history: History,
    onDriver: (stream: AnyDStream) => void,
    { readAlike, restored }: {
      readonly restored: ReadonlyArray<Restored>
      readonly readAlike: (path: string) => boolean
    },
  ) {
    this.#streams = streamsOf(graph)
    this.#readAlike = readAlike
    for (const { rdd } of restored) this.#addresses.exclude(rdd)
    this.restored = restored.map(({ stream, time }) => [this.#streams.indexOf(originalOf(stream)), time])
    this.#history = history
    this.#onDriver = onDriver
  }

  /** Makes the notes of a batch. Call it when the batch has been evaluated, before anything is computed. */
  take(time: number): BatchNotes {
    this.#latest = time
    const batch = this.#history.at(time)
    const shapes: Array<readonly [number, string | null]> = []
    const positions: Array<readonly [number, unknown]> = []
    const states: Array<readonly [number, number | null, number | null]> = []
    for (const [index, stream] of this.#streams.entries()) {
      if (stream.traits.keeps === "always") {
        const version = batch.stateVersion(batch.address(stream))
        // A state whose first RDD is of this batch had none yet when the stream was evaluated; the copy must see the same.
        const first = batch.first(stream)
        states.push([index, first === time ? null : orNull(first), orNull(version)])
      }
      const rdd = batch.recall(stream)
      if (rdd === undefined) continue
      const isOnDriver = this.#history.isOnDriver(stream, time)
      if (isOnDriver) {
        this.#addresses.exclude(rdd)
        if (!this.#reported.has(stream)) this.#onDriver(stream)
        this.#reported.add(stream)
      }
      const added = isOnDriver ? [] : this.#addresses.add(time, index, rdd)
      const planned = stream.traits.source && plannedIn(added)
      if (planned !== undefined) positions.push([index, planned.position])
      shapes.push([index, isOnDriver ? null : shapeOf(added)])
    }
    return { time, shapes, positions, states }
  }

  /** The address of an operation in the copies. Undefined if they do not have it, or cannot read what it reads. */
  addressOf(rdd: AnyRDD): Address | undefined {
    const address = this.#addresses.of(rdd)
    const { primitive } = rdd
    if (primitive.kind !== "source" || primitive.waits !== true) return address
    const isAlike = primitive.path === undefined || this.#readAlike(primitive.path)
    return isAlike && address?.time === this.#latest ? address : undefined
  }

  /** Releases what no batch after the one at `time` can need. */
  release(time: number): void {
    this.#addresses.release(time - this.#history.longest)
  }

  /** Evaluates streams. A stream whose function reads an accumulator stays on the driver, which has the total. */
  watchReads<A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.provideService(self, OnRead, keepOnDriver)
  }

  /** Wraps the engine with which streams are evaluated. A stream whose function runs an action on it stays on the driver. */
  watchActions(engine: Engine): Engine {
    const watched = <A, E, R>(action: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(Effect.all([Evaluating, Effect.serviceOption(Batch)]), ([stream, batch]) => {
        if (stream !== undefined && Option.isSome(batch)) batch.value.keepOnDriver(stream)
        return action
      })
    return { ...engine, run: (...args) => watched(engine.run(...args)), layout: (rdd) => watched(engine.layout(rdd)) }
  }
}
