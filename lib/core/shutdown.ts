/**
 * What a process does before a signal interrupts its main program.
 *
 * The interruption of a program closes its layers and scopes from the inside out, so that services may be closed while
 * something outside them still needs them. Hooks run before any of that.
 *
 * @module
 */
import * as Effect from "effect/Effect"

const hooks = new Set<Effect.Effect<void>>()

/** Adds a hook. Returns a function that removes it. A hook has a time limit of its own. */
export const addHook = (hook: Effect.Effect<void>): () => void => {
  hooks.add(hook)
  return () => void hooks.delete(hook)
}

/** Whether there is anything to do. */
export const hasHooks = (): boolean => hooks.size > 0

/** Runs all hooks at the same time and waits for them. Failures are logged. */
export const runHooks: Effect.Effect<void> = Effect.suspend(() =>
  Effect.forEach(Array.from(hooks), (hook) => Effect.ignoreCause(hook, { log: "Warn" }), {
    concurrency: "unbounded",
    discard: true,
  })
)
