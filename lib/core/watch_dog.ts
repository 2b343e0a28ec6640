/**
 * Ends a process that does not react to signals, because a function never returns.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Watching {
  readonly terminate: () => void
}

interface Globals {
  readonly Deno?: unknown
  readonly Worker?: new (url: string, options: { readonly type: "module" }) => Watching
}

/** The milliseconds that the process has after the second signal. */
const GRACE = 1000

/**
 * What the other thread does. It sleeps until signals come. A process that reacts to the second one is gone before the
 * grace is over.
 */
const source = `
  const { addSignalListener, kill, pid } = globalThis["Deno"]
  let signals = 0
  const count = () => {
    if (++signals < 2) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${GRACE})
    kill(pid, "SIGKILL")
  }
  for (const signal of ["SIGINT", "SIGTERM"]) addSignalListener(signal, count)`

const start = (): Watching | undefined => {
  const { Deno, Worker } = globalThis as Globals
  // Only Deno tells other threads of signals.
  if (Deno === undefined || Worker === undefined) return undefined
  return new Worker(`data:application/javascript,${encodeURIComponent(source)}`, { type: "module" })
}

/**
 * Watches the process from another thread until the scope closes: after two signals it ends by `SIGKILL`, unless it has
 * ended before. Begins after a second, so that short programs start no thread. Does nothing on runtimes other than Deno.
 */
export const watch: Effect.Effect<void, never, Scope.Scope> = Effect.sleep("1 second").pipe(
  Effect.andThen(Effect.acquireRelease(Effect.sync(start), (watching) => Effect.sync(() => watching?.terminate()))),
  // Where threads are not allowed, the process runs unwatched.
  Effect.ignoreCause,
)
