/** An MQTT server for tests, which `tests/servers/mosquitto.sh` starts and removes. */
import { CommandedServer, isListening, scriptPath, warnSkipped, whyMissing } from "./launching.ts"

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

const SCRIPT = scriptPath("mosquitto.sh")

const freePorts = (): [number, number, number, number] => {
  const listeners = [0, 1, 2, 3].map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }))
  const ports = listeners.map(({ addr }) => addr.port)
  for (const listener of listeners) listener.close()
  return ports as [number, number, number, number]
}

/** A server that the tests start. */
class Own {
  readonly #folder = Deno.makeTempDirSync({ prefix: "dstream-mosquitto-" })
  readonly #listeners = freePorts()
  readonly #script = new CommandedServer(
    "mosquitto.sh",
    "sh",
    SCRIPT,
    "run",
    this.#folder,
    ...this.#listeners.map(String),
  )

  get ports(): MosquittoServer["ports"] {
    const [plain, webSocket, password, tls] = this.#listeners
    return { plain, webSocket, password, tls }
  }

  readonly ca = () => Deno.readTextFile(`${this.#folder}/ca.pem`)

  readonly order = (text: string) => this.#script.command(text)

  async start(): Promise<void> {
    await this.order("start")
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const open = await Promise.all(this.#listeners.map((port) => isListening(port)))
      if (open.every(Boolean)) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`mosquitto does not start:\n${await Deno.readTextFile(`${this.#folder}/log`)}`)
  }

  readonly end = () => this.#script.stop()
}

/** The server for the tests of a file. Called once in a file, before its tests. Without a server it prints what is missing. */
export const mosquittoServer = (file: string): MosquittoServer => {
  const why = whyMissing("sh", SCRIPT, "install")
  if (why !== undefined) warnSkipped(file, `mosquitto: ${why}`)
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
