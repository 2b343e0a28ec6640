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

/** The numbers of records that the work at the end of a slide depends on. */
export interface Records {
  /** The records of the slide. */
  readonly own: number
  /** The records of the longest window, divided by its slides. Slides before the start of the context count as empty. */
  readonly average: number
}

/** How much a slide counts in the fit, compared to the next one. */
const MEMORY = 0.98

/** Slides whose records have changed by less than this fraction are left out of the fit. Their times differ by chance. */
const CHANGE = 0.1

/** The number of slides after which the fit is better than a guess. */
const ENOUGH = 3

const changeOf = (value: number, last: number): number => Math.abs(value - last) / (Math.max(value, last) || 1)

/**
 * Estimates how long slides would take if all slides of the longest window had as many records as the largest of them.
 *
 * The time of a batch under overlapping windows depends on the records that earlier batches have taken: a rate that is
 * taken from its own records is wrong until all of them are of that rate. How much time a record costs in its own slide,
 * and how much in the windows that it is in, is fitted (least squares) to how times and records change from one slide to
 * the next. Times that do not depend on records cancel out. With windows that are reduced with an inverse, nearly all of
 * the work is a record's own; with plain windows, nearly all of it is that of windows.
 */
export class WindowLoad {
  readonly #shape: WindowShape
  /** The records of the batches in the longest window, oldest first. */
  #batches: Array<number> = []
  #last: Records & { readonly delay: number } = { own: 0, average: 0, delay: 0 }
  #measured = 0
  /** Weighted sums of products of changes. */
  #sums = { ownOwn: 0, ownAverage: 0, averageAverage: 0, ownDelay: 0, averageDelay: 0 }
  /** Milliseconds for each record. All work counts as that of windows at first, so that batches begin small. */
  #costs = { own: 0, average: 1 }

  constructor(shape: WindowShape) {
    this.#shape = shape
  }

  /** Adds an allocated batch. Returns the records that its work depends on, should a slide end with it. */
  add(records: number): Records {
    const { slide, slides } = this.#shape
    this.#batches = [...this.#batches, records].slice(-slide * slides)
    const sum = (batches: ReadonlyArray<number>) => batches.reduce((a, b) => a + b, 0)
    return { own: sum(this.#batches.slice(-slide)), average: sum(this.#batches) / slides }
  }

  /** The work at the end of a slide, in records of a slide whose window is full of such slides. */
  of({ average, own }: Records): number {
    return (1 - this.#share) * own + this.#share * average
  }

  /** The part of the work that windows do, between 0 and 1. */
  get #share(): number {
    const { average, own } = this.#costs
    return average / (own + average)
  }

  /** 1 divided by the number of slides until the work of a record is done, on average. */
  get promptness(): number {
    return 1 / (1 + this.#share * (this.#shape.slides - 1) / 2)
  }

  /** Takes the processing time of a slide, in milliseconds. Returns the records and the time of a slide in a full window. */
  steady(records: Records, delay: number): { readonly records: number; readonly processingDelay: number } {
    this.#fit(records, delay)
    this.#measured += 1
    const { average, own } = records
    const most = Math.max(own, average)
    // No record can have cost more than the whole time.
    const rest = (cost: number, known: number) =>
      Math.min(cost * (most - known), known > 0 ? delay * (most / known - 1) : Infinity)
    const processingDelay = delay + rest(this.#costs.own, own) + rest(this.#costs.average, average)
    if (this.#measured >= ENOUGH || delay === 0) return { records: most, processingDelay }
    // The same rate. That the batch takes long would be a guess.
    return { records: most * delay / processingDelay, processingDelay: delay }
  }

  #fit({ average, own }: Records, delay: number): void {
    const last = this.#last
    this.#last = { own, average, delay }
    if (Math.max(changeOf(own, last.own), changeOf(average, last.average)) < CHANGE) return
    const [x, y, z] = [own - last.own, average - last.average, delay - last.delay]
    const sums = {
      ownOwn: MEMORY * this.#sums.ownOwn + x * x,
      ownAverage: MEMORY * this.#sums.ownAverage + x * y,
      averageAverage: MEMORY * this.#sums.averageAverage + y * y,
      ownDelay: MEMORY * this.#sums.ownDelay + x * z,
      averageDelay: MEMORY * this.#sums.averageDelay + y * z,
    }
    this.#sums = sums
    const determinant = sums.ownOwn * sums.averageAverage - sums.ownAverage ** 2
    const both = determinant > DEGENERATE * sums.ownOwn * sums.averageAverage
      ? {
        own: (sums.ownDelay * sums.averageAverage - sums.averageDelay * sums.ownAverage) / determinant,
        average: (sums.averageDelay * sums.ownOwn - sums.ownDelay * sums.ownAverage) / determinant,
      }
      : { own: 0, average: 0 }
    // No cost is negative. Where only one of them can be told, it is that of windows.
    const fitted = both.own > 0 && both.average > 0
      ? both
      : both.average > 0 || both.own <= 0 && sums.averageDelay > 0
      ? { own: 0, average: sums.averageDelay / sums.averageAverage }
      : { own: sums.ownDelay / sums.ownOwn, average: 0 }
    if (fitted.own > 0 || fitted.average > 0) this.#costs = fitted
  }
}

/** Determinants below this fraction of the largest possible one are 0, but for rounding. */
const DEGENERATE = 1e-9
