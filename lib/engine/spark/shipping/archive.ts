/**
 * The archive that makes executors start workers: the worker program, the script that starts it and, if wanted, Deno.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { packTar, type TarEntry } from "modern-tar"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import type { WorkerSettings } from "../worker/settings.ts"
import { bundleModule } from "./bundling.ts"
import { type BundlingFailed, DenoUnreadable } from "./errors.ts"
import { hashed, type ShippedFile } from "./hashed.ts"
import { type DenoPlace, launcher } from "./launcher.ts"
import { deno } from "../runtime.ts"

/** The worker program. */
const PROGRAM = new URL("../worker/main.ts", import.meta.url).href

const EXECUTABLE = 0o755
const READABLE = 0o644

/** An entry without a time, so that equal contents make equal archives. */
const entry = (name: string, mode: number, bytes: Uint8Array): TarEntry => ({
  header: { name: `bin/${name}`, size: bytes.length, mode, mtime: new Date(0), type: "file" },
  body: bytes,
})

const readDeno = Effect.suspend(() => {
  const path = deno.execPath()
  return Effect.tryPromise({ try: () => deno.readFile(path), catch: (cause) => new DenoUnreadable({ path, cause }) })
})

/** Makes the archive, and names it after its contents. With Deno in it, it has about 48 MB, and without 70 KB. */
export const makeArchive = (
  place: DenoPlace,
  settings: WorkerSettings,
): Effect.Effect<ShippedFile, BundlingFailed | DenoUnreadable> =>
  Effect.gen(function* () {
    const files = [
      entry("worker", EXECUTABLE, new TextEncoder().encode(launcher(place, settings))),
      entry("worker.js", READABLE, yield* bundleModule(PROGRAM)),
      ...place.kind === "archive" ? [entry("deno", EXECUTABLE, yield* readDeno)] : [],
    ]
    // Deno compresses hardly better with more effort, and takes several times as long.
    const bytes = yield* Effect.promise(async () => promisify(gzip)(await packTar(files), { level: 1 }))
    return hashed("dstream-worker", ".tgz", bytes)
  })
