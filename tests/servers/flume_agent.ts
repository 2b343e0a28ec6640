/** A Flume agent for tests, which `tests/servers/flume.sh` starts and removes. */

import { freePort } from "./free_port.ts"
import { scriptPath, warnSkipped, whyMissing } from "./launching.ts"

/** A running agent. */
export interface FlumeAgent extends AsyncDisposable {
  /** Gives the agent events with these bodies, and returns when its channel has them. */
  readonly send: (lines: ReadonlyArray<string>) => Promise<void>
}

const SCRIPT = scriptPath("flume.sh")

/** Whether agents can be started. Called in a test file before its tests; prints what is missing. */
export const canRunFlume = (file: string, kind: "push" | "poll"): boolean => {
  const why = whyMissing("sh", SCRIPT, "install", kind)
  if (why !== undefined) warnSkipped(file, `a Flume agent: ${why}`)
  return why === undefined
}

const connect = async (port: number, deadline: number): Promise<Deno.Conn> => {
  while (true) {
    try {
      return await Deno.connect({ hostname: "127.0.0.1", port })
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** How an agent passes on its events: it pushes them, compressed or not, or waits until they are fetched. */
export type SinkKind = "none" | "deflate" | "poll"

/** Starts an agent that pushes to a port of this machine, or listens on it. */
export const startAgent = async (sinkPort: number, sink: SinkKind): Promise<FlumeAgent> => {
  const folder = await Deno.makeTempDir({ prefix: "dstream-flume-" })
  const port = freePort()
  const kind = sink === "poll" ? "poll" : "push"
  const child = new Deno.Command("sh", {
    args: [SCRIPT, "run", kind, folder, String(port), String(sinkPort), sink],
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn()
  const connection = await connect(port, Date.now() + 60_000)
  const buffer = new Uint8Array(65_536)
  const send = async (lines: ReadonlyArray<string>) => {
    // Few at a time: the agent reads no more lines while it cannot write its answers.
    for (let from = 0; from < lines.length; from += 500) {
      const some = lines.slice(from, from + 500)
      const bytes = new TextEncoder().encode(some.map((line) => `${line}\n`).join(""))
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at))
      for (let left = some.length * "OK\n".length; left > 0;) {
        const n = await connection.read(buffer)
        if (n === null) throw new Error("the agent has closed the connection")
        left -= n
      }
    }
  }
  return {
    send,
    [Symbol.asyncDispose]: async () => {
      connection.close()
      await child.stdin.close()
      await child.status
    },
  }
}
