/** An HDFS server for tests, which `tests/servers/hdfs.sh` starts and removes. */
import { CommandedServer, scriptPath, warnSkipped, whyMissing } from "./launching.ts"

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

const SCRIPT = scriptPath("hdfs.sh")

/**
 * The server for the tests of a file. Called once in a file, before its tests. Without a server it prints what is
 * missing.
 */
export const hdfsServer = (file: string): HdfsServer => {
  const why = whyMissing("bash", SCRIPT, "download")
  if (why !== undefined) {
    warnSkipped(file, `an HDFS server: ${why}. Install Java and Maven; Hadoop is then downloaded once`)
  }
  let own: CommandedServer | undefined
  let settings: Readonly<Record<string, string>> = {}
  if (why === undefined) {
    Deno.test.beforeAll(async () => {
      own = new CommandedServer("HDFS", "bash", SCRIPT, "run")
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
