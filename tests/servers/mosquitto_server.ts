/** An MQTT server for tests, which `tests/servers/mosquitto.sh` starts and removes. */
import { testServer } from "./launching.ts"

/** Where the server listens, and for whom. */
export type MosquittoListener = "plain" | "webSocket" | "password" | "tls" | "secureWebSocket"

/** A server for the tests of one file. Its members other than `available` are for use inside tests. */
export interface MosquittoServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The URL of a listener. */
  readonly url: (listener?: MosquittoListener) => string
  /** The port of the listener for all clients. */
  readonly port: () => number
  /** The certificate authority of its TLS listeners, as PEM text. */
  readonly ca: () => Promise<string>
  /**
   * Stops the server, or starts it again. It stores sessions and their messages when it is stopped, but not when it is killed.
   * Undefined for a server that the tests have not started.
   */
  readonly command: ((command: "stop" | "kill" | "start") => Promise<void>) | undefined
}

const VARIABLES: Readonly<Record<MosquittoListener, string>> = {
  plain: "MQTT_URL",
  webSocket: "MQTT_WS_URL",
  password: "MQTT_PASSWORD_URL",
  tls: "MQTT_TLS_URL",
  secureWebSocket: "MQTT_WSS_URL",
}

/** The server for the tests of a file. Called once in a file, before its tests. Without a server it prints what is missing. */
export const mosquittoServer = (file: string): MosquittoServer => {
  const { available, command, setting } = testServer(file, {
    name: "mosquitto",
    script: "mosquitto.sh",
    variable: VARIABLES.plain,
  })
  const url: MosquittoServer["url"] = (listener = "plain") => setting(VARIABLES[listener])
  return {
    available,
    url,
    port: () => Number(new URL(url()).port),
    ca: () => Deno.readTextFile(setting("MQTT_TLS_CA")),
    command,
  }
}
