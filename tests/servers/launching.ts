/** What the servers of tests share: whether they can be fetched, and how they are started and given commands. */

/** The path of a script beside this file. */
export const scriptPath = (name: string): string => decodeURIComponent(new URL(name, import.meta.url).pathname)

/** Runs a script that fetches a server into a cache. Gives the reason if there can be no server. */
export const whyMissing = (
  shell: "sh" | "bash",
  script: string,
  ...args: ReadonlyArray<string>
): string | undefined => {
  if (Deno.build.os === "windows") return "no server is started on Windows"
  try {
    const { stderr, success } = new Deno.Command(shell, { args: [script, ...args], stdin: "null" }).outputSync()
    return success ? undefined : new TextDecoder().decode(stderr).trim()
  } catch {
    return `${shell} is not on the PATH`
  }
}

/** Says that the tests of a file are skipped, and why. */
export const warnSkipped = (file: string, why: string): void =>
  console.warn(`SKIPPED: ${new URL(file).pathname.split("/").slice(-3).join("/")} needs ${why}`)

/** Whether something listens on a port of this machine. */
export const isListening = async (port: number): Promise<boolean> => {
  try {
    ;(await Deno.connect({ hostname: "127.0.0.1", port })).close()
    return true
  } catch {
    return false
  }
}

/** A server that a script runs until its standard input ends. It does what each line says, and answers with "done". */
export class CommandedServer {
  readonly #process: Deno.ChildProcess
  readonly #name: string
  readonly #input: WritableStreamDefaultWriter<Uint8Array>
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>
  readonly #errors: Promise<string>
  #text = ""

  constructor(name: string, shell: "sh" | "bash", script: string, ...args: ReadonlyArray<string>) {
    this.#name = name
    this.#process = new Deno.Command(shell, {
      args: [script, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn()
    this.#input = this.#process.stdin.getWriter()
    this.#lines = this.#process.stdout.getReader()
    this.#errors = new Response(this.#process.stderr).text()
  }

  /** The end of the script. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#process.status
  }

  /** Reads what the script says until a command, or the start, is done. Gives its lines KEY=VALUE. */
  async done(): Promise<Readonly<Record<string, string>>> {
    while (!/^done$/m.test(this.#text)) {
      const { done, value } = await this.#lines.read()
      if (done) throw new Error(`${this.#name} has ended:\n${await this.#errors}`)
      this.#text += new TextDecoder().decode(value)
    }
    const said = this.#text
    this.#text = ""
    return Object.fromEntries(said.matchAll(/^(\w+)=(.*)$/gm).map(([, key, value]) => [key, value]))
  }

  async command(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${text}\n`))
    await this.done()
  }

  /** Stops the server and waits for the end of its script. */
  async stop(): Promise<void> {
    try {
      // A script that still waits for its server does not read its input.
      this.#process.kill("SIGTERM")
    } catch {
      // It has ended.
    }
    await this.#input.close().catch(() => {})
    await this.#process.status
    await this.#lines.cancel()
    await this.#errors
  }
}

/** How the tests of a file get a server. */
export interface ServerOptions {
  /** What it is, for messages: "an HDFS server". */
  readonly name: string
  /** The name of its script beside this file. */
  readonly script: string
  /** Which of the servers of the script to run. Default: all. */
  readonly kinds?: ReadonlyArray<string>
  /** A variable that the script prints. If the environment has it, the tests use the server that it belongs to. */
  readonly variable: string
  /** How to get the server, for the message that there is none. */
  readonly advice?: string
  /** Why tests do not start one of their own now; undefined if they may. */
  readonly whyNot?: string | undefined
}

/** A server for the tests of one file. */
export interface TestServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** A variable that the script has printed. For use inside tests: the server is started before the first one. */
  readonly setting: (name: string) => string
  /** Gives the script a command. Undefined for a server that the tests have not started. */
  readonly command: ((text: string) => Promise<void>) | undefined
}

/**
 * A server for the tests of a file: the one whose variables are set, as `deno task servers` prints them, or else one of its own.
 * Called before the tests. Without a server it prints what is missing.
 */
export const testServer = (
  file: string,
  { advice, kinds = [], name, script, variable, whyNot }: ServerOptions,
): TestServer => {
  const given = Deno.env.has(variable)
  const missing = given ? undefined : whyNot ?? whyMissing("bash", scriptPath(script), "download", ...kinds)
  if (missing !== undefined) warnSkipped(file, `${name}: ${missing}${advice === undefined ? "" : `. ${advice}`}`)
  const isOwn = !given && missing === undefined
  let own: CommandedServer | undefined
  let settings: Readonly<Record<string, string>> = given ? Deno.env.toObject() : {}
  if (isOwn) {
    Deno.test.beforeAll(async () => {
      own = new CommandedServer(name, "bash", scriptPath(script), "run", ...kinds)
      settings = await own.done()
    })
    Deno.test.afterAll(() => own?.stop())
  }
  return {
    available: missing === undefined,
    setting: (name) => settings[name] ?? "",
    command: isOwn ? (text) => own?.command(text) ?? Promise.resolve() : undefined,
  }
}
