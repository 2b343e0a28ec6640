/** Block stores with real files, and engines that use them. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as SpillDirectory from "../../../lib/engine/spill_directory.ts"
import * as StateStore from "../../../lib/engine/state_store.ts"
import * as BlockStore from "../../../lib/engine/storage/block_store.ts"
import { Engine } from "../../../lib/rdd/engine.ts"
import type { Files } from "../../../lib/rdd/files/files.ts"
import type { Storage } from "../../../lib/rdd/storage.ts"

/** A temporary folder, which is removed with the scope. */
export const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir()),
  (path) => Effect.promise(() => Deno.remove(path, { recursive: true })),
)

/** A store with a limit in bytes, whose files are in a folder. */
export const storeIn = (
  path: string,
  limit: number,
  files: Files = runtimeFiles,
): Effect.Effect<Storage, never, Scope.Scope> =>
  Effect.flatMap(SpillDirectory.make(files, path, true), (directory) => BlockStore.make({ limit, files, directory }))

/** The files below a folder, by their paths. */
export const filesIn = (path: string): Array<string> =>
  Array.from(Deno.readDirSync(path)).flatMap(({ isDirectory, name }) =>
    isDirectory ? filesIn(`${path}/${name}`) : [`${path}/${name}`]
  )

/** A local engine with a store. */
export const engineOn = (
  storage: Storage,
  options: Partial<LocalEngine.Options> = {},
): Layer.Layer<Engine> =>
  Layer.effect(Engine, LocalEngine.make({ parallelism: 2, ...options, storage })).pipe(
    Layer.provide(StateStore.layerMemory),
  )
