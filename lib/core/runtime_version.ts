/**
 * The oldest version of Node that the library runs on.
 *
 * @module
 */
import * as Data from "effect/Data"

/** The oldest version of Node that has everything the library uses: `Map.groupBy`, `Promise.withResolvers`, SQLite. */
const OLDEST_NODE = "22.13.0"

/** The program runs on a version of Node that lacks functions which the library needs. */
export class UnsupportedNode extends Data.Error<{
  /** The version of Node that runs the program, such as `20.11.0`. */
  readonly version: string
}> {
  readonly _tag = "UnsupportedNode" as const
  override get message(): string {
    return `DStream needs Node ${OLDEST_NODE} or newer, but this is Node ${this.version}. Update Node, or use Deno or Bun`
  }
}

/** The version of Node that runs this program; undefined on Deno, on Bun and in a browser. */
const nodeVersion = (): string | undefined => {
  const { Bun, Deno, process } = globalThis as {
    readonly Bun?: unknown
    readonly Deno?: unknown
    readonly process?: { readonly versions?: { readonly node?: string } }
  }
  return Bun === undefined && Deno === undefined ? process?.versions?.node : undefined
}

const isOlder = (version: string, than: string): boolean => {
  const [own, other] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10)))
  for (const [i, part] of (other ?? []).entries()) {
    const difference = (own?.[i] ?? 0) - part
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Returns what is wrong with the version of Node, if it is too old. */
export const unsupportedNode = (version: string | undefined = nodeVersion()): UnsupportedNode | undefined =>
  version !== undefined && isOlder(version, OLDEST_NODE) ? new UnsupportedNode({ version }) : undefined
