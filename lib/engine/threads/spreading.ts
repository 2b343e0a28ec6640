/**
 * Decides which stages are worth the other threads.
 *
 * A task that runs in a worker costs the driver a message there and back, the bytes that it sends, and the records that come
 * back. Small stages are faster where they are.
 *
 * @module
 */
import type { Attached } from "../../core/attached.ts"
import type { Block } from "../../rdd/block.ts"
import { type Columns, countOf } from "../../rdd/column_block.ts"
import { PairBlock } from "../../rdd/pair_block.ts"
import { unreadTexts } from "../../rdd/text_block.ts"
import type { Gathering } from "../task/operations.ts"
import { EncodedColumns } from "../plan/encoded.ts"
import { partsOf, placesOf } from "../plan/places.ts"
import { hasGraphOperations, isPortable } from "../plan/split.ts"
import type { Input, Partition, Task, Written } from "../plan/task.ts"

/** What decides where the inputs of a task are read. */
interface Reading {
  readonly gathered: Attached<Input, Gathering>
  /** Whether a worker can run the whole task. */
  readonly isPortable: boolean
  /** Whether a layer of the graph gives services to effects. */
  readonly isProvided: boolean
}

/** Whether an input, with its parts, can be read in a worker, or be sent to it. */
const canTravel = ({ input, steps }: Partition, reading: Reading): boolean => {
  // Views read any version, and only the driver has these. Buckets that a task of the driver has read may have changed since.
  if (input.kind === "view" || reading.gathered.has(input)) return false
  // Files may be larger than the memory: tasks go over them a piece at a time, which cannot be sent.
  if (input.kind === "load" && input.waits === true && input.fits !== true && !reading.isPortable) return false
  const isProvided = reading.isProvided || input.kind === "provide"
  return steps.every(({ waits }) => isProvided || !waits) &&
    partsOf(input).every((part) => canTravel(part, { ...reading, isProvided }))
}

/** Whether a task, or a part of it, can run in a worker. */
export const isSpreadable = (task: Task, gathered: Attached<Input, Gathering>): boolean => {
  const isWhole = isPortable(task)
  return (isWhole ? placesOf(task).length > 0 : hasGraphOperations(task)) &&
    canTravel(task.partition, { gathered, isPortable: isWhole, isProvided: task.layers.length > 0 })
}

/** How many bytes of text count as one record. */
const BYTES = 64

/** The size of a task: how many records it reads, and how many of these have to be encoded to be sent. */
interface Size {
  readonly read: number
  readonly sent: number
}

/**
 * Whether each partition belongs to a thread: a replica of its state is there, or its block, which a worker has written. Partition
 * `i` then belongs to thread `i % n`, and the driver is the last thread.
 */
export const hasPlaces = (tasks: ReadonlyArray<Task>): boolean =>
  tasks.some(({ partition: { input } }) =>
    input.kind === "state" ||
    (input.kind === "block" && input.block instanceof PairBlock && input.block.source instanceof EncodedColumns)
  )

/** The size of a task that reads pairs. Those that have come from a worker are bytes already. */
const sizeOfColumns = (columns: Columns): Size => {
  const read = countOf(columns)
  return { read, sent: columns instanceof EncodedColumns ? 0 : read }
}

/** The size of a task that reads a block. Lines of text are not counted for this. */
const sizeOfBlock = (block: Block<unknown>): Size => {
  if (block instanceof PairBlock) return sizeOfColumns(block.source)
  const texts = unreadTexts(block)
  if (texts === undefined) return { read: block.length, sent: block.length }
  return { read: texts.reduce((sum, { length }) => sum + length, 0) / BYTES, sent: 0 }
}

const total = (sizes: ReadonlyArray<Size>): Size => ({
  read: sizes.reduce((sum, { read }) => sum + read, 0),
  sent: sizes.reduce((sum, { sent }) => sum + sent, 0),
})

const sizeOf = ({ input }: Partition): Size => {
  if (input.kind === "block") return sizeOfBlock(input.block)
  if (input.kind === "held") return sizeOfBlock(input.held.block ?? input.held)
  if (input.kind === "load") return { read: 1, sent: 0 }
  if ("buckets" in input) return total(input.buckets.map(sizeOfColumns))
  const size = total(partsOf(input).map(sizeOf))
  // The cost of many states depends on their keys, not on the records. So the cost is that of the partition.
  return input.kind === "state" ? { ...size, read: 1 } : size
}

/**
 * Estimated milliseconds in which the driver decodes what a task has written: all of a block, and of buckets those that are not
 * for the tasks of workers, which run the part `others`.
 */
