/**
 * What clusters need of Deno, under a name that type checks of programs for other runtimes do not ask for.
 *
 * @module
 */

/** What a program has written, and whether it has succeeded. */
export interface CommandOutput {
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly success: boolean
}

/** How a program is started. */
export interface CommandOptions {
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly stdin: "null"
  readonly signal: AbortSignal
  readonly cwd?: string
}

/** The functions of Deno that are used. */
export interface DenoApi {
  readonly version: { readonly deno: string }
  readonly execPath: () => string
  readonly readFile: (path: string) => Promise<Uint8Array>
  readonly writeTextFile: (path: string, text: string) => Promise<void>
  readonly makeTempDir: (options: { readonly prefix: string }) => Promise<string>
  readonly remove: (path: string, options: { readonly recursive: boolean }) => Promise<void>
  readonly permissions: {
    readonly querySync: (
      permission: { readonly name: string },
    ) => { readonly state: string; readonly partial?: boolean }
  }
  readonly Command: new (program: string, options: CommandOptions) => { readonly output: () => Promise<CommandOutput> }
  readonly stdin: { readonly readable: ReadableStream<Uint8Array> }
}

/** Deno. The modules of clusters are loaded on Deno only. */
export const deno: DenoApi = (globalThis as unknown as { readonly Deno: DenoApi }).Deno
