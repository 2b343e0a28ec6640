/** A PostgreSQL server for tests, which `tests/servers/postgres.sh` starts and removes. */
import { testServer } from "./launching.ts"

/** A server for the tests of one file. */
export interface PostgresServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** Its URL. For use inside tests: the server is started before the first one. */
  readonly url: () => string
  /** Kills the server and starts it again at the same address. Undefined for a server that the tests have not started. */
  readonly restart: (() => Promise<void>) | undefined
}

/** The server for the tests of a file. Called once in a file, before its tests. Without a server it prints how to get one. */
export const postgresServer = (file: string): PostgresServer => {
  const { available, command, setting } = testServer(file, {
    name: "a PostgreSQL server",
    script: "postgres.sh",
    variable: "POSTGRES_URL",
    advice: "Install one, or run the tests with POSTGRES_URL=postgres://user:password@host:port/database",
  })
  return { available, url: () => setting("POSTGRES_URL"), restart: command && (() => command("restart")) }
}