const receiving = (written: Written, others: number): number =>
  "records" in written
    ? sizeOfBlock(written).read * (written instanceof PairBlock ? PER_RECORD.columns : PER_RECORD.received)
    : (1 - others) * PER_RECORD.received *
      written.reduce((sum, bucket) => sum + (bucket === undefined ? 0 : countOf(bucket)), 0)

/** A name for the tasks of a stage that is the same in every batch. */
const nameOf = (task: Task): string => {
  const places = placesOf(task).map(({ operation }) =>
    operation.kind === "address"
      ? `${operation.address.stream}.${operation.address.place}`
      : operation.kind === "known"
      ? operation.name
      : operation.kind
  )
  return `${places.join(" ")} ${task.write.kind}`
}

/** What a stage has cost. */
export interface Cost {
  /** Milliseconds of all of its tasks, wherever they ran. */
  readonly millis: number
  /**
   * Milliseconds of work because there are workers: tasks and results are encoded and decoded, and the driver runs what workers
   * cannot run. Undefined: no task ran in a worker.
   */
  readonly transfer: number | undefined
}

/** The moving averages of a stage, for each record that is read. */
interface Averages {
  readonly millis: number
  readonly transfer: number
  /** Whether the transfer has been measured. Otherwise it is an estimate. */
  readonly isMeasured: boolean
}

/** The averages of how many stages are kept. A graph has fewer, unless it makes other operations in every batch. */
const MOST_STAGES = 10_000

/** How much the latest stage counts in a moving average. */
const WEIGHT = 0.3

/** How much the estimate of the transfer counts in its moving average when a stage has stayed on the driver. */
const FORGETTING = 0.02

/** Estimated milliseconds in which the driver encodes a record, and decodes one that comes back, alone or in columns. */
const PER_RECORD = { sent: 0.0001, received: 0.0002, columns: 0.00005 } as const

const average = (before: number | undefined, now: number, weight = WEIGHT): number =>
  before === undefined ? now : before + weight * (now - before)

/** Tells from earlier stages whether a stage is worth the other threads. */
export class Spreading {
  readonly #averages = new Map<string, Averages>()
  readonly #staying = new Set<string>()
  readonly #least: number

  /** Stages that take no longer than `least` milliseconds stay on the driver. 0: all stages that can be spread are. */
  constructor(least: number) {
    this.#least = least
  }

  /** Keeps the stages that a task belongs to on the driver. Gives whether they have been spread so far. */
  keepHere(task: Task): boolean {
    const name = nameOf(task)
    const isNew = !this.#staying.has(name)
    this.#staying.add(name)
    return isNew
  }

  /**
   * Decides about a stage that could run on so many threads. `learn` is to be told what it has cost, and what its tasks have
   * written. The function that it gives is to be told what the driver does later to decode that, in milliseconds.
   */
  judge(tasks: ReadonlyArray<Task>, threads: number): {
    readonly isWorthIt: boolean
    readonly learn: (cost: Cost, written: ReadonlyArray<Written>) => (transfer: number) => void
  } {
    const [first] = tasks
    const name = first === undefined ? "" : nameOf(first)
    const sizes = tasks.map(({ partition }) => sizeOf(partition))
    const { read } = total(sizes)
    const known = this.#averages.get(name)
    // What other threads compute is saved; what the driver transfers for them is not.
    const used = Math.min(threads, tasks.length)
    const others = 1 - 1 / used
    const sent = hasPlaces(tasks)
      ? sizes.reduce((sum, size, i) => sum + ((i + 1) % used === 0 ? 0 : size.sent), 0)
      : others * total(sizes).sent
    const isLarge = known !== undefined && others * (known.millis * read - this.#least) > known.transfer * read
    return {
      isWorthIt: (this.#least === 0 || isLarge) && !this.#staying.has(name),
      learn: ({ millis, transfer }, all) => {
        if (read === 0) return () => {}
        const received = others * all.reduce((sum, each) => sum + receiving(each, others), 0)
        if (this.#averages.size >= MOST_STAGES) this.#averages.clear()
        const estimate = sent * PER_RECORD.sent + received
        const before = known?.isMeasured === true ? known.transfer : undefined
        this.#averages.set(name, {
          millis: average(known?.millis, millis / read),
          transfer: transfer === undefined
            ? average(before, estimate / read, FORGETTING)
            : average(known?.transfer, transfer / read),
          isMeasured: before !== undefined || transfer !== undefined,
        })
        // As if it had been part of the cost.
        const weight = known === undefined ? 1 : WEIGHT
        return (late) => {
          const now = this.#averages.get(name)
          if (now !== undefined) {
            this.#averages.set(name, { ...now, transfer: now.transfer + weight * late / read })
          }
        }
      },
    }
  }
}
