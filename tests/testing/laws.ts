import * as Effect from "effect/Effect"
import { Testing } from "../../lib/testing.ts"

const engines = ["local", "closures", "loopback"] as const

/** A law holds on every engine. */
export const holds = (law: Testing.Law, runs = 15): Promise<void> =>
  Effect.runPromise(Effect.asVoid(Testing.check(law, { engines, runs })))

/** How a law is broken: always the same, because the seed is. */
export const broken = (law: Testing.Law, options: Testing.CheckOptions = {}): Promise<Testing.LawBroken> =>
  Effect.runPromise(Effect.flip(Testing.check(law, { seed: 1, runs: 200, ...options })))

/** The smallest input that breaks a law. */
export const smallest = (law: Testing.Law): Promise<unknown> => broken(law).then(({ given }) => given)
