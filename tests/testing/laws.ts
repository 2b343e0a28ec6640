import * as Effect from "effect/Effect"
import { Testing } from "../../lib/testing.ts"

const engines = ["local", "closures", "cluster"] as const

/** Asserts that a law holds on every engine. */
export const holds = (law: Testing.Law, runs = 15): Promise<void> =>
  Effect.runPromise(Effect.asVoid(Testing.check(law, { engines, runs })))

/** Returns how a law is broken: always by the same input, because the seed is fixed. */
export const broken = (law: Testing.Law, options: Testing.CheckOptions = {}): Promise<Testing.LawBroken> =>
  Effect.runPromise(Effect.flip(Testing.check(law, { seed: 1, runs: 200, ...options })))

/** Returns the smallest input that breaks a law. */
export const smallest = (law: Testing.Law): Promise<unknown> => broken(law).then(({ given }) => given)
