/** An HDFS server for tests, which `tests/servers/hdfs.sh` starts and removes. */
import { testServer } from "./launching.ts"

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
  /**
   * Makes the NameNode refuse changes, or accept them again. Undefined for a server that the tests have not started.
   */
  readonly safeMode: ((mode: "enter" | "leave") => Promise<void>) | undefined
}

/**
 * The server for the tests of a file. Called once in a file, before its tests. Without a server it prints what is
 * missing.
 */
export const hdfsServer = (file: string): HdfsServer => {
  const { available, command, setting } = testServer(file, {
    name: "an HDFS server",
    script: "hdfs.sh",
    variable: "HDFS_HTTP",
    advice: "Install Java and Maven; Hadoop is then downloaded once",
  })
  return {
    available,
    http: () => setting("HDFS_HTTP"),
    rpc: () => setting("HDFS_RPC"),
    superuser: "hdfs",
    safeMode: command && ((mode) => command(`safemode ${mode}`)),
  }
}
