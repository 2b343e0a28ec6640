/**
 * Work in pieces: how long computations go on before the event loop gets its turn.
 *
 * A partition may take seconds to compute, and JavaScript runs one thing at a time. So whatever goes over many records is
 * a generator that does one piece at a time and yields when the event loop is due. Then timers fire, sockets are read,
 * signals are delivered, other fibers run, and the computation can be interrupted. Pieces have as many records as a few
 * milliseconds allow, so that a loop over cheap records looks at the clock once for thousands of them, and one over
 * expensive records after each.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/**
 * Work in pieces that gives an `A`. It yields when the event loop is due.
 *
 * Declare generator functions that run in each batch at the top level of a module or as methods, also those that Effects are
 * made of. V8 makes a hidden class for each generator function that is called, and frees it only when it collects all objects.
 * Until then, a generator function that was made inside another function stays in memory, with everything that it has
 * captured, such as the records of a batch.
 */
export type Piecewise<A> = Generator<undefined, A, unknown>

/** How large pieces are, and when the event loop is due. */
export interface Pacing {
  /** A monotonic time in milliseconds. */
  readonly now: () => number
  /** How long work goes on before the event loop gets its turn, in milliseconds. 0: after every piece. */
  readonly turn: number
  /** The largest number of records in a piece, at least 1. */
  readonly records: number
  /** About how many bytes of text are decoded at once, at least 1. */
  readonly bytes: number
  /** When the event loop last had its turn, by `now`. */
  turnedAt: number
}

/**
 * The pacing of this isolate: 10 ms, up to 4,096 records. 64 kB of text, and what comes of it, stay in the processor's
 * cache and in the young generation of the heap.
 */
const pacing: Pacing = { now: () => performance.now(), turn: 10, records: 4096, bytes: 65_536, turnedAt: -Infinity }

/** The pacing of the current fiber. */
export const Pacing: Context.Reference<Pacing> = Context.Reference<Pacing>("@dstream/dstream/Pacing", {
  defaultValue: () => pacing,
})

/** The pacing of the fiber that runs now, or of the isolate where none runs. */
export const currentPacing = (): Pacing => Fiber.getCurrent()?.getRef(Pacing) ?? pacing

/** Whether the event loop is due. */
export const isDue = ({ now, turn, turnedAt }: Pacing = currentPacing()): boolean => now() - turnedAt >= turn

/** About how long a piece should take, in milliseconds: the event loop can be late by this much. */
const PIECE = 2.5

/** How much larger a piece may be than the one before. */
const GROWTH = 8

/** The sizes of the pieces of one loop, and whether the event loop is due after a piece. */
export class Pace {
  readonly #pacing = currentPacing()
  #size: number
  /** When the current piece began. NaN: unknown. */
  #since = NaN

  /** The first piece has one record unless the caller knows how many are cheap. */
  constructor(first = 1) {
    this.#size = Math.min(first, this.#pacing.records)
  }

  /** Where the piece that begins at `from` ends, at most `length`. */
  end(from: number, length: number): number {
    const end = from + this.#size
    if (end >= length) return length
    if (Number.isNaN(this.#since)) this.#since = this.#pacing.now()
    return end
  }

  /** Ends a piece. Tells whether the event loop is due before the next one. */
  isDue(): boolean {
    const { now, records, turn, turnedAt } = this.#pacing
    const time = now()
    const took = time - this.#since
    if (took * GROWTH <= PIECE) this.#size *= GROWTH
    else if (took > 0) this.#size = Math.max(1, Math.floor(this.#size * PIECE / took))
    if (this.#size > records) this.#size = records
    const isDue = time - turnedAt >= turn
    // If others run now, that is no part of the next piece.
    this.#since = isDue ? NaN : time
    return isDue
  }
}

/** Calls `f` for one range of indices after the other, from 0 to `length`. */
export function* inPieces(length: number, f: (from: number, to: number) => void): Piecewise<void> {
  const pace = new Pace()
  for (let from = 0; from < length;) {
    const to = pace.end(from, length)
    f(from, to)
    from = to
    if (from < length && pace.isDue()) yield
  }
}

/** Does all pieces at once, without turns of the event loop. For work that is known to be short. */
export const atOnce = <A>(work: Piecewise<A>): A => {
  let step = work.next()
  while (step.done !== true) step = work.next()
  return step.value
}

/**
 * How many turns the event loop gets at most. While tasks wait, Deno looks for signals and for data on sockets at every
 * 61st turn only.
 */
const MOST_TURNS = 64

/** For how many milliseconds of work the event loop gets a turn: all of them in 100 ms. A turn takes microseconds. */
const WORK_PER_TURN = 100 / MOST_TURNS

/** Gives the event loop turns, the more the longer it had none. */
const giveWay: Effect.Effect<void> = Effect.flatMap(Pacing, (pacing) => {
  const due = Math.ceil((pacing.now() - pacing.turnedAt) / WORK_PER_TURN)
  let left = Math.max(1, Math.min(MOST_TURNS, due))
  return Effect.whileLoop({
    while: () => left-- > 0,
    body: () => Effect.yieldNow,
    step: () => {
      pacing.turnedAt = pacing.now()
    },
  })
})

/** Gives the event loop a turn if it is due. */
export const giveWayIfDue: Effect.Effect<void> = Effect.suspend(() => isDue() ? giveWay : Effect.void)

/**
 * Does work as far as possible without waiting: gives its result, or an Effect that does the rest. Work may also yield
 * Effects; it goes on with what they give. The result itself must not be an Effect.
 */
export const drive = <A, E = never, R = never>(
  work: Generator<Effect.Effect<unknown, E, R> | undefined, A, unknown>,
  given?: unknown,
): A | Effect.Effect<A, E, R> => {
  const step = work.next(given)
  return step.done === true
    ? step.value
    : Effect.flatMap(step.value ?? giveWay, (result) => toEffect(drive(work, result)))
}

const toEffect = <A, E, R>(given: A | Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.isEffect(given) ? given : Effect.succeed(given)

/** Does work as {@link drive} does, and gives an Effect in any case. For continuations, which must not hold large data. */
export const driven = <A, E = never, R = never>(
  work: Generator<Effect.Effect<unknown, E, R> | undefined, A, unknown>,
): Effect.Effect<A, E, R> => toEffect(drive(work))

/** An Effect that does work. The event loop gets its turns meanwhile. What the work throws is a defect. */
export const run = <A, E = never, R = never>(
  work: () => Generator<Effect.Effect<unknown, E, R> | undefined, A, unknown>,
): Effect.Effect<A, E, R> => Effect.suspend(() => driven(work()))

/** An Effect that does work. If the work throws, the Effect fails with what `onThrow` returns. */
export const tryRun = <A, E>(work: () => Piecewise<A>, onThrow: (cause: unknown) => E): Effect.Effect<A, E> =>
  Effect.catchDefect(run<A>(work), (cause) => Effect.fail(onThrow(cause)))
