/**
 * Inputs with a receiver, which pushes blocks.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { withCallSite } from "../../core/call_site.ts"
import { describeCause } from "../../core/errors.ts"
import { NoRDD } from "../../dstream/batch.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import { fromBlocks } from "../../rdd/creation.ts"
import type { StoredBlock } from "../../receiver/block_queue.ts"
import { supervise } from "../../receiver/supervisor.ts"
import { RunsInside } from "../inside.ts"
import type { ReceiverInfo, StreamingEvent } from "../listeners/events.ts"
import type { InputAllocation } from "../../dstream/inputs/allocation.ts"
import { entry, type RunningInput } from "./running_input.ts"

/** The settings of receivers: block interval in milliseconds, records per second, capacity in bytes. */
export interface ReceiverSettings {
  readonly blockInterval?: number | undefined
  readonly maxRate?: number | undefined
  readonly capacity?: number | undefined
}

/** Makes effects that publish the events of a receiver. Each event has the receiver's whole current state. */
const receiverEvents = (initial: ReceiverInfo, publish: (event: StreamingEvent) => void) => {
  let info = initial
  const changed = (active: boolean, message: string, error: unknown): Effect.Effect<ReceiverInfo> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const lastError = error === undefined ? "" : describeCause(error)
      const failed = message === "" ? {} : { lastErrorMessage: message, lastError, lastErrorTime: now }
      return info = { ...info, active, ...failed }
    })
  return {
    started: Effect.map(changed(true, "", undefined), (receiver) => publish({ _tag: "ReceiverStarted", receiver })),
    error: (message: string, error: unknown) =>
      Effect.map(changed(true, message, error), (receiver) => publish({ _tag: "ReceiverError", receiver })),
    stopped: (message: string, error: unknown, restarts: boolean) =>
      Effect.map(
        changed(false, message, error),
        (receiver) => publish({ _tag: "ReceiverStopped", receiver, restarts }),
      ),
  }
}

/** Starts a receiver. A batch is allocated the blocks that the receiver has stored since the batch before. */
export const fromReceiver = Effect.fnUntraced(function* (
  id: number,
  name: string,
  stream: AnyDStream,
  receiver: Parameters<typeof supervise>[0],
  settings: ReceiverSettings,
  publish: (event: StreamingEvent) => void,
) {
  const info: ReceiverInfo = {
    streamId: id,
    name: `${receiver.name}Receiver-${id}`,
    active: false,
    lastErrorMessage: "",
    lastError: "",
    lastErrorTime: -1,
  }
  const { blockInterval, capacity, maxRate } = settings
  const running = yield* supervise(receiver, {
    streamId: id,
    name,
    blockInterval,
    capacity,
    maxRate,
    events: receiverEvents(info, publish),
  }).pipe(Effect.provideService(RunsInside, true))
  const allocated = new Map<string, StoredBlock>()
  const blocksOf = (share: InputAllocation) =>
    share._tag === "Blocks" ? share.blocks.map(({ id }) => allocated.get(id)) : [undefined]
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: running,
    cut: running.cut,
    allocate: () =>
      Effect.map(running.take, (blocks) => {
        for (const block of blocks) allocated.set(block.id, block)
        return { _tag: "Blocks", blocks: blocks.map(({ id, block }) => ({ id, records: block.length })) }
      }),
    read: (share, time) =>
      Effect.suspend(() => {
        const blocks = blocksOf(share)
        const held = blocks.flatMap((stored) => stored?.block ?? [])
        return held.length < blocks.length
          ? Effect.fail(new NoRDD({ operation: stream.operation, time }))
          : Effect.succeed(entry(stream, withCallSite(stream.site, () => fromBlocks(held))))
      }),
    commit: () => Effect.void,
    release: (share) =>
      Effect.suspend(() => {
        const blocks = blocksOf(share).flatMap((stored) => stored ?? [])
        for (const { id } of blocks) allocated.delete(id)
        return running.release(blocks)
      }),
  }
  return input
})
