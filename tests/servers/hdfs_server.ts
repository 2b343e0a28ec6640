/** An HDFS server for tests, which `tests/servers/hdfs.sh` starts and removes. */

/** A server for the tests of one file. */
export interface HdfsServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The host and port of WebHDFS. For use inside tests: the server is started before the first one. */
  readonly http: () => string
  /** The host and port of Hadoop's own protocol. */
  readonly rpc: () => string
  /** The user that may do everything. */
  readonly superuser: string
  /** Makes the NameNode refuse changes, or accept them again. */
  readonly safeMode: (mode: "enter" | "leave") => Promise<void>
}

const SCRIPT = new URL("./hdfs.sh", import.meta.url).pathname

/** Why there can be no server. Undefined if there can; Hadoop is in the cache then. */
const missing = (): string | undefined => {
  if (Deno.build.os === "windows") return "no server is started on Windows"
  try {
    const { code, stderr } = new Deno.Command("bash", { args: [SCRIPT, "download"], stdin: "null" }).outputSync()
    return code === 0 ? undefined : new TextDecoder().decode(stderr).trim()
  } catch {
    return "bash is not on the PATH"
  }
}

/** A server that the tests start. */
class Own {
  readonly #process = new Deno.Command("bash", {
    args: [SCRIPT, "run"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn()
  readonly #input = this.#process.stdin.getWriter()
  readonly #lines = this.#process.stdout.getReader()
  readonly #errors = new Response(this.#process.stderr).text()
  #text = ""

  /** Reads what the server says until a command, or the start, is done. */
  async done(): Promise<Readonly<Record<string, string>>> {
    while (!/^done$/m.test(this.#text)) {
      const { done, value } = await this.#lines.read()
      if (done) throw new Error(`HDFS does not start:\n${await this.#errors}`)
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

/**
 * The server for the tests of a file. Called once in a file, before its tests. Without a server it prints what is
 * missing.
 */
export const hdfsServer = (file: string): HdfsServer => {
  const why = missing()
  if (why !== undefined) {
    const name = new URL(file).pathname.split("/").slice(-4).join("/")
    console.warn(
      `SKIPPED: ${name} needs an HDFS server: ${why}. Install Java and Maven; Hadoop is then downloaded once`,
    )
  }
  let own: Own | undefined
  let settings: Readonly<Record<string, string>> = {}
  if (why === undefined) {
    Deno.test.beforeAll(async () => {
      own = new Own()
      settings = await own.done()
    })
    Deno.test.afterAll(() => own?.stop())
  }
  return {
    available: why === undefined,
    http: () => settings["HDFS_HTTP"] ?? "",
    rpc: () => settings["HDFS_RPC"] ?? "",
    superuser: "hdfs",
    safeMode: (mode) => own?.command(`safemode ${mode}`) ?? Promise.resolve(),
  }
}
