/**
 * Splits tasks that can run elsewhere only in part: operations with addresses run where the graph copy is, the others run
 * on the driver.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Block } from "../../rdd/block.ts"
import { CurrentJob } from "../../rdd/engine.ts"
import { type Executor, TaskFailed } from "./executor.ts"
import { partsOf, placesOf, withParts } from "./places.ts"
import {
  type By,
  counted,
  type Input,
  type Operation,
  type Partition,
  type Place,
  type Step,
  type Task,
  type ToBlock,
  type Write,
  type Written,
} from "./task.ts"

type Run<A> = Effect.Effect<A, TaskFailed, unknown>

const toBlock: ToBlock = { kind: "block" }

const isLocal = ({ kind }: Operation): boolean => kind === "local"
const hasAddress = ({ operation }: Place): boolean => operation.kind === "address"

/** The operation whose functions are called to read an input, apart from those of its parts. */
const calledBy = (input: Input): Place | undefined =>
  "operation" in input && input.kind !== "cogroup" && input.kind !== "held" ? input : undefined

/** Whether an input is read here, and its records are sent. */
type IsSent = (input: Input) => boolean

const nothingIsSent: IsSent = () => false

/** Whether an input can be read elsewhere, with all of its parts. */
const isPortableInput = (input: Input, isSent: IsSent = nothingIsSent): boolean => {
  if (isSent(input)) return true
  if (input.kind === "held") return false
  const called = calledBy(input)
  return (called === undefined || !isLocal(called.operation)) &&
    partsOf(input).every((part) => isPortablePartition(part, isSent))
}

/** Whether a partition can be computed elsewhere. */
export const isPortablePartition = ({ input, steps }: Partition, isSent?: IsSent): boolean =>
  !steps.some(({ operation }) => isLocal(operation)) && isPortableInput(input, isSent)

const isPortableBy = (by: By): boolean => by.kind === "hash" || (by.kind !== "local" && !isLocal(by.operation))

/** Whether what a task writes can be written elsewhere. */
const isPortableWrite = (write: Write): boolean =>
  !("by" in write) || (isPortableBy(write.by) && (write.kind === "pairs" || !isLocal(write.operation)))

/** Whether an input has operations that should run in the graph copy. */
const needsCopyForInput = (input: Input): boolean => {
  const called = calledBy(input)
  return (called !== undefined && hasAddress(called)) || partsOf(input).some(needsCopy)
}

const needsCopy = ({ input, steps }: Partition): boolean => steps.some(hasAddress) || needsCopyForInput(input)

const needsCopyToWrite = (write: Write): boolean => write.kind === "table" && hasAddress(write)

/** Runs a part of a task that only loads records. They are counted by the part that reads them: lines of text are known by then. */
const uncounted = <A>(load: Run<A>): Run<A> =>
  Effect.flatMap(CurrentJob, (job) => Effect.provideService(load, CurrentJob, { ...job, countRead: undefined }))

/** Whether a task can run elsewhere as a whole. */
export const isPortable = ({ layers, partition, write }: Task, isSent?: IsSent): boolean =>
  !layers.some(({ operation }) => isLocal(operation)) && isPortablePartition(partition, isSent) &&
  isPortableWrite(write)

/** Whether a task has operations that can run elsewhere only, or first of all there: those of the graph. */
export const hasGraphOperations = ({ layers, partition, write }: Task): boolean =>
  !layers.some(({ operation }) => isLocal(operation)) && (needsCopy(partition) || needsCopyToWrite(write))

/** Runs each task on two executors. */
class Splitting {
  readonly #elsewhere: Executor
  readonly #here: Executor

  constructor(elsewhere: Executor, here: Executor) {
    this.#elsewhere = elsewhere
    this.#here = here
  }

