/**
 * `forever` in constant memory, for loops that run for months.
 *
 * Each time a fiber suspends, it captures its asynchronous context, and that context references the one before. A fiber
 * that suspends again and again therefore leaks about a kilobyte each time. So `forever` continues in a new fiber every
 * few rounds, and starts it from a context that has no predecessors.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

const callbacks: Array<() => void> = []
let wake: (() => void) | undefined

/** Runs callbacks in the asynchronous context in which this module was loaded. */
const runCallbacks = async (): Promise<never> => {
  while (true) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
    for (let next = callbacks.shift(); next !== undefined; next = callbacks.shift()) next()
  }
}

void runCallbacks()

/** Runs a callback soon, outside the asynchronous context of the caller. */
const runInRootContext = (callback: () => void): void => {
  callbacks.push(callback)
  wake?.()
}

/** The number of rounds that one fiber runs. */
const ROUNDS = 64

/**
 * Runs an effect again and again until it fails or is interrupted. It does what `Effect.forever` does, but in constant
 * memory. Each round has the services and references of the caller.
 */
export const forever = <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<never, E, R> =>
  Effect.contextWith((context) =>
    Effect.callback<never, E>((resume) => {
      // Not `Effect.repeat`, which yields after each round: in a busy program, a loop would get one round for each of others.
      const rounds = Effect.suspend(() => {
        let left = ROUNDS
        return Effect.whileLoop({ while: () => left > 0, body: () => body, step: () => void left-- })
      })
      let fiber: Fiber.Fiber<void, E> | undefined
      let stopped = false
      const start = () => {
        if (stopped) return
        fiber = Effect.runForkWith(context)(rounds)
        fiber.addObserver((exit) => {
          if (Exit.isFailure(exit)) resume(Effect.failCause(exit.cause))
          else runInRootContext(start)
        })
      }
      runInRootContext(start)
      return Effect.suspend(() => {
        stopped = true
        return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
      })
    })
  )
