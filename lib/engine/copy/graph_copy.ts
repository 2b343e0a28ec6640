/**
 * Graph copies: the graph as rebuilt in another isolate. A copy evaluates the same batches as the driver, so that tasks find
 * their operations in it.
 *
 * A copy evaluates each batch from the driver's notes, and computes nothing. It does not evaluate streams whose function ran an
 * action or returned an Effect on the driver: their records enter the copy as the records of an input do.
 *
 * @module
 */
import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Batch, type Batch as BatchView } from "../../dstream/batch.ts"
import { type AnyDStream, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { History, type HistoryOptions } from "../../dstream/graph/history.ts"
import { GraphMismatch } from "../../dstream/graph/mismatch.ts"
import { entry, plannedEntry } from "../../dstream/inputs/input_rdd.ts"
import { Engine, type GraphCopy } from "../../rdd/engine.ts"
import type { AnyRDD } from "../../rdd/rdd.ts"
import { Addresses } from "./addresses.ts"
import { decoder, encoder } from "../../dstream/state/formats.ts"
import type { StateCoding } from "../../rdd/state.ts"
import { type BatchNotes, shapeOf, streamsOf } from "./notes.ts"

/** The failure of a copy to evaluate a stream as the driver did. */
export class CopyFailed extends Data.Error<{
  /** The index of the stream in the walk of the graph. */
  readonly stream: number
  readonly reason: Cause.Cause<unknown>
}> {
  readonly _tag = "CopyFailed" as const
}

const differs = (stream: AnyDStream, index: number, difference: string): GraphMismatch =>
  new GraphMismatch({ kind: "operator", index, mine: stream.operation, theirs: stream.operation, difference })

/** Makes an input's RDD in a copy. Its parent reads the position. Without one it has no parent: the driver sends the records. */
const inputOf = (stream: AnyDStream, time: number, planned: { readonly position: unknown } | undefined): AnyRDD => {
  const { source } = originalOf(stream).traits
  const read = source?.kind === "positions" ? source.readInWorkers : undefined
  if (planned === undefined || read === undefined) return entry(stream)
  return plannedEntry(stream, read(planned.position as never, time), planned.position)
}

/** The options that a copy shares with the driver's run. */
export type CopyOptions = Omit<HistoryOptions, "graph" | "stateVersion"> & {
  /** The last batch before the first one of the run. */
  readonly last: number
  /** The RDDs that the driver has restored from an earlier run: the index of the stream, and the batch time. */
  readonly restored: ReadonlyArray<readonly [stream: number, time: number]>
}

/** A copy that can be given batches which it does not evaluate. */
export interface SkippingCopy extends GraphCopy {
  /** Takes the RDDs of an earlier batch for inputs, by its notes. Later batches look back at them, and find none of their operations. */
  readonly skip: (notes: unknown) => void
}

/** How the values of a state are written and read, by its id. */
export const codingIn = (
  streams: ReadonlyArray<AnyDStream>,
  { address }: Pick<BatchView, "address">,
  id: string,
): StateCoding | undefined => {
  const { fields, format } =
    streams.find((stream) => stream.traits.durable && address(stream) === id)?.traits.durable ?? {}
  return format === undefined
    ? { fields }
    : { fields, encode: encoder(format), decode: decoder(format, format.version).decode }
}

/** A copy that evaluates the batches of a run, one after another, from the driver's notes. */
class NotedCopy implements SkippingCopy {
  readonly errors: GraphCopy["errors"]
  readonly #streams: ReadonlyArray<AnyDStream>
  readonly #history: History
  readonly #addresses = new Addresses()
  /** The notes of the latest batch. */
  #notes: BatchNotes = { time: 0, shapes: [], positions: [], states: [] }

  constructor(graph: AnyGraph, options: CopyOptions) {
    this.errors = graph.errors
    this.#streams = streamsOf(graph)
    this.#history = new History({ ...options, graph, stateVersion: (id) => this.#version(id) })
    this.#history.resume(options.last)
    for (const [index, time] of options.restored) this.#restore(index, time)
  }

  #restore(index: number, time: number): void {
    const stream = this.#streams[index]
    if (stream === undefined) return
    const rdd = entry(stream)
    this.#addresses.exclude(rdd)
    this.#history.restore(time, stream, rdd)
  }

  readonly skip = (notes: unknown): void => {
    const { shapes, time } = notes as BatchNotes
    for (const [index] of shapes) this.#restore(index, time)
  }

  #version(id: string): number | undefined {
    const { states, time } = this.#notes
    const batch = this.#history.at(time)
    const noted = states.find(([index]) => {
      const stream = this.#streams[index]
      return stream !== undefined && batch.address(stream) === id
    })
    return noted?.[2] ?? undefined
  }

  readonly evaluate = (notes: unknown): Effect.Effect<void, CopyFailed, unknown> =>
    Effect.suspend(() => {
      this.#notes = notes as BatchNotes
      const { positions, shapes, states, time } = this.#notes
      const first = new Map(states.map(([index, time]) => [this.#streams[index], time ?? undefined]))
      const planned = new Map(positions.map(([index, position]) => [this.#streams[index], { position }]))
      const withRDD = new Set(shapes.map(([index]) => this.#streams[index]))
      const batch = this.#history.begin(
        time,
        (stream) =>
          withRDD.has(originalOf(stream))
            ? Effect.sync(() => inputOf(stream, time, planned.get(originalOf(stream))))
            : this.#history.at(-Infinity).input(stream),
        (stream) => first.get(originalOf(stream)),
      )
      return Effect.forEach(shapes, ([index, shape]) => this.#evaluateStream(index, shape, batch), { discard: true })
        .pipe(Effect.onError(() => Effect.sync(() => this.#history.discard(time))))
    })

  #evaluateStream(index: number, shape: string | null, batch: BatchView): Effect.Effect<void, CopyFailed, unknown> {
    const stream = this.#streams[index]
    if (stream === undefined) return Effect.void
    if (shape === null) {
      const rdd = entry(stream)
      this.#addresses.exclude(rdd)
      batch.remember(stream, rdd)
      return Effect.void
    }
    return Effect.catchCause(
      Effect.gen(() => this.#make(stream, index, shape, batch)),
      (reason) => Effect.fail(new CopyFailed({ stream: index, reason })),
    )
  }

  *#make(
    stream: AnyDStream,
    index: number,
    shape: string,
    batch: BatchView,
  ): Effect.gen.Return<void, unknown, unknown> {
    const refuse = Effect.die(
      differs(stream, index, "its function runs an action, or returns an Effect, in the copy only"),
    )
    const engine = { ...yield* Engine, run: () => refuse, layout: () => refuse }
    const rdd = yield* Effect.provideService(Effect.provideService(stream, Batch, batch), Engine, engine)
    if (this.#history.isOnDriver(stream, batch.time)) return yield* refuse
    if (shapeOf(this.#addresses.add(batch.time, index, rdd)) !== shape) {
      return yield* Effect.fail(differs(stream, index, "its RDD is not made of the same operations in the copy"))
    }
    const { primitive } = rdd
    // A state refers to its previous RDD. The engine cuts this link when it computes the state; a copy computes nothing, so the
    // link is cut here. Otherwise the RDDs of all batches would stay in memory.
    if (primitive.kind === "state" && primitive.step.previous !== undefined) primitive.step.previous.rdd = undefined
  }

  readonly operationAt: GraphCopy["operationAt"] = (address) => this.#addresses.at(address)

  readonly codingOf: GraphCopy["codingOf"] = (id) => codingIn(this.#streams, this.#history.at(this.#notes.time), id)

  readonly release = (time: number): void => {
    this.#history.release(time)
    this.#addresses.release(time - this.#history.longest)
  }
}

/** Makes a graph copy that evaluates the batches of a run. Its `evaluate` fails with {@link CopyFailed}. */
export const makeCopy = (graph: AnyGraph, options: CopyOptions): SkippingCopy => new NotedCopy(graph, options)
