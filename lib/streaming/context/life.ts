/**
 * The life of a context: one state, which changes in this module only.
 *
 * @module
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { CallSite } from "../../core/call_site.ts"
import { AlreadyStarted, AlreadyStopped } from "../errors.ts"
import type { Running } from "../running.ts"

/** Where a context stands in its life. */
export type Life =
  | { readonly _tag: "Initialized" }
  /** `start` has been called at `site` and opens layers and inputs. */
  | { readonly _tag: "Starting"; readonly site: CallSite }
  | { readonly _tag: "Active"; readonly site: CallSite; readonly running: Running }
  /** It was `before` until now; `stopped` is done at the end. */
  | { readonly _tag: "Stopping"; readonly before: Exclude<Life, Ended>; readonly stopped: Deferred.Deferred<void> }
  | { readonly _tag: "Stopped"; readonly running: Running | undefined }

type Ended = { readonly _tag: "Stopping" | "Stopped" }

/** The one mutable field of a context's life. */
export interface Living {
  life: Life
}

/** The state that Spark knows: a context is active until it has stopped. */
export const stateOf = ({ life }: Living): "Initialized" | "Active" | "Stopped" => {
  const now = life._tag === "Stopping" ? life.before : life
  return now._tag === "Starting" ? "Initialized" : now._tag
}

/** Where a context was started, if it was and has not stopped. */
export const startedAt = ({ life }: Living): CallSite | undefined => {
  const now = life._tag === "Stopping" ? life.before : life
  return now._tag === "Starting" || now._tag === "Active" ? now.site : undefined
}

/** What runs in a context, from its start on, also after its stop. */
export const runningOf = ({ life }: Living): Running | undefined => {
  const now = life._tag === "Stopping" ? life.before : life
  return now._tag === "Active" || now._tag === "Stopped" ? now.running : undefined
}

/** Whether a context is being stopped, or has been. */
export const isEnding = ({ life }: Living): boolean => life._tag === "Stopping" || life._tag === "Stopped"

/** Fails unless a context has neither been started nor stopped. `operation` is what wants to know. */
export const requireInitialized = (
  self: Living,
  operation: string,
): Effect.Effect<void, AlreadyStarted | AlreadyStopped> =>
  Effect.suspend((): Effect.Effect<void, AlreadyStarted | AlreadyStopped> => {
    const site = startedAt(self)
    if (site !== undefined) return Effect.fail(new AlreadyStarted({ startedAt: site }))
    return isEnding(self) ? Effect.fail(new AlreadyStopped({ operation })) : Effect.void
  })

/** `start` begins. */
export const beginStart = (self: Living, site: CallSite): Effect.Effect<void> =>
  Effect.sync(() => {
    self.life = { _tag: "Starting", site }
  })

/** Everything runs. Fails if the context has been stopped while its inputs were opened. */
export const endStart = (self: Living, running: Running): Effect.Effect<void, AlreadyStopped> =>
  Effect.suspend(() => {
    if (self.life._tag !== "Starting") return Effect.fail(new AlreadyStopped({ operation: "start" }))
    self.life = { _tag: "Active", site: self.life.site, running }
    return Effect.void
  })

/** Runs `stopping` and ends the life of a context. Only the first call runs it; later ones wait for the end. */
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
