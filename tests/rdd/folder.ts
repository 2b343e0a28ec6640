/** Helper for tests with real files. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { runtimeCompression } from "../../lib/engine/compression.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import { Compression, Files } from "../../lib/rdd.ts"
import type { Engine } from "../../lib/rdd/engine.ts"

/** Runs `body` with the file system of the runtime and a temporary folder. */
export const inFolder = <A, E>(
  body: (folder: string) => Effect.Effect<A, E, Engine | Scope.Scope>,
): Effect.Effect<A, E, Engine | Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => Deno.makeTempDir()),
    (folder) => Effect.promise(() => Deno.remove(folder, { recursive: true })),
  ).pipe(
    Effect.flatMap(body),
    Effect.provideService(Files, runtimeFiles),
    Effect.provideService(Compression, runtimeCompression),
  )
