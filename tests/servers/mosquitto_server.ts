/** An MQTT server for tests, which `tests/servers/mosquitto.sh` starts and removes. */

/** A server for the tests of one file. Its members other than `available` are for use inside tests. */
export interface MosquittoServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The ports of its listeners. */
  readonly ports: {
    readonly plain: number
    readonly webSocket: number
    readonly password: number
    readonly tls: number
  }
  /** The certificate authority of its TLS listener, as PEM text. */
  readonly ca: () => Promise<string>
  /** Starts it after `stop`. */
  readonly start: () => Promise<void>
  /** Stops it. Sessions and their messages are stored, unless it is killed. */
  readonly stop: (how?: "stop" | "kill") => Promise<void>
}

const SCRIPT = decodeURIComponent(new URL("./mosquitto.sh", import.meta.url).pathname)

const freePorts = (): [number, number, number, number] => {
  const listeners = [0, 1, 2, 3].map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }))
  const ports = listeners.map(({ addr }) => addr.port)
  for (const listener of listeners) listener.close()
  return ports as [number, number, number, number]
}

/** Why there can be no server. Undefined if there can. */
const missing = (): string | undefined => {
  if (Deno.build.os === "windows") return "no server is started on Windows"
  const { stderr, success } = new Deno.Command("sh", { args: [SCRIPT, "install"], stdin: "null" }).outputSync()
  return success ? undefined : new TextDecoder().decode(stderr).trim()
}

/** A server that the tests start. */
class Own {
  readonly #folder = Deno.makeTempDirSync({ prefix: "dstream-mosquitto-" })
  readonly #listeners = freePorts()
  readonly #process = new Deno.Command("sh", {
    args: [SCRIPT, "run", this.#folder, ...this.#listeners.map(String)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn()
  readonly #input = this.#process.stdin.getWriter()
  readonly #answers = this.#process.stdout.getReader()

  get ports(): MosquittoServer["ports"] {
    const [plain, webSocket, password, tls] = this.#listeners
    return { plain, webSocket, password, tls }
  }

  readonly ca = () => Deno.readTextFile(`${this.#folder}/ca.pem`)

  async order(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${text}\n`))
    const { done } = await this.#answers.read()
    if (done) throw new Error("mosquitto.sh has ended")
  }

  async start(): Promise<void> {
    await this.order("start")
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const open = await Promise.all(this.#listeners.map((port) => isListening(port)))
      if (open.every(Boolean)) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`mosquitto does not start:\n${await Deno.readTextFile(`${this.#folder}/log`)}`)
  }

  async end(): Promise<void> {
    await this.#input.close()
    await this.#process.status
    await this.#answers.cancel()
  }
}

const isListening = async (port: number): Promise<boolean> => {
  try {
    ;(await Deno.connect({ hostname: "127.0.0.1", port })).close()
    return true
  } catch {
    return false
  }
}

/** The server for the tests of a file. Called once in a file, before its tests. Without a server it prints what is missing. */
export const mosquittoServer = (file: string): MosquittoServer => {
  const why = missing()
  if (why !== undefined) console.warn(`SKIPPED: ${file.split("/").slice(-3).join("/")} needs mosquitto: ${why}`)
  let own: Own | undefined
  if (why === undefined) {
    Deno.test.beforeAll(async () => {
      own = new Own()
      await own.start()
    })
    Deno.test.afterAll(() => own?.end())
  }
  const running = () => {
    if (own === undefined) throw new Error("the server is started before the first test")
    return own
  }
  return {
    available: why === undefined,
    get ports() {
      return running().ports
    },
    ca: () => running().ca(),
    start: () => running().start(),
    stop: (how = "stop") => running().order(how),
  }
}
