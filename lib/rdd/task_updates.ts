/**
 * What tasks add to accumulators: held back until the job they belong to succeeds, so that a failed attempt leaves no
 * trace. What is kept for later jobs (shuffled, persisted and shared blocks) keeps its updates with it: they count with
 * the first job that succeeds on it, once.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** Something that takes the sum of what tasks have added to it. */
export interface Updated<S> {
  /** A new partial result without any addition. */
  readonly zero: () => S
  /** Takes a partial result in. */
  readonly absorb: (partial: S) => void
}

/** A partial result, to be changed in place. */
export interface Partial<S> {
  /** What has been added so far. */
  state: S
}

/** The updates of some tasks, and the updates of what these tasks have built on. */
export class TaskUpdates {
  #own = new Map<unknown, Partial<unknown>>()
  #absorb: Array<() => void> = []
  #built = new Set<TaskUpdates>()
  #done = false

  /** The partial result of an accumulator. */
  partial<S>(of: Updated<S>): Partial<S> {
    const known = this.#own.get(of)
    // What stands under an accumulator was made by it.
    if (known !== undefined) return known as Partial<S>
    const fresh: Partial<S> = { state: of.zero() }
    this.#own.set(of, fresh)
    this.#absorb.push(() => of.absorb(fresh.state))
    return fresh
  }

  /** Counts those updates with these. */
  include(others: TaskUpdates | undefined): void {
    if (others !== undefined && !others.#done) this.#built.add(others)
  }

  /** Hands everything to the accumulators that has not been handed over before. */
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

const CurrentUpdates: Context.Reference<TaskUpdates | undefined> = Context.Reference<TaskUpdates | undefined>(
  "@dstream/dstream/CurrentUpdates",
  { defaultValue: () => undefined },
)

/** Where additions go now: undefined on the driver, outside of tasks. */
export const current = (): TaskUpdates | undefined => Fiber.getCurrent()?.getRef(CurrentUpdates)

/** Runs a job; when it has succeeded `commit` is given the step that hands its updates over. */
export const during = <A, E, R, E2, R2>(
  job: Effect.Effect<A, E, R>,
  commit: (body: () => void) => Effect.Effect<void, E2, R2>,
): Effect.Effect<A, E | E2, R | R2> =>
  Effect.suspend(() => {
    const own = new TaskUpdates()
    return Effect.tap(Effect.provideService(job, CurrentUpdates, own), () => commit(() => own.commit()))
  })

const owners = new WeakMap<object, TaskUpdates>()

/** Runs what others may use again: `kept` says under which objects they will find it. */
export const keeping = <A, E, R>(
  job: Effect.Effect<A, E, R>,
  kept: (a: A) => ReadonlyArray<object | undefined>,
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const own = new TaskUpdates()
    current()?.include(own)
    return Effect.map(Effect.provideService(job, CurrentUpdates, own), (a) => {
      for (const one of kept(a)) if (one !== undefined) owners.set(one, own)
      return a
    })
  })

/** Counts the updates of something kept with those of the running job, which uses it. */
export const using = <A extends object>(kept: A): A => {
  current()?.include(owners.get(kept))
  return kept
}
