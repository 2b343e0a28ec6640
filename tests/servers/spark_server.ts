/** An Apache Spark cluster for tests, which `tests/servers/spark.sh` starts and removes. */
import { testServer } from "./launching.ts"

/** A cluster for the tests of one file: two executors of one core each, and a Connect server. */
export interface SparkServer {
  /** Whether there is a cluster. Without one, tests are ignored. */
  readonly available: boolean
  /** The master URL, `sc://…`. For use inside tests: the cluster is started before the first one. */
  readonly master: () => string
  /** Where the web page of the Connect server is. */
  readonly ui: () => string
  /** Has the logs, and the directories of the executors. */
  readonly folder: () => string
  /** Gives the cluster a command, as `spark.sh` describes them. Undefined for a cluster that the tests have not started. */
  readonly command: ((text: string) => Promise<void>) | undefined
}

/**
 * The cluster for the tests of a file. Called once in a file, before its tests. Without a cluster it prints what is
 * missing.
 */
export const sparkServer = (file: string): SparkServer => {
  const { available, command, setting } = testServer(file, {
    name: "a Spark cluster",
    script: "spark.sh",
    variable: "SPARK_CONNECT",
    whyNot: Deno.env.get("DSTREAM_SPARK") === "1"
      ? undefined
      : "it takes minutes to start. Set DSTREAM_SPARK=1 to start one, or the variables that `deno task servers spark` prints",
    advice: "Install Java 17 and pip; Spark (450 MB) is then downloaded once",
  })
  return {
    available,
    master: () => setting("SPARK_CONNECT"),
    ui: () => setting("SPARK_UI"),
    folder: () => setting("SPARK_FOLDER"),
    command,
  }
}
