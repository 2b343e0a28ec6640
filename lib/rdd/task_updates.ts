/**
 * What tasks add to accumulators. Additions are held back until the job succeeds, so that a failed attempt leaves no
 * trace. Blocks that are kept for later jobs (shuffled, persisted, shared) keep their additions with them: these count once,
 * with the first job that uses the blocks and succeeds.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Codec from "../core/codec.ts"
import { find } from "./accumulator_addresses.ts"

/** What updates go to: takes the partial results of tasks. */
export interface Updated<S> {
  /** The name, for messages. */
  readonly name: string | undefined
  /** By which the driver finds it if a task runs in another isolate. Undefined: that is not possible. */
  readonly address: string | undefined
  /** Makes a partial result without any addition. */
  readonly zero: () => S
  /** Adds a partial result to the whole. */
  readonly absorb: (partial: S) => void
}

/** A partial result, which tasks change in place. */
export interface Partial<S> {
  /** What has been added so far. */
  state: S
}

/** The updates of some tasks, and those of the kept blocks that these tasks have used. */
export class TaskUpdates {
  #own = new Map<Pick<Updated<never>, "address" | "name">, Partial<unknown>>()
  #absorb: Array<() => void>
  #built = new Set<TaskUpdates>()
  #done = false
  #obstacle: string | undefined

  /** Makes updates of nothing, or of what `absorb` gives to accumulators. */
  constructor(absorb: ReadonlyArray<() => void> = []) {
    this.#absorb = [...absorb]
  }

  /** Why the driver cannot get these updates from another isolate. Undefined: it can, if they are plain data. */
  get obstacle(): string | undefined {
    return this.#obstacle
  }

  /** Notes that a task needs an accumulator itself, which is on the driver: the task reads it or resets it. */
  needsDriver(): void {
    this.#obstacle ??= "it reads or resets an accumulator, which is on the driver"
  }

  /** The partial result for an accumulator; a new one if there is none yet. */
  partial<S>(of: Updated<S>): Partial<S> {
    const known = this.#own.get(of)
    // A partial result under an accumulator was made by that accumulator, so it has its type.
    if (known !== undefined) return known as Partial<S>
    const fresh: Partial<S> = { state: of.zero() }
    if (of.address === undefined) this.#obstacle ??= withoutAddress(of.name)
    this.#own.set(of, fresh)
    this.#absorb.push(() => of.absorb(fresh.state))
    return fresh
  }

  /** Makes other updates count with these. */
  include(others: TaskUpdates | undefined): void {
    if (others !== undefined && !others.#done) this.#built.add(others)
  }

  /**
   * Encodes what a task has added, for the driver. Undefined if there is nothing. Throws `NotPortable` if a partial result is not
   * plain data. Only the task's own updates are encoded: tasks in other isolates use no kept blocks.
   */
  encode(): Uint8Array | undefined {
    const sent = Array.from(this.#own, ([{ address }, { state }]): Sent => [address ?? "", state])
    return sent.length === 0 ? undefined : Codec.encode(sent)
  }

  /** Whether there is nothing to give to accumulators. */
  get isEmpty(): boolean {
    return this.#built.size === 0 && this.#absorb.length === 0
  }

  /** Gives all updates to their accumulators, each once. */
  commit(): void {
    if (this.#done) return
    this.#done = true
    const [built, absorb] = [this.#built, this.#absorb]
    this.#built = new Set()
    this.#own = new Map()
    this.#absorb = []
    for (const others of built) others.commit()
    for (const one of absorb) one()
  }
}

/** The address of an accumulator, and what a task has added to it. */
type Sent = readonly [address: string, state: unknown]

const shown = (name: string | undefined): string => name === undefined ? "an accumulator" : `the accumulator "${name}"`

const withoutAddress = (name: string | undefined): string =>
  `it adds to ${shown(name)}, which workers cannot name to the driver. Make the accumulator in the function of ` +
  "Graph.module, or at the top level of a module, where it needs a name that no other accumulator has"

/** The driver does not have the accumulator that a task in another isolate has added to, or has several of its name. */
export const NOT_FOUND: string = withoutAddress(undefined)

/**
 * Decodes what a task in another isolate has added. Undefined if the driver does not find one of the accumulators; the task has to
 * run on the driver then.
 */
export const decode = (bytes: Uint8Array): TaskUpdates | undefined => {
  const sent = Codec.decode(bytes) as ReadonlyArray<Sent>
  const absorb = sent.flatMap(([address, state]) => {
    const accumulator = find(address)
    // The state was made by the counterpart of the accumulator, so it has its type.
    return accumulator === undefined ? [] : [() => accumulator.absorb(state as never)]
  })
  return absorb.length < sent.length ? undefined : new TaskUpdates(absorb)
}

const CurrentUpdates: Context.Reference<TaskUpdates | undefined> = Context.Reference<TaskUpdates | undefined>(
  "@dstream/dstream/CurrentUpdates",
  { defaultValue: () => undefined },
)

/** The updates that additions go to; undefined on the driver, outside of tasks. */
export const current = (): TaskUpdates | undefined => Fiber.getCurrent()?.getRef(CurrentUpdates)

/** Is told when an accumulator is read outside of tasks. */
export const OnRead: Context.Reference<(() => void) | undefined> = Context.Reference<(() => void) | undefined>(
  "@dstream/dstream/OnRead",
  { defaultValue: () => undefined },
)

/** Notes that an accumulator is read. Gives whether a task reads it. */
export const noteRead = (): boolean => {
  const fiber = Fiber.getCurrent()
  const task = fiber?.getRef(CurrentUpdates)
  if (task === undefined) fiber?.getRef(OnRead)?.()
  task?.needsDriver()
  return task !== undefined
}

/** Runs a job. When it has succeeded, `commit` is given the function that gives its updates to their accumulators. */
export const during = <A, E, R, E2, R2>(
  job: Effect.Effect<A, E, R>,
  commit: (body: () => void) => Effect.Effect<void, E2, R2>,
): Effect.Effect<A, E | E2, R | R2> =>
  Effect.suspend(() => {
    const own = new TaskUpdates()
    return Effect.flatMap(
      Effect.provideService(job, CurrentUpdates, own),
      (a) => own.isEmpty ? Effect.succeed(a) : Effect.as(commit(() => own.commit()), a),
    )
  })

/** Runs a task with updates of its own, which are not given to accumulators. */
export const within = <A, E, R>(updates: TaskUpdates, task: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.provideService(task, CurrentUpdates, updates)

const owners = new WeakMap<object, TaskUpdates>()

/** Runs a part of a job whose result later jobs may use again. `kept` names the objects that they will find it under. */
export const keeping = <A, E, R>(
  job: Effect.Effect<A, E, R>,
  kept: (a: A) => ReadonlyArray<object | undefined>,
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const own = new TaskUpdates()
    current()?.include(own)
    return Effect.map(Effect.provideService(job, CurrentUpdates, own), (a) => {
      if (own.isEmpty) return a
      for (const one of kept(a)) if (one !== undefined) owners.set(one, own)
      return a
    })
  })

/** Makes the updates of a kept result count with those of the running job, which uses it. */
export const using = <A extends object>(kept: A): A => {
  current()?.include(owners.get(kept))
  return kept
}
