/**
 * The life of a context: one value, which only this module changes.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { CallSite } from "../../core/call_site.ts"
import { AlreadyStarted, AlreadyStopped } from "../errors.ts"
import type { Running } from "../running.ts"

/** The stages in the life of a context, in this order. A context can be stopped at any stage. */
export type Life =
  | { readonly _tag: "Initialized" }
  /** `start` was called at `site`; layers and inputs are being opened. */
  | { readonly _tag: "Starting"; readonly site: CallSite }
  | { readonly _tag: "Active"; readonly site: CallSite; readonly running: Running }
  /** The stop has begun at the stage `before`; `stopped` is completed when it is done. */
  | { readonly _tag: "Stopping"; readonly before: Exclude<Life, Ended>; readonly stopped: Deferred.Deferred<void> }
  | { readonly _tag: "Stopped"; readonly running: Running | undefined }

type Ended = { readonly _tag: "Stopping" | "Stopped" }

/** An object that holds the life of a context. */
export interface Living {
  life: Life
}

/** Returns the state of a context in Spark's terms: it is active until it has stopped. */
export const stateOf = ({ life }: Living): "Initialized" | "Active" | "Stopped" => {
  const now = life._tag === "Stopping" ? life.before : life
  return now._tag === "Starting" ? "Initialized" : now._tag
}

/** Returns where a context was started; undefined if it was not started, or has stopped. */
export const startedAt = ({ life }: Living): CallSite | undefined => {
  const now = life._tag === "Stopping" ? life.before : life
  return now._tag === "Starting" || now._tag === "Active" ? now.site : undefined
}

/** Returns the runtime and fibers of a context, also after its stop; undefined if it was never active. */
export const runningOf = ({ life }: Living): Running | undefined => {
  const now = life._tag === "Stopping" ? life.before : life
  return now._tag === "Active" || now._tag === "Stopped" ? now.running : undefined
}

/** Whether a context is being stopped or has stopped. */
export const isEnding = ({ life }: Living): boolean => life._tag === "Stopping" || life._tag === "Stopped"

/** Fails if a context has been started or stopped. `operation` is named in the error. */
export const requireInitialized = (
  self: Living,
  operation: string,
): Effect.Effect<void, AlreadyStarted | AlreadyStopped> =>
  Effect.suspend((): Effect.Effect<void, AlreadyStarted | AlreadyStopped> => {
    const site = startedAt(self)
    if (site !== undefined) return Effect.fail(new AlreadyStarted({ startedAt: site }))
    return isEnding(self) ? Effect.fail(new AlreadyStopped({ operation })) : Effect.void
  })

/** Records that `start` has begun. */
export const beginStart = (self: Living, site: CallSite): Effect.Effect<void> =>
  Effect.sync(() => {
    self.life = { _tag: "Starting", site }
  })

/** Records that everything runs. Fails if the context was stopped while its inputs were being opened. */
export const endStart = (self: Living, running: Running): Effect.Effect<void, AlreadyStopped> =>
  Effect.suspend(() => {
    if (self.life._tag !== "Starting") return Effect.fail(new AlreadyStopped({ operation: "start" }))
    self.life = { _tag: "Active", site: self.life.site, running }
    return Effect.void
  })

/**
 * Runs `stopping` and then marks the context as stopped. Only the first call runs it; later calls wait until the context
 * has stopped.
 */
export const stopOnce = (
  self: Living,
  stopping: (running: Running | undefined) => Effect.Effect<void>,
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { life } = self
    if (life._tag === "Stopped") return Effect.void
    if (life._tag === "Stopping") return Deferred.await(life.stopped)
    const stopped = Deferred.makeUnsafe<void>()
    self.life = { _tag: "Stopping", before: life, stopped }
    const running = runningOf(self)
    return Effect.ensuring(
      stopping(running),
      Effect.suspend(() => {
        self.life = { _tag: "Stopped", running }
        Deferred.doneUnsafe(stopped, Effect.void)
        return running?.runtime.markStopped ?? Effect.void
      }),
    )
  })
