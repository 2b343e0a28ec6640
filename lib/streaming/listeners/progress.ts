/**
 * The progress of a context, counted from its events: what Spark's gauges show, and what says whether the context is behind.
 *
 * @module
 */
import type { BatchInfo, OutputOperationInfo, ReceiverInfo, StreamingEvent } from "./events.ts"

/** The batches of a context. */
export interface BatchProgress {
  /** The batches that have been allocated and have not ended, oldest first, by batch time. */
  readonly pending: ReadonlyMap<number, BatchInfo>
  /** The batch that was allocated last. */
  readonly received: BatchInfo | undefined
  /** The batch that ended last. */
  readonly completed: BatchInfo | undefined
  /** The output that runs. */
  readonly running: OutputOperationInfo | undefined
  /** How many batches have ended. */
  readonly completedBatches: number
  /** How many batches could not be evaluated. */
  readonly failedBatches: number
  /** The records of all batches that have been allocated. */
  readonly receivedRecords: number
  /** The records of all batches that have ended. */
  readonly processedRecords: number
}

/** How an output can end. */
export const outcomes = ["done", "failed", "skipped", "deadLettered"] as const

/** What an output has done in all batches. */
export interface OutputProgress {
  /** The records that its jobs have read. */
  readonly records: number
  /** The milliseconds that its jobs have taken. */
  readonly millis: number
  /** In how many batches it ended in which way. */
  readonly ended: Readonly<Record<typeof outcomes[number], number>>
}

/** What has happened to a receiver. */
export interface ReceiverProgress {
  readonly active: boolean
  readonly errors: number
  readonly restarts: number
}

const noOutput: OutputProgress = {
  records: 0,
  millis: 0,
  ended: { done: 0, failed: 0, skipped: 0, deadLettered: 0 },
}

const noReceiver: ReceiverProgress = { active: false, errors: 0, restarts: 0 }

/** Counts the events of a context. It gets each event at once, before listeners do. */
export class Progress {
  readonly #pending = new Map<number, BatchInfo>()
  readonly #outputs = new Map<number, OutputProgress>()
  readonly #kept = new Map<string, number>()
  readonly #receivers = new Map<number, ReceiverProgress>()
  #batches: Omit<BatchProgress, "pending" | "received"> = {
    completed: undefined,
    running: undefined,
    completedBatches: 0,
    failedBatches: 0,
    receivedRecords: 0,
    processedRecords: 0,
  }

  get batches(): BatchProgress {
    const received = Array.from(this.#pending.values()).at(-1) ?? this.#batches.completed
    return { ...this.#batches, pending: this.#pending, received }
  }

  /** How many receivers run. */
  get activeReceivers(): number {
    return Array.from(this.#receivers.values()).filter(({ active }) => active).length
  }

  /** What an output has done. */
  output(id: number): OutputProgress {
    return this.#outputs.get(id) ?? noOutput
  }

  /** The milliseconds that a kept stream has taken in all batches. */
  keptMillis(name: string): number {
    return this.#kept.get(name) ?? 0
  }

  /** What has happened to the receiver of an input. */
  receiver(streamId: number): ReceiverProgress {
    return this.#receivers.get(streamId) ?? noReceiver
  }

  /** The lag of the batch that ended last, or of the oldest one that has not ended, if that is more. In milliseconds. */
  lagAt(now: number): number {
    const [oldest = now] = this.#pending.keys()
    return Math.max(this.#batches.completed?.lag ?? 0, now - oldest)
  }

  /** The output or kept stream that takes longest in the batch that runs, or else in the one that ended last. */
  slowestAt(now: number): { readonly name: string; readonly millis: number } | undefined {
    const { completed, running } = this.#batches
    const [oldest] = this.#pending.values()
    const runs = oldest?.processingStartTime !== undefined ? oldest : completed
    const ended = Object.values(runs?.outputOperationInfos ?? {})
      .map(({ duration = 0, name }) => ({ name, millis: duration }))
    const kept = (runs?.keptStreams ?? []).map(({ duration, name }) => ({ name, millis: duration }))
    const current = running?.startTime === undefined ? [] : [{ name: running.name, millis: now - running.startTime }]
    return [...ended, ...kept, ...current].reduce<{ name: string; millis: number } | undefined>(
      (most, each) => most === undefined || each.millis > most.millis ? each : most,
      undefined,
    )
  }

  /** The context has stopped: no batch is pending any more, and no receiver runs. */
  stop(): void {
    this.#pending.clear()
    for (const [id, receiver] of this.#receivers) this.#receivers.set(id, { ...receiver, active: false })
  }

  /** Counts an event. */
  on(event: StreamingEvent): void {
    switch (event._tag) {
      case "BatchSubmitted":
        return this.#submitted(event.batch)
      case "BatchStarted":
        return void this.#pending.set(event.batch.batchTime, event.batch)
      case "BatchCompleted":
        return this.#completed(event.batch)
      case "BatchGenerationFailed":
        this.#pending.delete(event.batchTime)
        this.#batches = { ...this.#batches, failedBatches: this.#batches.failedBatches + 1 }
        return
      case "OutputOperationStarted":
        this.#batches = { ...this.#batches, running: event.operation }
        return
      case "OutputOperationCompleted":
        return this.#ended(event.operation)
      case "ReceiverStarted":
        return this.#changed(event.receiver, {})
      case "ReceiverError":
        return this.#changed(event.receiver, { errors: this.receiver(event.receiver.streamId).errors + 1 })
      case "ReceiverStopped": {
        const { restarts } = this.receiver(event.receiver.streamId)
        return this.#changed(event.receiver, { restarts: restarts + (event.restarts ? 1 : 0) })
      }
    }
  }

  #submitted(batch: BatchInfo): void {
    const { receivedRecords } = this.#batches
    this.#pending.set(batch.batchTime, batch)
    this.#batches = { ...this.#batches, receivedRecords: receivedRecords + batch.numRecords }
  }

  #completed(batch: BatchInfo): void {
    const { completedBatches, processedRecords } = this.#batches
    this.#pending.delete(batch.batchTime)
    for (const { duration, name } of batch.keptStreams) this.#kept.set(name, this.keptMillis(name) + duration)
    this.#batches = {
      ...this.#batches,
      completed: batch,
      running: undefined,
      completedBatches: completedBatches + 1,
      processedRecords: processedRecords + batch.numRecords,
    }
  }

  #ended(operation: OutputOperationInfo): void {
    const { batchTime, duration = 0, id, outcome, recordsRead = 0 } = operation
    const { ended, millis, records } = this.output(id)
    this.#batches = { ...this.#batches, running: undefined }
    this.#outputs.set(id, {
      records: records + recordsRead,
      millis: millis + duration,
      ended: outcome === undefined ? ended : { ...ended, [outcome]: ended[outcome] + 1 },
    })
    const batch = this.#pending.get(batchTime)
    if (batch === undefined) return
    this.#pending.set(batchTime, {
      ...batch,
      outputOperationInfos: { ...batch.outputOperationInfos, [id]: operation },
    })
  }

  #changed({ active, streamId }: ReceiverInfo, change: Partial<ReceiverProgress>): void {
    this.#receivers.set(streamId, { ...this.receiver(streamId), ...change, active })
  }
}
