/**
 * Graph copies: the graph as another isolate makes it again, which goes through the same batches as the driver's, so that
 * tasks find their operations there.
 *
 * A copy evaluates streams from the driver's notes of each batch. Nothing is computed in it. A stream whose own function ran an
 * action, or gave an Effect, is not evaluated again: its records enter the copy as those of an input do.
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
import { Engine, type GraphCopy } from "../../rdd/engine.ts"
import { type AnyRDD, make as makeRDD } from "../../rdd/rdd.ts"
import { Addresses } from "./addresses.ts"
import { type BatchNotes, shapeOf, streamsOf } from "./notes.ts"

/** A copy could not evaluate a stream as the driver has. */
export class CopyFailed extends Data.Error<{
  /** The index of the stream in the walk of the graph. */
  readonly stream: number
  readonly reason: Cause.Cause<unknown>
}> {
  readonly _tag = "CopyFailed" as const
}

const differs = (stream: AnyDStream, index: number, difference: string): GraphMismatch =>
  new GraphMismatch({ kind: "operator", index, mine: stream.operation, theirs: stream.operation, difference })

/** An input's RDD in a copy: the records are the driver's. */
const inputRDD = (stream: AnyDStream): AnyRDD => makeRDD(stream.operation, [], { kind: "input" })

/** What a copy has in common with the run that it follows. */
export type CopyOptions = Omit<HistoryOptions, "graph" | "stateVersion">

/** A copy that follows a run, batch by batch. */
class Follower implements GraphCopy {
  readonly #streams: ReadonlyArray<AnyDStream>
  readonly #history: History
  readonly #addresses = new Addresses()
  /** Those of the batch that was evaluated last. */
  #notes: BatchNotes = { time: 0, shapes: [], states: [] }

  constructor(graph: AnyGraph, options: CopyOptions) {
    this.#streams = streamsOf(graph)
    this.#history = new History({ ...options, graph, stateVersion: (id) => this.#version(id) })
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
      const { shapes, states, time } = this.#notes
      const first = new Map(states.map(([index, time]) => [this.#streams[index], time ?? undefined]))
      const withRDD = new Set(shapes.map(([index]) => this.#streams[index]))
      const batch = this.#history.begin(
        time,
        (stream) =>
          withRDD.has(originalOf(stream))
            ? Effect.sync(() => inputRDD(stream))
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
      const rdd = inputRDD(stream)
      this.#addresses.exclude(rdd)
      batch.remember(stream, rdd)
      return Effect.void
    }
    const refuse = Effect.die(
      differs(stream, index, "its function runs an action, or gives an Effect, in the copy only"),
    )
    return Effect.gen({ self: this }, function* () {
      const engine = { ...yield* Engine, run: () => refuse, layout: () => refuse }
      const rdd = yield* Effect.provideService(Effect.provideService(stream, Batch, batch), Engine, engine)
      if (this.#history.isOnDriver(stream, batch.time)) return yield* refuse
      if (shapeOf(this.#addresses.add(batch.time, index, rdd)) !== shape) {
        return yield* Effect.fail(differs(stream, index, "its RDD is not made of the same operations in the copy"))
      }
      const { primitive } = rdd
      // The engine cuts this link when it computes the state, which it does not do in a copy.
      if (primitive.kind === "state" && primitive.step.previous !== undefined) primitive.step.previous.rdd = undefined
    }).pipe(Effect.catchCause((reason) => Effect.fail(new CopyFailed({ stream: index, reason }))))
  }

  readonly operationAt: GraphCopy["operationAt"] = (address) => this.#addresses.at(address)

  readonly release = (time: number): void => {
    this.#history.release(time)
    this.#addresses.release(time - this.#history.longest)
  }
}

/** Makes a copy of a graph that follows a run. Its evaluation fails with {@link CopyFailed}. */
export const follow = (graph: AnyGraph, options: CopyOptions): GraphCopy => new Follower(graph, options)
