/**
 * Inputs whose receivers push blocks.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { withCallSite } from "../../core/call_site.ts"
import { describeCause } from "../../core/errors.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import type { Block } from "../../rdd/block.ts"
import { fromBlocks } from "../../rdd/creation.ts"
import type { StoredBlock } from "../../receiver/block_queue.ts"
import { supervise } from "../../receiver/supervisor.ts"
import type { ReceiverInfo, StreamingEvent } from "../listeners/events.ts"
import { RunsInside } from "../inside.ts"
import { entry, type RunningInput } from "./running_input.ts"
import { noAllocation } from "../batch/timeline.ts"

/** The settings of receivers. */
export interface ReceiverSettings {
  readonly blockInterval?: number | undefined
  readonly maxRate?: number | undefined
  readonly capacity?: number | undefined
}

/** Runs a receiver; each batch takes the blocks that it has stored so far. */
export const fromReceiver = Effect.fnUntraced(function* (
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
  const changed = (active: boolean, message: string, error: unknown): Effect.Effect<ReceiverInfo> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const lastError = error === undefined ? "" : describeCause(error)
      const failed = message === "" ? {} : { lastErrorMessage: message, lastError, lastErrorTime: now }
      return info = { ...info, active, ...failed }
    })
  const running = yield* supervise(receiver, {
    streamId: id,
    name,
    ...(settings.blockInterval === undefined ? {} : { blockInterval: settings.blockInterval }),
    ...(settings.capacity === undefined ? {} : { capacity: settings.capacity }),
    ...(settings.maxRate === undefined ? {} : { maxRate: settings.maxRate }),
    events: {
      started: Effect.map(changed(true, "", undefined), (now) => publish({ _tag: "ReceiverStarted", receiver: now })),
      error: (message, error) =>
        Effect.map(changed(true, message, error), (now) => publish({ _tag: "ReceiverError", receiver: now })),
      stopped: (message, error, restarts) =>
        Effect.map(
          changed(false, message, error),
          (now) => publish({ _tag: "ReceiverStopped", receiver: now, restarts }),
        ),
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
      return blocks === undefined ? noAllocation(stream, time) : Effect.sync(() => {
        const held = blocks.map(({ block }): Block<unknown> => block)
        return entry(stream, withCallSite(stream.site, () => fromBlocks(held)))
      })
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
