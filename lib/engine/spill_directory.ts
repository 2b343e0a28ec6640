/**
 * The directory of spill files: where it is, and whether the program may write there.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { schemeOf } from "../core/url_scheme.ts"
import { FileError, type Files } from "../rdd/files/files.ts"

interface Runtime {
  readonly Deno?: {
    readonly permissions?: {
      readonly query: (
        of: { readonly name: "read" | "write"; readonly path: string },
      ) => Promise<{ readonly state: string }>
    }
  }
  readonly process?: { readonly platform?: string }
}

const { Deno, process } = globalThis as Runtime

/** Where spill files lie by default. The variables that name another directory cannot be read without a permission. */
const defaultParent = (): string => process?.platform === "win32" ? "." : "/tmp"

/** Fails if a permission is missing: Deno would ask for it, and stop everything meanwhile. */
const check = (path: string): Effect.Effect<void, FileError> =>
  Effect.suspend(() => {
    const permissions = Deno?.permissions
    if (permissions === undefined || schemeOf(path) !== undefined) return Effect.void
    const missing = (name: string) => {
      const cause = `it needs --allow-${name}=${path}`
      return new FileError({ path, operation: "make directory", reason: "PermissionDenied", cause })
    }
    return Effect.forEach(
      ["read", "write"] as const,
      (name) =>
        Effect.flatMap(
          Effect.promise(() => permissions.query({ name, path })),
          ({ state }) => state === "granted" ? Effect.void : Effect.fail(missing(name)),
        ),
      { discard: true },
    )
  })

/**
 * Gives an effect that makes a directory of its own in `parent`, unless it is there, and gives its path. The directory is
 * removed when the scope closes. `ofRuntime` tells whether the files are those of the runtime, which needs permissions.
 */
export const make = Effect.fnUntraced(function* (
  files: Files,
  parent: string = defaultParent(),
  ofRuntime: boolean,
): Effect.fn.Return<Effect.Effect<string, FileError>, never, Scope.Scope> {
  const path = `${parent.replace(/[/\\]+$/, "")}/dstream-${crypto.randomUUID()}`
  let isMade = false
  yield* Effect.addFinalizer(() => isMade ? Effect.ignore(files.remove(path), { log: "Warn" }) : Effect.void)
  // Systems remove old directories from those for temporary files, so each file may be the first one again.
  const made = Effect.map(files.makeDirectory(path), () => {
    isMade = true
    return path
  })
  // If it is interrupted, the directory is removed nevertheless.
  return Effect.suspend(() =>
    Effect.andThen(isMade || !ofRuntime ? Effect.void : check(parent), Effect.uninterruptible(made))
  )
})
