/**
 * Servers for tests, which a script fetches into a cache and runs. Each test file has a server of its own, which ends with
 * the process of the tests.
 */
import { freePort } from "./free_port.ts"
import { isListening, scriptPath, warnSkipped, whyMissing } from "./launching.ts"

/** A server for the tests of one file. */
export interface TestServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The port it listens on. For use inside tests: the server is started before the first one. */
  readonly port: () => number
}

/** How long a server may take to start: a JVM on a busy machine takes half a minute. */
const START_MS = 120_000

interface Running {
  readonly port: number
  readonly stop: () => Promise<void>
}

const start = async (script: string, kind: string): Promise<Running> => {
  for (let attempt = 1;; attempt++) {
    const folder = Deno.makeTempDirSync({ prefix: `dstream-${kind}-` })
    const port = freePort()
    const child = new Deno.Command("sh", {
      args: [script, "run", kind, String(port), folder],
      stdin: "piped",
      stdout: "null",
      stderr: "inherit",
    }).spawn()
    const stop = async () => {
      await child.stdin.close()
      await child.status
    }
    for (const deadline = Date.now() + START_MS; Date.now() < deadline;) {
      if (await isListening(port)) return { port, stop }
      const log = await Deno.readTextFile(`${folder}/log`).catch(() => "")
      if (/Traceback|Exception|rror: /.test(log)) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const log = await Deno.readTextFile(`${folder}/log`).catch(() => "")
    await stop()
    if (attempt === 3) throw new Error(`${kind} does not start:\n${log}`)
  }
}

/**
 * A server of a kind, which a script beside this file knows. Called in a test file before its tests. If the server cannot be
 * fetched, prints why, and that the tests of the file are skipped.
 */
export const scriptedServer = (file: string, script: string, kind: string): TestServer => {
  const path = scriptPath(script)
  const why = whyMissing("sh", path, "install", kind)
  if (why !== undefined) {
    warnSkipped(file, `a server of kind ${kind}: ${why}`)
    return { available: false, port: () => 0 }
  }
  let running: Running | undefined
  Deno.test.beforeAll(async () => {
    running = await start(path, kind)
  })
  Deno.test.afterAll(() => running?.stop())
  return { available: true, port: () => running?.port ?? 0 }
}