  /** Runs a part of a task. In a failure, the number of the place becomes that of the whole task. */
  #part<W extends Write>(whole: Task, executor: Executor, part: Task<W>): Run<Written<W>> {
    return Effect.mapError(executor.run(part), ({ at, reason }) => {
      const failed = placesOf(part)[at]
      // The place may be a copy of an input, with computed parts. It has the same operation and index.
      const isIt = ({ index, operation }: Place) => operation === failed?.operation && index === failed.index
      return new TaskFailed(placesOf(whole).findIndex(isIt), reason)
    })
  }

  /** Replaces what cannot be read elsewhere in an input with computed blocks. */
  #bring(whole: Task, input: Input, layers: ReadonlyArray<Place>): Run<Input> {
    if (isPortableInput(input)) return Effect.succeed(input)
    if (input.kind === "held") return this.#readHere(whole, input, layers)
    const called = calledBy(input)
    const isMine = called !== undefined && isLocal(called.operation)
    if (isMine && input.kind === "provide") return this.#readHere(whole, input, layers)
    const around = input.kind === "provide" ? [...layers, { operation: input.operation, index: input.index }] : layers
    const parts = Effect.forEach(
      partsOf(input),
      (part) => isPortablePartition(part) && !isMine ? Effect.succeed(part) : this.#compute(whole, part, around),
    )
    const ready = Effect.map(parts, (all) => withParts(input, all))
    return isMine ? Effect.flatMap(ready, (it) => this.#readHere(whole, it, layers)) : ready
  }

  #readHere(whole: Task, input: Input, layers: ReadonlyArray<Place>): Run<Input> {
    const part = { partition: { input, steps: [] }, write: toBlock, layers }
    const block = this.#part(whole, this.#here, part)
    return input.kind === "load"
      ? Effect.map(uncounted(block), (block): Input => ({ kind: "block", block }))
      : Effect.map(block, counted)
  }

  #compute(whole: Task, partition: Partition, layers: ReadonlyArray<Place>): Run<Partition> {
    return Effect.map(
      this.#run(whole, { partition, write: toBlock, layers }),
      (block) => ({ input: counted(block), steps: [] }),
    )
  }

  run<W extends Write>(task: Task<W>): Run<Written<W>> {
    return this.#run(task, task)
  }

  #run<W extends Write>(whole: Task, task: Task<W>): Run<Written<W>> {
    const { layers, partition, write } = task
    if (layers.some(({ operation }) => isLocal(operation)) || !(needsCopy(partition) || needsCopyToWrite(write))) {
      return this.#part(whole, this.#here, task)
    }
    return Effect.flatMap(
      this.#bring(whole, partition.input, layers),
      (input) => this.#steps(whole, task, { input, steps: partition.steps }),
    )
  }

  /** Runs the steps over an input that can be read elsewhere: those up to the first local one there. */
  #steps<W extends Write>(whole: Task, task: Task<W>, { input, steps }: Partition): Run<Written<W>> {
    const { layers, write } = task
    const local = steps.findIndex(({ operation }) => isLocal(operation))
    const isWhole = local < 0 && isPortableWrite(write)
    if (isWhole) return this.#anywhere(whole, { partition: { input, steps }, write, layers })
    const before = local < 0 ? steps : steps.slice(0, local)
    const mine = local < 0 ? [] : steps.slice(local)
    const given: Partition = { input, steps: before }
    return Effect.flatMap(
      this.#anywhere(whole, { partition: given, write: toBlock, layers }),
      (block) => this.#mine(whole, task, block, mine),
    )
  }

  /** Runs steps on the driver, up to the next one with an address. The others run elsewhere again. */
  #mine<W extends Write>(
    whole: Task,
    task: Task<W>,
    block: Block<unknown>,
    steps: ReadonlyArray<Step>,
  ): Run<Written<W>> {
    const { layers, write } = task
    const next = steps.findIndex(hasAddress)
    const input = counted(block)
    if (next < 0 && !(needsCopyToWrite(write) && isPortableWrite(write))) {
      return this.#part(whole, this.#here, { partition: { input, steps }, write, layers })
    }
    const mine = next < 0 ? steps : steps.slice(0, next)
    const rest = next < 0 ? [] : steps.slice(next)
    return Effect.flatMap(
      this.#part(whole, this.#here, { partition: { input, steps: mine }, write: toBlock, layers }),
      (out) => this.#steps(whole, task, { input: counted(out), steps: rest }),
    )
  }

  /** Runs a task elsewhere, or here if nothing in it needs the graph copy. */
  #anywhere<W extends Write>(whole: Task, task: Task<W>): Run<Written<W>> {
    const isNeeded = needsCopy(task.partition) || needsCopyToWrite(task.write)
    return this.#part(whole, isNeeded ? this.#elsewhere : this.#here, task)
  }
}

/** Makes an executor that runs operations with addresses `elsewhere`, in a copy of the graph, and the others `here`. */
export const splitting = (elsewhere: Executor, here: Executor): Executor => {
  const both = new Splitting(elsewhere, here)
  return { run: (task) => Effect.suspend(() => both.run(task)) }
}
