/**
 * The permissions of tasks: those of the driver, never more.
 *
 * Deno tells whether a permission is granted as a whole, but not which parts of one are. So tasks get what the driver has
 * as a whole (`--allow-net`). Of a permission that the driver has in part (`--allow-net=example.com`), or with exceptions
 * (`--deny-net=example.com`), tasks get only the parts that the program names, if the driver has them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { PermissionNotGranted } from "./errors.ts"
import type { Permission } from "../options.ts"
import { deno } from "../runtime.ts"

const names = ["read", "write", "net", "env", "run", "sys", "ffi", "import"] as const

const isGranted = (descriptor: { readonly name: string }): boolean => {
  const { partial, state } = deno.permissions.querySync(descriptor)
  return state === "granted" && !partial
}

/** The part of a permission that a descriptor names, or undefined for all of it. */
const partOf = (descriptor: Permission): string | undefined => {
  const { command, host, kind, path, variable }: {
    readonly command?: string | URL
    readonly host?: string
    readonly kind?: string
    readonly path?: string | URL
    readonly variable?: string
  } = descriptor
  return [command, host, kind, path, variable].find((part) => part !== undefined)?.toString()
}

const flagOf = (descriptor: Permission): string => {
  const part = partOf(descriptor)
  // A comma separates the parts of a flag.
  return `--allow-${descriptor.name}` + (part === undefined ? "" : `=${part.replaceAll(",", ",,")}`)
}

/**
 * Makes the flags of Deno that give tasks the driver's permissions. `parts` names parts of permissions that the driver has
 * in part. Asks for no permission.
 */
export const taskPermissions = (
  parts: ReadonlyArray<Permission>,
): Effect.Effect<ReadonlyArray<string>, PermissionNotGranted> =>
  Effect.suspend(() => {
    const whole = names.filter((name) => isGranted({ name }))
    const needed = parts.filter(({ name }) => !whole.some((granted) => granted === name))
    const missing = needed.find((descriptor) => !isGranted(descriptor))
    return missing === undefined
      ? Effect.succeed([...whole.map((name) => `--allow-${name}`), ...needed.map(flagOf)])
      : Effect.fail(new PermissionNotGranted({ flag: flagOf(missing) }))
  })
