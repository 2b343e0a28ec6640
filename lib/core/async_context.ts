/**
 * Fibers that suspend for ever in constant memory.
 *
 * When a fiber suspends, Effect captures the current async context, and resumes the fiber in it. On Deno that context
 * refers to the one in which the fiber was resumed before, and so on: each suspension adds about half a kilobyte that is
 * never released while the fiber lives. The scheduler of this module resumes its fibers in one fixed context instead,
 * that of the fiber which asked for it. So values of an `AsyncLocalStorage` that were set there are seen, and those that
 * are set inside such a fiber are lost when it suspends.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scheduler from "effect/Scheduler"

/** A captured async context. */
interface AsyncContext {
  readonly runInAsyncScope: <This, Arg, R>(fn: (this: This, arg: Arg) => R, thisArg: This, arg: Arg) => R
  readonly emitDestroy: () => void
}

/** What Effect keeps of a suspended fiber. A version of Effect without this field is left alone. */
interface Suspended {
  _asyncContext?: AsyncContext | undefined
}

interface Globals {
  readonly Deno?: unknown
  readonly process?: {
    readonly getBuiltinModule?: (name: string) => {
      readonly AsyncResource?: new (type: string) => AsyncContext
    } | undefined
  }
}

const globals = globalThis as Globals

/** Node and Bun keep no chain of contexts, so that they need no remedy. */
const AsyncResource = globals.Deno === undefined
  ? undefined
  : globals.process?.getBuiltinModule?.("async_hooks")?.AsyncResource

/** Whether a scheduler resumes its fibers in a fixed context already. */
const isFixed = new WeakSet<Scheduler.Scheduler>()

/** Makes a scheduler that does what `parent` does, and resumes its fibers in the current async context. */
const fixContext = (parent: Scheduler.Scheduler, make: new (type: string) => AsyncContext): Scheduler.Scheduler => {
  const resource = new make("dstream/Fiber")
  const fixed: AsyncContext = {
    runInAsyncScope: (fn, thisArg, arg) => resource.runInAsyncScope(fn, thisArg, arg),
    // Effect destroys a context when it resumes a fiber; this one serves all fibers.
    emitDestroy: () => {},
  }
  let resumed: Array<Suspended> = []
  /** Replaces what was captured. Runs when the fibers that were resumed have ended or are suspended again. */
  const replaceContexts = () => {
    const fibers = resumed
    resumed = []
    for (const fiber of fibers) {
      const captured = fiber._asyncContext
      if (captured === undefined || captured === fixed) continue
      fiber._asyncContext = fixed
      captured.emitDestroy()
    }
  }
  const scheduler: Scheduler.Scheduler = {
    executionMode: parent.executionMode,
    shouldYield: (fiber) => {
      // The first operation of a fiber that has been started or resumed.
      if (fiber.currentOpCount === 1 && resumed.push(fiber as Fiber.Fiber<unknown, unknown> & Suspended) === 1) {
        queueMicrotask(replaceContexts)
      }
      return parent.shouldYield(fiber)
    },
    makeDispatcher: () => parent.makeDispatcher(),
  }
  isFixed.add(scheduler)
  return scheduler
}

/** The current scheduler, or one that does the same and resumes its fibers in the current async context. */
const fixedScheduler: Effect.Effect<Scheduler.Scheduler> = Effect.map(
  Scheduler.Scheduler,
  (current) => AsyncResource === undefined || isFixed.has(current) ? current : fixContext(current, AsyncResource),
)

/**
 * Runs an effect, and all fibers that it forks, so that they can suspend any number of times in constant memory. They
 * are resumed in the async context of the caller.
 */
export const inFixedContext = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(fixedScheduler, (scheduler) => Effect.provideService(self, Scheduler.Scheduler, scheduler))

/** Gives the same to the fibers that get this layer. */
export const layer: Layer.Layer<never> = Layer.effectContext(
  Effect.map(fixedScheduler, (scheduler) => Context.make(Scheduler.Scheduler, scheduler)),
) as Layer.Layer<never>
