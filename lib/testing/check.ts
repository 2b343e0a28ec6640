/**
 * Checks laws with random inputs, and reports the smallest input that breaks one and how to reproduce it.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { EngineName, Options } from "./harness.ts"
import { type Law, showOutcome, type Sides, type Trial } from "./law.ts"

/** Options of {@link check}. */
export interface CheckOptions extends Pick<Options, "batchDuration" | "clockStart" | "freezeRecords" | "parallelism"> {
  /** The number of random inputs. Default 100. */
  readonly runs?: number | undefined
  /**
   * The seed of the random inputs. Default: derived from the clock. {@link LawBroken} contains the seed of a failure.
   */
  readonly seed?: number | undefined
  /** The path from the seed to one input, to reproduce a failure without searching again. From {@link LawBroken}. */
  readonly path?: string | undefined
  /** The engines that the law must hold on. Default `["local"]`. */
  readonly engines?: ReadonlyArray<EngineName> | undefined
}

/** The report on a law that held for all inputs. */
export interface Held {
  /** The name of the law. */
  readonly law: string
  /** The number of inputs that were tried. */
  readonly runs: number
  /** The seed of the inputs. */
  readonly seed: number
}

/** A law does not hold. Contains the smallest input that breaks it, both results, and the seed to reproduce it with. */
export class LawBroken extends Data.Error<{
  /** The name of the law. */
  readonly law: string
  /** Where in the source the law was made, if known. */
  readonly place?: string | undefined
  /** The engine on which the law was broken. */
  readonly engine: EngineName
  /** The smallest input found that breaks the law. */
  readonly given: unknown
  /** The results of both sides for this input. */
  readonly sides: Sides
  /** The number of inputs tried until one broke the law, before shrinking. */
  readonly runs: number
  /** The number of steps from that input to the smallest one. */
  readonly shrinks: number
  /** The seed to pass to `Testing.check` to reproduce the failure. */
  readonly seed: number
  /** The path to pass to `Testing.check` to reproduce this input without searching. */
  readonly path: string
}> {
  readonly _tag = "LawBroken" as const
  override get message(): string {
    const { engine, given, law, path, place, runs, seed, shrinks, sides } = this
    return [
      `"${law}" does not hold on the engine ${engine}`,
      `  for    ${fc.stringify(given)}`,
      `  left   ${showOutcome(sides.left)}`,
      `  right  ${showOutcome(sides.right)}`,
      `  found by input ${runs}, shrunk ${shrinks} times; reproduce it with { seed: ${seed}, path: "${path}" }` +
      (place === undefined ? "" : `; the law was made at ${place}`),
    ].join("\n")
  }
}

const tooShort = ({ name, place }: Law, longest: number, needed: number): string =>
  `Testing.check: "${name}" held, but no input had more than ${longest} batches, and the pipeline needs ${needed} for ` +
  "its windows to slide and its keys to time out. Leave maxBatches out, or make it at least " +
  `${2 * needed}${place === undefined ? "" : ` (the law was made at ${place})`}`

/** Carries a broken trial out of fast-check, as the error that its property throws. */
class Broken {
  constructor(readonly trial: Trial, readonly engine: EngineName, readonly sides: Sides) {}
}

/**
 * Checks a law with random inputs, in virtual time.
 *
 * Inputs that `Testing.batches` and `Testing.arrivals` generate without `maxBatches` are long enough for the windows,
 * slides and timeouts of the pipeline, up to 240 batches. If all inputs were shorter than the pipeline needs, the check
 * logs a warning, because a mistake in what leaves a window cannot show.
 *
 * At the first input that breaks the law, the check searches for the smallest such input and fails with {@link
 * LawBroken}. The message contains the input, both results, and the seed to reproduce them with.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const input = Testing.batches(fc.nat())
 * const { runs } = await Effect.runPromise(
 *   Testing.check(Testing.laws.mapFusion((n: number) => n + 1, (n) => n * 2, { input }), { runs: 20 }),
 * )
 * assert.equal(runs, 20)
 *
 * const first = Testing.laws.partitioningIsInvisible(
 *   DStream.mapPartitions((part: ReadonlyArray<number>) => part.slice(0, 1)),
 *   { input },
 * )
 * const broken = await Effect.runPromise(Effect.flip(Testing.check(first, { seed: 1 })))
 * assert.match(broken.message, /"partitioning is invisible" does not hold on the engine local\n  for    \[\[\[0\],\[0\]\]\]/)
 * ```
 */
export const check = (law: Law, options: CheckOptions = {}): Effect.Effect<Held, LawBroken> => {
  const { engines = ["local"], path, runs = 100, seed, ...surroundings } = options
  const batchMs = Duration.toMillis(options.batchDuration ?? "1 second")
  let longest = 0
  const details = Effect.promise((signal) =>
    fc.check(
      fc.asyncProperty(law.trials(batchMs), async (trial) => {
        longest = Math.max(longest, trial.batches ?? 0)
        for (const engine of engines) {
          // The check was interrupted. A run that does not fail ends fast-check's search soon.
          if (signal.aborted) return
          const sides = await Effect.runPromise(trial.sides({ ...surroundings, engine }), { signal })
          if (!sides.agree) throw new Broken(trial, engine, sides)
        }
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed }), ...(path === undefined ? {} : { path }) },
    )
  )
  return Effect.flatMap(details, (result): Effect.Effect<Held, LawBroken> => {
    if (!result.failed) {
      const held: Held = { law: law.name, runs: result.numRuns, seed: result.seed }
      const needed = law.neededBatches(batchMs)
      return Effect.as(longest < needed ? Effect.logWarning(tooShort(law, longest, needed)) : Effect.void, held)
    }
    const broken = result.errorInstance
    if (!(broken instanceof Broken)) return Effect.die(broken)
    const { engine, sides, trial: { given } } = broken
    const { counterexamplePath, numRuns, numShrinks, seed } = result
    const path = counterexamplePath ?? ""
    return Effect.fail(
      new LawBroken({
        law: law.name,
        place: law.place,
        engine,
        given,
        sides,
        runs: numRuns,
        shrinks: numShrinks,
        seed,
        path,
      }),
    )
  })
}

/**
 * Checks several laws, one after another, and stops at the first broken one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect } from "effect"
 * import * as fc from "fast-check"
 *
 * const addition = Testing.laws.monoid((a: number, b: number) => a + b, 0, { values: fc.integer() })
 * const held = await Effect.runPromise(Testing.checkAll(addition))
 * assert.deepEqual(held.map(({ law }) => law), ["f is associative", "zero is neutral"])
 * ```
 */
export const checkAll = (
  laws: ReadonlyArray<Law>,
  options: CheckOptions = {},
): Effect.Effect<ReadonlyArray<Held>, LawBroken> => Effect.forEach(laws, (law) => check(law, options))
