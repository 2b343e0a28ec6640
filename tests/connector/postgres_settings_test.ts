import assert from "node:assert/strict"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as DStream from "../../lib/dstream.ts"
import * as Postgres from "../../lib/postgres.ts"
import { Testing } from "../../lib/testing.ts"
import { databases } from "./postgres_database.ts"

const { server, withDatabase } = databases(import.meta.url)

const local = { engines: ["local"] } as const
/** For a server that the tests started: it asks for passwords and allows to create roles. */
const own = { engines: ["local"], ignore: server.restart === undefined } as const

const run = (options: Postgres.PostgresOptions, env: Readonly<Record<string, string>> = {}) => {
  const output = Testing.input([["a"]]).pipe(
    DStream.saveToSql(Postgres.sink(options), {
      name: "words",
      table: "words",
      columns: ["time", "word"],
      row: (word, time) => [time, word],
    }),
  )
  const layer = ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))
  return Effect.runPromise(Effect.provide(Testing.runOutputs([output]), layer))
}

/** Splits a URL into one without its password, and the password. */
const apart = (text: string): readonly [url: string, password: string] => {
  const url = new URL(text)
  const password = decodeURIComponent(url.password)
  url.password = ""
  return [url.href, password]
}

withDatabase("Postgres.sink() takes url and password as text, Redacted or Config", async (database) => {
  const [url, password] = apart(database.url)
  const env = { URL: database.url, BARE: url, PASSWORD: password, TIMEOUT: "5000" }
  const choices: ReadonlyArray<Postgres.PostgresOptions> = [
    { url: Redacted.make(database.url) },
    { url: Config.Redacted("URL"), connectTimeout: Config.Int("TIMEOUT") },
    { url, password },
    { url: Config.String("BARE"), password: Redacted.make(password) },
    { url: new URL(url).href.replace("@", ":wrong@"), password: Config.Redacted("PASSWORD") },
  ]
  for (const options of choices) {
    await database.query("DROP TABLE IF EXISTS $schema.dstream_commits")
    await database.query("DELETE FROM $schema.words")
    const { exit } = await run(options, env)
    assert.equal(exit._tag, "Success", String(exit))
    assert.deepEqual(await database.query("SELECT word FROM $schema.words"), [["a"]])
  }
}, local)

withDatabase("Postgres.sink() takes a password with any characters", async (database) => {
  const role = `${database.application}_odd`
  const password = "a b%41&?#/@:'é+\\"
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password.replaceAll("'", "''")}'`)
  await database.query(`GRANT ALL ON SCHEMA $schema TO ${role}`)
  await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA $schema TO ${role}`)
  const url = new URL(database.url)
  url.username = role
  url.password = ""
  const { exit } = await run({ url: url.href, password: Redacted.make(password) }).finally(async () => {
    await database.query(`DROP OWNED BY ${role}`)
    await database.query(`DROP ROLE ${role}`)
  })
  assert.equal(exit._tag, "Success", String(exit))
}, own)

withDatabase("Postgres.sink() shows no password, whatever is wrong", async (database) => {
  const [url, password] = apart(database.url)
  const secret = "open-sesame"
  const wrong: ReadonlyArray<readonly [Postgres.PostgresOptions, RegExp]> = [
    [{ url, password: secret }, /password authentication failed/],
    [{ url: url.replace("@", `:${secret}@`) }, /password authentication failed/],
    [{ url: Config.String("NO_PORT") }, /Cannot read the setting url: it is not the URL of a PostgreSQL server/],
    [{ url: `postgres://user:${secret}@127.0.0.1:1/database` }, /ECONNREFUSED/],
    [{ url: database.url.replace(password, `${secret}%FF`) }, /URI malformed/],
    [{ url: Config.Redacted("NONE"), password: Redacted.make(secret) }, /Cannot read the setting url: .*"NONE"/],
  ]
  for (const [options, expected] of wrong) {
    const result = await run(options, { NO_PORT: `postgres://user:${secret}@:not-a-port/database` })
    assert.match(String(result.exit), expected)
    const shown = [String(result.exit), Deno.inspect(result, { depth: 50, getters: true }), JSON.stringify(result)]
    for (const text of shown) assert.ok(!text.includes(secret), text)
  }
}, own)
