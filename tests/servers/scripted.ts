/**
 * Servers for tests, which a script fetches into a cache and runs. Each test file has a server of its own, which ends with
 * the process of the tests.
 */

/** A server for the tests of one file. */
export interface TestServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The port it listens on. For use inside tests: the server is started before the first one. */
  readonly port: () => number
}

const freePort = (): number => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  return (listener.addr as Deno.NetAddr).port
}

const isListening = async (port: number): Promise<boolean> => {
  try {
    ;(await Deno.connect({ hostname: "127.0.0.1", port })).close()
    return true
  } catch {
    return false
  }
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
  const path = decodeURIComponent(new URL(script, import.meta.url).pathname)
  const installed = Deno.build.os === "windows"
    ? "no server is started on Windows"
    : (({ success, stderr }) => success ? undefined : new TextDecoder().decode(stderr).trim())(
      new Deno.Command("sh", { args: [path, "install", kind], stdin: "null" }).outputSync(),
    )
  if (installed !== undefined) {
    console.warn(`SKIPPED: ${file.split("/").slice(-3).join("/")} needs a server of kind ${kind} (${installed})`)
    return { available: false, port: () => 0 }
  }
  let running: Running | undefined
  Deno.test.beforeAll(async () => {
    running = await start(path, kind)
  })
  Deno.test.afterAll(() => running?.stop())
  return { available: true, port: () => running?.port ?? 0 }
}
