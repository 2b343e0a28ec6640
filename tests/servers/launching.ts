/** What the servers of tests share: whether they can be fetched, and how they are started and told what to do. */

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

  async stop(): Promise<void> {
    await this.#input.close()
    await this.#process.status
    await this.#lines.cancel()
    await this.#errors
  }
}
