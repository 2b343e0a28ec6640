/**
 * Trying a law out: random inputs, the smallest one that breaks it, and how to see that again.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { EngineName, Options } from "./harness.ts"
import { type Law, showOutcome, type Sides, type Trial } from "./law.ts"

/** How hard to try. */
export interface CheckOptions extends Pick<Options, "batchDuration" | "clockStart" | "parallelism"> {
  /** How many inputs: 100. */
  readonly runs?: number | undefined
  /** Where the inputs come from: the clock, unless given. {@link LawBroken} has that of a failure. */
  readonly seed?: number | undefined
  /** Which of the seed's inputs, to see a failure again without the search: that of {@link LawBroken}. */
  readonly path?: string | undefined
  /** The engines that it must hold on: `["local"]`. */
  readonly engines?: ReadonlyArray<EngineName> | undefined
}

/** A law held. */
export interface Held {
  /** The name of the law. */
  readonly law: string
  /** How many inputs it was tried with. */
  readonly runs: number
  /** Where they came from. */
  readonly seed: number
}

/** A law does not hold: the smallest input that shows it, what either side gives for that, and how to see it again. */
export class LawBroken extends Data.Error<{
  /** The name of the law. */
  readonly law: string
  /** Where the law was made, as far as that is known. */
  readonly place?: string | undefined
  /** The engine it was broken on. */
  readonly engine: EngineName
  /** The smallest input found. */
  readonly given: unknown
  /** What either side gives for it. */
  readonly sides: Sides
  /** Inputs tried until one broke it, before shrinking. */
  readonly runs: number
  /** Steps from that one to the smallest. */
  readonly shrinks: number
  /** For `Testing.check`, to see it again. */
  readonly seed: number
  /** For `Testing.check`, to see this very input at once. */
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
      `  found by input ${runs}, made smaller ${shrinks} times; again with { seed: ${seed}, path: "${path}" }` +
      (place === undefined ? "" : `; the law is that of ${place}`),
    ].join("\n")
  }
}

/** How the property tells what it has seen through fast-check. */
class Seen {
  constructor(readonly trial: Trial, readonly engine: EngineName, readonly sides: Sides) {}
}

/**
 * Tries a law with random inputs, in virtual time. Fails with {@link LawBroken} at the first input that breaks it, after
 * making that as small as it can; its message has the input, both results, and the seed to run it again with.
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
  const details = Effect.promise((signal) =>
    fc.check(
      fc.asyncProperty(law.trials, async (trial) => {
        for (const engine of engines) {
          // Interrupted: without a failure fast-check looks no further.
          if (signal.aborted) return
          const sides = await Effect.runPromise(trial.sides({ ...surroundings, engine }), { signal })
          if (!sides.agree) throw new Seen(trial, engine, sides)
        }
      }),
      { numRuns: runs, ...(seed === undefined ? {} : { seed }), ...(path === undefined ? {} : { path }) },
    )
  )
  return Effect.flatMap(details, (found): Effect.Effect<Held, LawBroken> => {
    if (!found.failed) return Effect.succeed({ law: law.name, runs: found.numRuns, seed: found.seed })
    const seen = found.errorInstance
    if (!(seen instanceof Seen)) return Effect.die(seen)
    const { engine, sides, trial: { given } } = seen
    const { counterexamplePath, numRuns, numShrinks, seed } = found
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
 * Tries several laws out, one after another, and stops at the first that is broken.
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
