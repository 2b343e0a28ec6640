/**
 * Loops that run for months: `forever` in fibers that are young.
 *
 * Each time a fiber goes to sleep it captures the asynchronous context it is in, and that context holds the one before:
 * a fiber that is woken for ever grows for ever, by about a kilobyte each time. So a long loop goes on, every few rounds,
 * in a new fiber, started from a context that nothing has been added to.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

const waiting: Array<() => void> = []
let wake: (() => void) | undefined

/** Runs what has been asked for, always in the context that this module was loaded in. */
const pump = async (): Promise<never> => {
  while (true) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next()
  }
}

void pump()

const soon = (body: () => void): void => {
  waiting.push(body)
  wake?.()
}

/** How many rounds one fiber goes. */
const ROUNDS = 64

/**
 * Runs an effect again and again until it fails or is interrupted, like `Effect.forever`, without growing. Each round
 * sees the services and references of the fiber that runs the loop.
 */
export const forever = <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<never, E, R> =>
  Effect.contextWith((context) =>
    Effect.callback<never, E>((resume) => {
      const rounds = Effect.repeat(body, { times: ROUNDS - 1 })
      let fiber: Fiber.Fiber<A, E> | undefined
      let stopped = false
      const start = () => {
        if (stopped) return
        fiber = Effect.runForkWith(context)(rounds)
        fiber.addObserver((exit) => {
          if (Exit.isFailure(exit)) resume(Effect.failCause(exit.cause))
          else soon(start)
        })
      }
      soon(start)
      return Effect.suspend(() => {
        stopped = true
        return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
      })
    })
  )
