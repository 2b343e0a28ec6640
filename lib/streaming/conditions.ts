/**
 * Waiting until a condition holds.
 *
 * @module
 */
import * as Effect from "effect/Effect"

/** The conditions that fibers wait for. They are checked whenever what they depend on may have changed. */
export class Conditions {
  readonly #checks = new Set<() => void>()

  /** Waits until a condition holds. It is checked at once and in each call of {@link check}. */
  until(condition: () => boolean): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const check = () => {
        if (!condition()) return
        this.#checks.delete(check)
        resume(Effect.void)
      }
      this.#checks.add(check)
      check()
      return Effect.sync(() => void this.#checks.delete(check))
    })
  }

  /** Checks all conditions. Fibers whose condition holds go on. */
  check(): void {
    for (const check of this.#checks) check()
  }
}
