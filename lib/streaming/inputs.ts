/**
 * The inputs of a running context: receivers and sources of positions, behind one face.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { describeCause } from "../core/errors.ts"
import type { AnyDStream } from "../dstream/dstream.ts"
import { type AnyGraph, inputName, inputs as inputsOf } from "../dstream/graph.ts"
import type { AnyPositions } from "../dstream/input.ts"
import { fromBlocks } from "../rdd/creation.ts"
import type { Block } from "../rdd/block.ts"
import { type AnyRDD, make as makeRDD } from "../rdd/rdd.ts"
import type { StoredBlock } from "../receiver/hand_over.ts"
import { type RunningReceiver, supervise } from "../receiver/supervisor.ts"
import type { InputAllocation } from "./allocation.ts"
import type { ReceiverInfo, StreamingEvent } from "./events.ts"
import { RunsInside } from "./inside.ts"
import type { Services } from "./provided.ts"
import { noAllocation } from "./timeline.ts"

/** One input of a running context. */
export interface RunningInput {
  readonly id: number
  readonly name: string
  readonly stream: AnyDStream
  /** The receiver, where it has one. */
  readonly receiver: RunningReceiver | undefined
  /** Cuts what is open, without taking it. */
  readonly cut: Effect.Effect<void>
  /** Decides what the batch at `time` reads. */
  readonly allocate: (time: number) => Effect.Effect<InputAllocation, unknown, unknown>
  /** The RDD of what was allocated to `time`. */
  readonly read: (time: number) => Effect.Effect<AnyRDD, unknown, unknown>
  /** The batch at `time` has ended well, and with it those before it that had nothing to do. */
  readonly commit: (time: number) => Effect.Effect<void, unknown, unknown>
  /** The batch at `time` has failed: it is never committed. */
  readonly drop: (time: number) => void
  /** The batch at `time` has ended, well or not: what was received for it is no longer in the way of more. */
  readonly ended: (time: number) => Effect.Effect<void>
  /** Nobody will read times up to this one again. */
  readonly forget: (time: number) => void
}

/** The settings of receivers. */
export interface ReceiverSettings {
  readonly blockInterval?: number | undefined
  readonly maxRate?: number | undefined
  readonly capacity?: number | undefined
}

/** Marks the place where a graph's input enters: another isolate has the same node there, without the data. */
const entry = (rdd: AnyRDD): AnyRDD => makeRDD("input", [rdd], { kind: "input" })

const fromReceiver = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  receiver: Parameters<typeof supervise>[0],
  settings: ReceiverSettings,
  publish: (event: StreamingEvent) => void,
) {
  let info: ReceiverInfo = {
    streamId: id,
    name: `${receiver.name}Receiver-${id}`,
    active: false,
    lastErrorMessage: "",
    lastError: "",
    lastErrorTime: -1,
  }
  const change =
    (tag: "ReceiverStarted" | "ReceiverError" | "ReceiverStopped", active: boolean) =>
    (message: string, error: unknown) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const lastError = error === undefined ? "" : describeCause(error)
        const failed = message === "" ? {} : { lastErrorMessage: message, lastError, lastErrorTime: now }
        info = { ...info, active, ...failed }
        publish({ _tag: tag, receiver: info })
      })
  const running = yield* supervise(receiver, {
    streamId: id,
    name,
    ...(settings.blockInterval === undefined ? {} : { blockInterval: settings.blockInterval }),
    ...(settings.capacity === undefined ? {} : { capacity: settings.capacity }),
    ...(settings.maxRate === undefined ? {} : { maxRate: settings.maxRate }),
    events: {
      started: change("ReceiverStarted", true)("", undefined),
      error: change("ReceiverError", true),
      stopped: change("ReceiverStopped", false),
    },
  }).pipe(Effect.provideService(RunsInside, true))
  const taken = new Map<number, ReadonlyArray<StoredBlock>>()
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: running,
    cut: running.cut,
    allocate: (time) =>
      Effect.map(running.take, (blocks) => {
        taken.set(time, blocks)
        return { _tag: "Blocks", blocks: blocks.map(({ id, block }) => ({ id, records: block.length })) }
      }),
    read: (time) => {
      const blocks = taken.get(time)
      return blocks === undefined
        ? noAllocation(stream, time)
        : Effect.sync(() => entry(fromBlocks(blocks.map(({ block }): Block<unknown> => block))))
    },
    commit: () => Effect.void,
    drop: () => {},
    ended: (time) => Effect.suspend(() => running.release(taken.get(time) ?? [])),
    forget: (time) => {
      for (const each of taken.keys()) if (each <= time) taken.delete(each)
    },
  }
  return input
})

const fromPositions = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  open: Effect.Effect<AnyPositions, unknown, unknown>,
) {
  const source = yield* open
  const planned = new Map<number, unknown>()
  const uncommitted = new Set<number>()
  const at = (time: number) => planned.get(time) as never
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: undefined,
    cut: Effect.void,
    allocate: (time) =>
      Effect.map(
        source.plan(time),
        Option.match({
          onNone: (): InputAllocation => ({ _tag: "Nothing" }),
          onSome: ({ position, records, metadata }) => {
            planned.set(time, position)
            uncommitted.add(time)
            return { _tag: "Position", position, records, ...(metadata === undefined ? {} : { metadata }) }
          },
        }),
      ),
    read: (time) => planned.has(time) ? Effect.map(source.read(at(time), time), entry) : noAllocation(stream, time),
    commit: (time) =>
      Effect.forEach(
        Array.from(uncommitted).filter((each) => each <= time),
        (each) =>
          Effect.andThen(
            source.commit === undefined ? Effect.void : source.commit(at(each), each),
            Effect.sync(() => uncommitted.delete(each)),
          ),
        { discard: true },
      ),
    drop: (time) => void uncommitted.delete(time),
    ended: () => Effect.void,
    forget: (time) => {
      for (const each of planned.keys()) {
        if (each > time) continue
        planned.delete(each)
        uncommitted.delete(each)
      }
    },
  }
  return input
})

/** Starts all inputs of a graph, each with the services that the graph provides to it. They end with the scope. */
export const start = (
  graph: AnyGraph,
  services: Services,
  settings: ReceiverSettings,
  publish: (event: StreamingEvent) => void,
): Effect.Effect<ReadonlyArray<RunningInput>, unknown, Scope.Scope> =>
  Effect.forEach(inputsOf(graph), (stream, id) => {
    const { source } = stream.traits
    const name = inputName(stream, id)
    const running: Effect.Effect<RunningInput, unknown, unknown> = source?.kind === "blocks"
      ? fromReceiver(id, name, stream, source.receiver, settings, publish)
      : fromPositions(id, name, stream, source?.open ?? Effect.die(new TypeError(`${name} has no source`)))
    return Effect.provideContext(running, services(stream))
  }) as Effect.Effect<ReadonlyArray<RunningInput>, unknown, Scope.Scope>
