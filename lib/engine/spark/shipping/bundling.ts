/**
 * Bundles: single files with all code that workers need, made by `deno bundle`.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { embedFiles } from "./embedding.ts"
import { BundlingFailed } from "./errors.ts"
import { hashed, type ShippedFile } from "./hashed.ts"
import { type CommandOutput, deno } from "../runtime.ts"

/** The modules of a program's bundle. */
export interface BundleOptions {
  /**
   * The URL of the module that makes the bundle's functions. It exports `makeRunTask`, which gets the exports of `modules`
   * by URL, and returns `runTask`.
   */
  readonly entry: string
  /** The URLs of the modules with the user's functions. */
  readonly modules: ReadonlyArray<string>
}

/** The module to make a bundle of. Modules of a bundle have no URLs of their own, so each comes with the URL it had. */
const entrySource = ({ entry, modules }: BundleOptions): string => {
  const text = (value: string) => JSON.stringify(value)
  return [
    `import { makeRunTask } from ${text(entry)}`,
    ...modules.map((url, i) => `import * as module${i} from ${text(url)}`),
    `export const runTask = makeRunTask(new Map([${
      modules.map((url, i) => `[${text(url)}, module${i}]`).join(", ")
    }]))`,
    "",
  ].join("\n")
}

/** The directory in which Deno finds the configuration of a module. It looks in all directories above too. */
const directoryOf = (module: string): string | undefined =>
  module.startsWith("file:") ? fileURLToPath(new URL(".", module)) : undefined

/** Starts Deno. It has ended when the effect has, also if that is interrupted. */
const outputOf = (
  module: string,
  args: ReadonlyArray<string>,
): Effect.Effect<CommandOutput, BundlingFailed> =>
  Effect.suspend(() => {
    const failed = (cause: unknown) => new BundlingFailed({ module, text: String(cause) })
    const cwd = directoryOf(module)
    const stopping = new AbortController()
    const start = Effect.try({
      try: () =>
        new deno.Command(deno.execPath(), {
          args: ["bundle", "--quiet", "--no-lock", "--platform=deno", ...args],
          env: { NO_COLOR: "1" },
          stdin: "null",
          signal: stopping.signal,
          ...cwd === undefined ? {} : { cwd },
        }).output(),
      catch: failed,
    })
    return Effect.flatMap(start, (output) =>
      Effect.onInterrupt(
        Effect.tryPromise({ try: () => output, catch: failed }),
        () => Effect.promise(() => (stopping.abort(), output.catch(() => undefined))),
      ))
  })

const runDeno = (
  module: string,
  args: ReadonlyArray<string>,
): Effect.Effect<Uint8Array, BundlingFailed> =>
  outputOf(module, args).pipe(
    Effect.flatMap(({ stderr, stdout, success }) =>
      success
        ? Effect.succeed(stdout)
        : Effect.fail(new BundlingFailed({ module, text: firstLines(new TextDecoder().decode(stderr)) }))
    ),
    // Deno unpacks its bundler at first use, and fails where two processes do so at once.
    Effect.retry({ times: 3, while: ({ text }) => /failed to \w+ esbuild/.test(text) }),
  )

/** What Deno reports, without the stack trace of Deno itself. */
const firstLines = (text: string): string => text.split("\nStack backtrace:")[0]!.trim().replace(/^error: /, "")

/** Bundles one module. */
export const bundleModule = (module: string): Effect.Effect<Uint8Array, BundlingFailed> =>
  runDeno(module, ["--minify", module])

const temporaryDirectory = (module: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => deno.makeTempDir({ prefix: "dstream_bundle_" }),
      catch: (cause) => new BundlingFailed({ module, text: String(cause) }),
    }),
    (path) => Effect.ignore(Effect.tryPromise(() => deno.remove(path, { recursive: true }))),
  )

/**
 * Bundles the user's modules with the library's functions for tasks. The bytes and the name depend on the code alone.
 * Function names stay as they are, as do the stack traces of errors. `import.meta.main` is false in a bundle.
 */
export const bundleProgram = (options: BundleOptions): Effect.Effect<ShippedFile, BundlingFailed> =>
  Effect.scoped(Effect.gen(function* () {
    const module = options.modules[0] ?? options.entry
    const directory = yield* temporaryDirectory(module)
    const file = `${directory}/program.ts`
    yield* Effect.tryPromise({
      try: () => deno.writeTextFile(file, entrySource(options)),
      catch: (cause) => new BundlingFailed({ module, text: String(cause) }),
    })
    const bytes = yield* runDeno(module, [file])
    const bundle = yield* embedFiles(new TextDecoder().decode(bytes), directoryOf(module) ?? ".")
    // A comment has the path of each module, and this directory has another name every time.
    const text = bundle.replaceAll(basename(directory), "dstream_bundle")
    return hashed("dstream-program", ".js", new TextEncoder().encode(text))
  }))
