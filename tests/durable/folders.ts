/** Temporary folders of tests. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A folder that is removed when the scope closes. */
export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir()),
  (folder) => Effect.promise(() => Deno.remove(folder, { recursive: true })),
)
