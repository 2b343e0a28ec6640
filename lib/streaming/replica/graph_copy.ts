/**
 * Graph copies: the graph as another isolate makes it again, which goes through the same batches as the driver's, so that
 * tasks find their operations there.
 *
 * A copy evaluates streams from what the driver has noted of each batch. Nothing is computed in it. A stream whose own
 * function ran an action, or gave an Effect, is not evaluated again: its records enter the copy as an input does.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Batch, type Batch as BatchView } from "../../dstream/batch.ts"
import { type AnyDStream, Evaluating, originalOf } from "../../dstream/dstream.ts"
import type { AnyGraph } from "../../dstream/graph/graph.ts"
import { GraphMismatch } from "../../dstream/graph/mismatch.ts"
import { nodes } from "../../dstream/graph/nodes.ts"
import { Engine, type GraphCopy } from "../../rdd/engine.ts"
import { type AnyRDD, make as makeRDD } from "../../rdd/rdd.ts"
import { ofStream } from "../batch/failures.ts"
import { History, type HistoryOptions } from "../batch/history.ts"
import type { BatchFailed } from "../errors.ts"
import { Addresses } from "./addresses.ts"

/** What a copy must know of a batch to evaluate it. Plain data. */
export interface BatchNotes {
  readonly time: number
  /** By the index of each stream that has an RDD: what that is made of; null where only the driver can make it. */
  readonly shapes: ReadonlyArray<readonly [stream: number, shape: string | null]>
  /** By the index of each state: the time of its first RDD, and the current version. */
  readonly states: ReadonlyArray<readonly [stream: number, first: number | null, version: number | null]>
}

const shapeOf = (rdds: ReadonlyArray<AnyRDD>): string =>
  rdds.map(({ operation, primitive }) => `${operation} (${primitive.kind})`).join(", ")

const orNull = <A>(value: A | undefined): A | null => value ?? null

/** The streams of a graph by their index, named copies as their originals. */
const streamsOf = (graph: AnyGraph): ReadonlyArray<AnyDStream> => nodes(graph).map(originalOf)

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

const differs = (stream: AnyDStream, index: number, difference: string): GraphMismatch =>
  new GraphMismatch({ kind: "operator", index, mine: stream.operation, theirs: stream.operation, difference })

/** An input's RDD in a copy: the data is the driver's. */
const inputRDD = (stream: AnyDStream): AnyRDD => makeRDD(stream.operation, [], { kind: "input" })

/** What a copy has in common with the run that it follows. */
export type CopyOptions = Omit<HistoryOptions, "graph" | "stateVersion">

/** Makes a copy follow a run. Failures name `driver`'s streams, whose call sites are those of the program. */
export const follow = (copy: AnyGraph, driver: AnyGraph, options: CopyOptions): GraphCopy => {
  const streams = streamsOf(copy)
  const sites = streamsOf(driver)
  const indices = new Map(streams.map((stream, index) => [stream, index]))
  const addresses = new Addresses()
  let notes: BatchNotes = { time: options.zeroTime, shapes: [], states: [] }
  const stateOf = (id: string) =>
    notes.states.find(([index]) => {
      const stream = streams[index]
      return stream !== undefined && history.at(notes.time).address(stream) === id
    })
  const history: History = new History({
    ...options,
    graph: copy,
    stateVersion: (id) => stateOf(id)?.[2] ?? undefined,
  })
  const first: BatchView["first"] = (stream) => {
    const index = indices.get(originalOf(stream))
    return notes.states.find(([each]) => each === index)?.[1] ?? undefined
  }
  const evaluateStream = (stream: AnyDStream, index: number, shape: string, batch: BatchView) =>
    Effect.gen(function* () {
      const refuse = Effect.die(
        differs(stream, index, "its function runs an action, or gives an Effect, in the copy only"),
      )
      const engine = yield* Engine
      const rdd = yield* Effect.provideService(stream, Batch, batch).pipe(
        Effect.provideService(Engine, { ...engine, run: () => refuse, layout: () => refuse }),
      )
      if (history.isOnDriver(stream, notes.time)) return yield* refuse
      if (shapeOf(addresses.add(notes.time, index, rdd)) !== shape) {
        return yield* Effect.fail(differs(stream, index, "its RDD is not made of the same operations in the copy"))
      }
      const { primitive } = rdd
      // Only the engine cuts this link, when it computes the state, which it does not do in a copy.
      if (primitive.kind === "state" && primitive.step.previous !== undefined) primitive.step.previous.rdd = undefined
    })
  const evaluate = (given: BatchNotes): Effect.Effect<void, BatchFailed<unknown>, unknown> =>
    Effect.suspend(() => {
      notes = given
      const { shapes, time } = notes
      const withRDD = new Set(shapes.map(([index]) => index))
      const batch = history.begin(
        time,
        (stream) =>
          withRDD.has(indices.get(originalOf(stream)) ?? -1)
            ? Effect.sync(() => inputRDD(stream))
            : history.at(-Infinity).input(stream),
        first,
      )
      return Effect.forEach(shapes, ([index, shape]) => {
        const stream = streams[index]
        if (stream === undefined) return Effect.void
        if (shape !== null) {
          return ofStream(sites[index] ?? stream, time, "generate", () => evaluateStream(stream, index, shape, batch))
        }
        const rdd = inputRDD(stream)
        addresses.exclude(rdd)
        batch.remember(stream, rdd)
        return Effect.void
      }, { discard: true }).pipe(
        Effect.onError(() => Effect.sync(() => history.discard(time))),
      )
    })
  return {
    evaluate: (given) => evaluate(given as BatchNotes),
    operationAt: (address) => addresses.at(address),
    release: (time) => {
      history.release(time)
      addresses.release(time - history.longest)
    },
  }
}
