/**
 * Inputs with a receiver, which pushes blocks.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { withCallSite } from "../../core/call_site.ts"
import { describeCause } from "../../core/errors.ts"
import { currentTimeMillis } from "../../core/steady_clock.ts"
import { NoRDD } from "../../dstream/batch.ts"
import type { AnyDStream } from "../../dstream/dstream.ts"
import * as Block from "../../rdd/block.ts"
import { make as makeRDD, type RDD } from "../../rdd/rdd.ts"
import type { Storage } from "../../rdd/storage.ts"
import type { StoredBlock } from "../../receiver/block_queue.ts"
import { BatchRate } from "../../receiver/batch_rate.ts"
import { supervise } from "../../receiver/supervisor.ts"
import { RunsInside } from "../inside.ts"
import type { ReceiverInfo, StreamingEvent } from "../listeners/events.ts"
import type { BlockRef } from "../../dstream/inputs/allocation.ts"
import { entry } from "../../dstream/inputs/input_rdd.ts"
import type { InputLog } from "./input_log.ts"
import type { RunningInput } from "./running_input.ts"

/** The settings of receivers: block interval in milliseconds, records per second, capacity in bytes. */
export interface ReceiverSettings {
  readonly blockInterval?: number | undefined
  readonly maxRate?: number | undefined
  readonly capacity?: number | undefined
  /** The batch interval in milliseconds. */
  readonly batchDuration: number
  /** Where received blocks are kept. */
  readonly storage?: Storage | undefined
  /** The most milliseconds that a graceful stop takes. */
  readonly gracefulStopTimeout: number
}

/** Makes effects that publish the events of a receiver. Each event has the receiver's whole current state. */
const receiverEvents = (initial: ReceiverInfo, publish: (event: StreamingEvent) => void) => {
  let info = initial
  const changed = (active: boolean, message: string, error: unknown): Effect.Effect<ReceiverInfo> =>
    Effect.map(currentTimeMillis, (now) => {
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
  log?: InputLog,
) {
  const info: ReceiverInfo = {
    streamId: id,
    name: `${receiver.name}Receiver-${id}`,
    active: false,
    lastErrorMessage: "",
    lastError: "",
    lastErrorTime: -1,
  }
  const { batchDuration, blockInterval, capacity, gracefulStopTimeout } = settings
  const rate = new BatchRate(settings.maxRate, batchDuration)
  const { maxRate } = rate
  const running = yield* supervise(receiver, {
    streamId: id,
    name,
    blockInterval,
    capacity,
    maxRate,
    events: receiverEvents(info, publish),
    log: log?.blocks(stream),
    storage: settings.storage,
  }).pipe(Effect.provideService(RunsInside, true))
  /** What each batch takes at least while a graceful stop waits for the records that have been received. */
  let drained = 0
  const drains = Math.max(1, Math.floor(gracefulStopTimeout / batchDuration) - 2)
  const stopWithin = (timeout: Duration.Input) =>
    Effect.andThen(
      running.stopWithin(timeout),
      Effect.map(running.countUpTo(Infinity), (records) => {
        drained = Math.ceil(records / drains)
      }),
    )
  const allocated = new Map<string, StoredBlock>()
  /** The RDD of blocks. What an earlier process has received is read from the log when a job needs it. */
  const rddOf = (refs: ReadonlyArray<BlockRef>): RDD<unknown, unknown> => {
    const blocks = refs.map(({ id }) => allocated.get(id))
    const load = (i: number) => {
      const ref = refs[i]
      const isLogged = ref?.logged !== undefined && log !== undefined
      const stored = blocks[i]
      if (stored?.block !== undefined) return stored.open()
      return isLogged ? log.read(ref.logged, ref.records) : Block.empty
    }
    return makeRDD("blocks", [], { kind: "source", partitions: refs.length, load })
  }
  const isThere = ({ id, logged }: BlockRef) => allocated.has(id) || logged !== undefined || log !== undefined
  const input: RunningInput = {
    id,
    name,
    stream,
    receiver: { ...running, stopWithin },
    cut: running.cut,
    demand: (limit) => Effect.map(running.countUpTo(limit), (records) => Math.min(records, rate.next)),
    allocate: (_, { isBehind, records }) =>
      Effect.flatMap(running.takeUpTo(Math.max(drained, Math.min(records, rate.next)), isBehind), (blocks) => {
        rate.took(blocks.length > 0)
        for (const block of blocks) allocated.set(block.id, block)
        const refs = blocks.map(({ id, logged, records }): BlockRef => ({ id, records, ...(logged && { logged }) }))
        // Entries of the log become durable in their order.
        return Effect.as(blocks.at(-1)?.done ?? Effect.void, { _tag: "Blocks", blocks: refs })
      }),
    read: (share, time) =>
      Effect.suspend(() =>
        share._tag === "Blocks" && share.blocks.every(isThere)
          ? Effect.succeed(entry(stream, withCallSite(stream.site, () => rddOf(share.blocks))))
          : Effect.fail(new NoRDD({ operation: stream.operation, time }))
      ),
    commit: undefined,
    release: (share, isRemembered) =>
      Effect.suspend(() => {
        const refs = share._tag === "Blocks" ? share.blocks : []
        const blocks = refs.flatMap(({ id }) => allocated.get(id) ?? [])
        for (const { id } of blocks) allocated.delete(id)
        return running.release(blocks, isRemembered)
      }),
  }
  return input
})
