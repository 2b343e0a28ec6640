/**
 * How long batches would take if their windows were full.
 *
 * @module
 */

/** How the batches of a graph process the records of earlier batches again. */
export interface WindowShape {
  /** The longest slide in the graph, in batches. */
  readonly slide: number
  /** How many slides the longest window covers, at least 1. */
  readonly slides: number
  /** The end of the slide that a time is in. Streams with the longest slide are computed in the batch of that time. */
  readonly slideEnd: (time: number) => number
}

/** The shape of a graph without windows. */
export const NO_WINDOWS: WindowShape = { slide: 1, slides: 1, slideEnd: (time) => time }

/** The numbers of records that the time of a slide depends on. */
export interface Records {
  /** The records of the slide itself. */
  readonly own: number
  /** The records of a slide on average over the longest window. Slides before the start of the context count as empty. */
  readonly average: number
}

/** A slide as it would be in a full window. */
export interface SteadySlide {
  readonly records: number
  /** In milliseconds. */
  readonly processingDelay: number
}

/** Sums of products of the changes of own records, average records and the delay, from one slide to the next. */
interface Sums {
  readonly ownOwn: number
  readonly ownAverage: number
  readonly averageAverage: number
  readonly ownDelay: number
  readonly averageDelay: number
}

/** How much a change counts in the sums, compared to the next one. */
const MEMORY = 0.98

/** Changes of the records by less than this fraction are left out: chance changes the delay by more. */
const SMALLEST_CHANGE = 0.1

/** The number of slides after which the costs are more than guesses. */
const ENOUGH_SLIDES = 4

/** A determinant below this fraction of its largest possible value is 0, but for rounding. */
const ROUNDING = 1e-9

const changeOf = (value: number, last: number): number => Math.abs(value - last) / (Math.max(value, last) || 1)

/** The time that is added if the records that a slide depends on become more. No record can have cost more than all took. */
const added = (cost: number, known: number, most: number, delay: number): number =>
  (most - known) * (known > 0 ? Math.min(cost, delay / known) : cost)

/** Fits the costs, by least squares. Where the changes do not tell them apart, windows have all of the cost. */
const costsOf = ({ averageAverage, averageDelay, ownAverage, ownDelay, ownOwn }: Sums): Records => {
  const determinant = ownOwn * averageAverage - ownAverage ** 2
  const isKnown = determinant > ROUNDING * ownOwn * averageAverage
  const own = isKnown ? (ownDelay * averageAverage - averageDelay * ownAverage) / determinant : 0
  const average = isKnown ? (averageDelay * ownOwn - ownDelay * ownAverage) / determinant : averageDelay
  if (own > 0 && average > 0) return { own, average }
  // No cost is negative.
  return average > 0
    ? { own: 0, average: Math.max(0, averageDelay / averageAverage) }
    : { own: ownOwn > 0 ? Math.max(0, ownDelay / ownOwn) : 0, average: 0 }
}

/**
 * Predicts how long slides take in full windows.
 *
 * Where windows overlap, the time of a batch depends on the records of earlier batches. Its own records divided by its
 * time are the rate that can be processed only if all batches in the window have as many records. So the estimator gets
 * each slide as it would be in a window of such slides.
 *
 * For this it has to be known how much of the time is that of the slide's own records, and how much that of the records in
 * the window. Nearly all of it is that of own records if windows are reduced, and nearly all of it that of the window if
 * an output computes its records again. Both costs are fitted to how the time changes when the records change from one
 * slide to the next. Time that does not depend on records is in neither.
 */
export class WindowLoad {
  readonly #shape: WindowShape
  /** The records of the batches in the longest window, oldest first. */
  #batches: ReadonlyArray<number> = []
  /** How many slides have been measured. */
  #measured = 0
  #last: Records & { readonly delay: number } | undefined
  #sums: Sums = { ownOwn: 0, ownAverage: 0, averageAverage: 0, ownDelay: 0, averageDelay: 0 }
  /** Milliseconds for each record. */
  #costs: Records = { own: 0, average: 1 }

  constructor(shape: WindowShape) {
    this.#shape = shape
  }

  /** Adds an allocated batch. Returns the records that the time of the slide depends on, if the batch ends a slide. */
  add(records: number): Records {
    const { slide, slides } = this.#shape
    this.#batches = [...this.#batches, records].slice(-slide * slides)
    const sum = (batches: ReadonlyArray<number>) => batches.reduce((a, b) => a + b, 0)
    return { own: sum(this.#batches.slice(-slide)), average: sum(this.#batches) / slides }
  }

  /** The number of records whose slide would take as long, if the window were full of such slides. */
  of({ average, own }: Records): number {
    return (1 - this.#windowShare) * own + this.#windowShare * average
  }

  /** The part of the time that is that of windows, between 0 and 1. */
  get #windowShare(): number {
    const { average, own } = this.#costs
    return own + average > 0 ? average / (own + average) : 0
  }

  /** How soon a record is done with, between 0 and 1: 1 divided by the number of slides that this takes on average. */
  get promptness(): number {
    return 1 / (1 + this.#windowShare * (this.#shape.slides - 1) / 2)
  }

  /**
   * Learns from a slide that took `delay` milliseconds. Returns it as it would be if all slides in its window had as many
   * records as the slide itself, or as the window has on average if that is more.
   */
  steady(records: Records, delay: number): SteadySlide {
    this.#learn(records, delay)
    this.#measured += 1
    const { average, own } = records
    const most = Math.max(own, average)
    const processingDelay = delay + added(this.#costs.own, own, most, delay) +
      added(this.#costs.average, average, most, delay)
    // Of the first slides, only the rate is predicted: nothing may take less because of a guess that it will take long.
    return this.#measured >= ENOUGH_SLIDES || processingDelay === 0
      ? { records: most, processingDelay }
      : { records: most * delay / processingDelay, processingDelay: delay }
  }

  #learn({ average, own }: Records, delay: number): void {
    const last = this.#last
    this.#last = { own, average, delay }
    // The first slide also takes longer because nothing has been compiled yet.
    const isWarmUp = last !== undefined && this.#measured === 1 && delay < last.delay && own >= last.own
    if (last === undefined || isWarmUp) {
      // One slide does not tell the costs apart. If all of the cost is that of windows, batches begin small.
      if (average > 0) this.#costs = { own: 0, average: delay / average }
      return
    }
    if (Math.max(changeOf(own, last.own), changeOf(average, last.average)) < SMALLEST_CHANGE) return
    const [ofOwn, ofAverage, ofDelay] = [own - last.own, average - last.average, delay - last.delay]
    const { averageAverage, averageDelay, ownAverage, ownDelay, ownOwn } = this.#sums
    this.#sums = {
      ownOwn: MEMORY * ownOwn + ofOwn * ofOwn,
      ownAverage: MEMORY * ownAverage + ofOwn * ofAverage,
      averageAverage: MEMORY * averageAverage + ofAverage * ofAverage,
      ownDelay: MEMORY * ownDelay + ofOwn * ofDelay,
      averageDelay: MEMORY * averageDelay + ofAverage * ofDelay,
    }
    this.#costs = costsOf(this.#sums)
  }
}
