/** Tests with a schema of their own on a PostgreSQL server. */
import * as Effect from "effect/Effect"
import { connect } from "../../lib/connector/postgres/client.ts"
import type { Testing } from "../../lib/testing.ts"
import { type PostgresServer, postgresServer } from "../servers/postgres_server.ts"

type Rows = Array<Array<unknown>>

/** The schema of a test, with a table `words`. The marks are in this schema too. */
export interface Database {
  /** The URL of the server, with the schema as search path. */
  readonly url: string
  /** The application name of connections with this URL. */
  readonly application: string
  /** Runs a statement, in which `$schema` stands for the schema of the test. */
  readonly query: (sql: string) => Promise<Rows>
  /** Waits until `count` connections with this URL wait for a lock. */
  readonly waiting: (count: number) => Promise<void>
}

type Body = (database: Database, engine: Testing.EngineName) => Promise<void>

interface Choice {
  readonly engines?: ReadonlyArray<Testing.EngineName>
  readonly ignore?: boolean
}

/** The server for the tests of a file, and how to declare them. */
export interface Databases {
  readonly server: PostgresServer
  /** Runs a statement outside of any test's schema. */
  readonly query: (sql: string) => Promise<Rows>
  /** Declares a test for each engine, or for those given, with a schema of its own. */
  readonly withDatabase: (name: string, body: Body, choice?: Choice) => void
}

const ENGINES: ReadonlyArray<Testing.EngineName> = ["local", "closures", "loopback"]

/** Called once in a file, before its tests. */
export const databases = (file: string): Databases => {
  const server = postgresServer(file)
  const query = (sql: string): Promise<Rows> =>
    Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const connection = yield* connect(server.url(), 5000)
      const { rows } = yield* connection.query(sql)
      return rows.map((row) => Object.values(row))
    })))
  const schemaOf = async (schema: string): Promise<Database> => {
    await query(`CREATE SCHEMA ${schema}`)
    await query(`CREATE TABLE ${schema}.words (time BIGINT, word TEXT)`)
    const url = new URL(server.url())
    url.searchParams.set("options", `-c search_path=${schema}`)
    url.searchParams.set("application_name", schema)
    return {
      url: url.href.replaceAll("+", "%20"),
      application: schema,
      query: (sql) => query(sql.replaceAll("$schema", schema)),
      waiting: async (count) => {
        const waits = `application_name = '${schema}' AND wait_event_type = 'Lock'`
        let found: unknown
        while (found !== count) {
          const rows = await query(`SELECT count(*)::int FROM pg_stat_activity WHERE ${waits}`)
          found = rows[0]?.[0]
        }
      },
    }
  }
  return {
    server,
    query,
    withDatabase: (name, body, { engines = ENGINES, ignore = false } = {}) => {
      for (const engine of engines) {
        Deno.test({
          name: `${name} [${engine}]`,
          ignore: ignore || !server.available,
          sanitizeOps: true,
          sanitizeResources: true,
          sanitizeExit: true,
          fn: async () => {
            const schema = `test_${crypto.randomUUID().replaceAll("-", "")}`
            const database = await schemaOf(schema)
            await body(database, engine).finally(() => query(`DROP SCHEMA ${schema} CASCADE`))
          },
        })
      }
    },
  }
}
