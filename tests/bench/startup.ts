/** The example `network_word_count.ts` in a process of its own: how soon it is connected, and how much memory it takes. */
import { textBytes } from "./data.ts"
import { figure } from "./measure.ts"
import { megabytes as memoryOf } from "./memory.ts"
import type { Bench } from "./report.ts"
import type { Size } from "./size.ts"

const RATE = 100_000
/** How many lines are sent at once. */
const LINES = 1000
const STARTS = 9
const LOADS = 3
const IDLE_MS = 5000
const LOADED_MS = 10_000

const CONNECTED = "from start to connected"
const IDLE = "resident memory, idle"
const LOADED = `resident memory at ${RATE.toLocaleString("en")} lines a second`
/** Collects short-lived objects sooner. */
const FLAG = "--max-semi-space-size=4"
const LIMITED = `${LOADED}, with ${FLAG}`

const root = new URL("../../", import.meta.url)

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Starts the example, with options of Deno, and gives its connection to `use`, with the milliseconds until then. */
const withExample = async (
  use: (connection: Deno.TcpConn, pid: number, millis: number) => Promise<void>,
  options: ReadonlyArray<string> = [],
): Promise<void> => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const from = performance.now()
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...options, "examples/network_word_count.ts", "127.0.0.1", String(listener.addr.port)],
    cwd: root,
    stdout: "piped",
  }).spawn()
  const drained = child.stdout.pipeTo(new WritableStream()).catch(() => {})
  try {
    using connection = await listener.accept()
    await use(connection, child.pid, performance.now() - from)
  } finally {
    child.kill("SIGKILL")
    await child.status
    await drained
  }
}

/** Sends lines at the rate, for as long as given. */
const send = async (connection: Deno.Conn, millis: number): Promise<void> => {
  const text = textBytes(0, LINES)
  const from = performance.now()
  for (let sent = 0;; sent += LINES) {
    const now = performance.now() - from
    if (now >= millis) return
    const early = (sent / RATE) * 1000 - now
    if (early > 1) await pause(early)
    for (let at = 0; at < text.length;) at += await connection.write(text.subarray(at))
  }
}

const memory = async (
  size: Size,
): Promise<ReadonlyArray<readonly [name: string, used: ReadonlyArray<number>]>> => {
  const [idle, loaded, limited]: [Array<number>, Array<number>, Array<number>] = [[], [], []]
  const scale = size.isQuick ? 0.05 : 1
  for (let round = 0; round < (size.isQuick ? 1 : LOADS); round++) {
    await withExample(async (connection, pid) => {
      await pause(IDLE_MS * scale)
      idle.push(await memoryOf(pid, "VmRSS") ?? NaN)
      await send(connection, LOADED_MS * scale)
      loaded.push(await memoryOf(pid, "VmRSS") ?? NaN)
    })
    await withExample(async (connection, pid) => {
      await send(connection, LOADED_MS * scale)
      limited.push(await memoryOf(pid, "VmRSS") ?? NaN)
    }, [`--v8-flags=${FLAG}`])
  }
  return idle.some(Number.isNaN) ? [] : [[IDLE, idle], [LOADED, loaded], [LIMITED, limited]]
}

/** The benchmarks of this file. */
export const startup: Readonly<Record<string, Bench>> = {
  startup: async (size) => {
    const times: Array<number> = []
    for (let round = 0; round < (size.isQuick ? 1 : STARTS); round++) {
      await withExample((_connection, _pid, millis) => {
        times.push(millis)
        return Promise.resolve()
      })
    }
    const used = await memory(size)
    const most = used.length === 0 ? [] : [{ of: IDLE, most: 100 }, { of: LOADED, most: 200 }]
    return {
      title: "the example network_word_count.ts",
      figures: [figure(CONNECTED, times), ...used.map(([name, megabytes]) => figure(name, megabytes, { unit: "MB" }))],
      goals: [{ of: CONNECTED, most: 150 }, ...most],
    }
  },
}
