/**
 * Named places at which a test can end a run as if the process had been killed there.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Is told of each durable step. */
export interface CrashPoints {
  /**
   * A step that `name` describes has been reached. A test that ends the run here returns an Effect that never ends, or
   * kills the process.
   */
  readonly reach: (name: string) => Effect.Effect<void>
}

/** The crash points of the current fiber. Undefined outside tests: then no step costs anything. */
export const CrashPoints: Context.Reference<CrashPoints | undefined> = Context.Reference<CrashPoints | undefined>(
  "@dstream/dstream/CrashPoints",
  { defaultValue: () => undefined },
)
