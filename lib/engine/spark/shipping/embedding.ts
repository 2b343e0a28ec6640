/**
 * Embeds files in a bundle that its modules read when they are loaded, such as WebAssembly of a package. A bundle has no files
 * beside itself.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { resolve } from "node:path"
import { readFile } from "node:fs/promises"

/** Reads a file beside the module: `readFileSync(new URL("native.wasm", import.meta.url))`. */
const READ = /\breadFileSync\d*\(new URL\("(\.[^"]+)", import\.meta\.url\)\)/g

/** What `deno bundle` writes above the code of each module: a comment with its path, relative to the current directory. */
const PATH = "\n// "

/** The path of the module whose code is at an index; undefined if there is no such comment above it. */
const moduleAt = (bundle: string, index: number): string | undefined => {
  const start = bundle.lastIndexOf(PATH, index)
  return start < 0 ? undefined : bundle.slice(start + PATH.length, bundle.indexOf("\n", start + 1))
}

/** Imports are done first, wherever they are. At the end, this one moves no line. */
const IMPORT = 'import { Buffer as embeddedFile } from "node:buffer"\n'

/**
 * Puts the content of files in the place of calls that read them. `directory` is where `deno bundle` ran. Calls of files that
 * cannot be read stay as they are: the module may not need them.
 */
export const embedFiles = (bundle: string, directory: string): Effect.Effect<string> =>
  Effect.gen(function* () {
    const contents = new Map<number, string>()
    for (const { 1: name = "", index } of bundle.matchAll(READ)) {
      const module = moduleAt(bundle, index)
      if (module === undefined) continue
      const content = yield* Effect.option(Effect.tryPromise(() => readFile(resolve(directory, module, "..", name))))
      if (content._tag === "Some") contents.set(index, content.value.toString("base64"))
    }
    if (contents.size === 0) return bundle
    const embedded = bundle.replace(READ, (call: string, _name: string, index: number) => {
      const content = contents.get(index)
      return content === undefined ? call : `embeddedFile.from("${content}", "base64")`
    })
    return embedded + IMPORT
  })
