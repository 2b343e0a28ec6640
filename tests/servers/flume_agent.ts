/** Flume agents for tests, which `tests/servers/flume.sh` starts and removes. */
import { testServer } from "./launching.ts"

/** The way of events through an agent: pushed in one of five ways, or waiting in one of two sinks until they are polled. */
export type Pipeline = "PLAIN" | "DEFLATE" | "TLS" | "TLS_DEFLATE" | "OLD" | "SINK_1" | "SINK_2"

/** A connection that events are given to. */
export interface Lines extends Disposable {
  /** Gives the agent events with these bodies, and returns when its channel has them. */
  readonly send: (lines: ReadonlyArray<string>) => Promise<void>
}

/** An agent for the tests of one file. Its members other than `available` are for use inside tests. */
export interface FlumeAgent {
  /** Whether there is an agent. Without one, tests are ignored. */
  readonly available: boolean
  readonly connect: (pipeline: Pipeline) => Promise<Lines>
  /** The port of this machine that a pipeline pushes to, or that its sink listens on. */
  readonly port: (pipeline: Pipeline) => number
  /** The certificate of a receiver that the agent trusts. */
  readonly certificate: () => { readonly cert: string; readonly key: string }
  /**
   * Kills the agent, with the events in its memory, or starts it again. Undefined for an agent that the tests have not started.
   */
  readonly command: ((command: "stop" | "start") => Promise<void>) | undefined
}

const connect = async (port: number): Promise<Lines> => {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port })
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
  return { send, [Symbol.dispose]: () => connection.close() }
}

/** The agent for the tests of a file. Called before the tests. Without an agent it prints what is missing. */
export const flumeAgent = (file: string, kind: "push" | "poll"): FlumeAgent => {
  const { available, command, setting } = testServer(file, {
    name: "a Flume agent",
    script: "flume.sh",
    kinds: [kind],
    variable: kind === "push" ? "FLUME_PLAIN_TO" : "FLUME_SINK_1",
    advice: "Install Java and Maven; Flume is then downloaded once",
  })
  const portOf = (variable: string) => Number(setting(variable).split(":")[1])
  return {
    available,
    connect: (pipeline) => connect(portOf(`FLUME_${pipeline}_LINES`)),
    port: (pipeline) => portOf(`FLUME_${pipeline}${pipeline.startsWith("SINK") ? "" : "_TO"}`),
    certificate: () => ({
      cert: Deno.readTextFileSync(setting("FLUME_TLS_CERT")),
      key: Deno.readTextFileSync(setting("FLUME_TLS_KEY")),
    }),
    command: command && ((text) => command(`${text} ${kind}`)),
  }
}
