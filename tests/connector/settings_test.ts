import assert from "node:assert/strict"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { readSecret, readSetting, type SecretSetting } from "../../lib/connector/settings.ts"
import * as DStream from "../../lib/dstream.ts"
import * as Postgres from "../../lib/postgres.ts"
import * as Sqlite from "../../lib/sqlite.ts"
import { Testing } from "../../lib/testing.ts"

const provider = ConfigProvider.layer(
  ConfigProvider.fromEnvRecord({ NAME: "n", TIMEOUT: "250", PASSWORD: "pass word", WORD: "secret" }),
)
const provided = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(effect, provider))

Deno.test("readSetting() gives values as they are, and reads a Config from the ConfigProvider", async () => {
  assert.equal(await provided(readSetting("path", "a.db")), "a.db")
  assert.equal(await provided(readSetting("path", Config.String("NAME"))), "n")
  assert.equal(await provided(readSetting("timeout", Config.Int("TIMEOUT"))), 250)
  assert.equal(await provided(readSetting("timeout", Config.withDefault(Config.Int("OTHER"), 7))), 7)
})

Deno.test("readSecret() takes texts, Redacted values, and a Config of either", async () => {
  const secrets: ReadonlyArray<SecretSetting> = [
    "pass word",
    Redacted.make("pass word"),
    Config.String("PASSWORD"),
    Config.Redacted("PASSWORD"),
  ]
  for (const secret of secrets) assert.equal(await provided(readSecret("password", secret)), "pass word")
})

Deno.test("readSetting() fails with the name of the setting and of the variable, and without the value", async () => {
  const missing = await provided(Effect.flip(readSecret("password", Config.Redacted("MISSING"))))
  assert.equal(missing.message, 'Cannot read the setting password: Expected string at ["MISSING"]')
  const url = Config.schema(Schema.String.check(Schema.isPattern(/^postgres:/)), "WORD")
  const invalid = await provided(Effect.flip(readSecret("url", url)))
  assert.match(invalid.message, /^Cannot read the setting url: .*\^postgres: at \["WORD"\]$/)
  assert.ok(!Deno.inspect(invalid, { depth: 20 }).includes("secret"))
})

const VARIABLE = "DSTREAM_TEST_SETTING"

Deno.test(
  "readSetting() reads one environment variable where there is no ConfigProvider, with the permission for it only",
  { permissions: { env: [VARIABLE, `${VARIABLE}_EMPTY`] } },
  async () => {
    Deno.env.set(VARIABLE, "5")
    Deno.env.set(`${VARIABLE}_EMPTY`, "")
    const read = (name: string) => Effect.runPromise(Effect.result(readSetting("timeout", Config.Int(name))))
    const [given, empty, refused] = [await read(VARIABLE), await read(`${VARIABLE}_EMPTY`), await read("HOME")]
    Deno.env.delete(VARIABLE)
    Deno.env.delete(`${VARIABLE}_EMPTY`)
    assert.ok(given._tag === "Success" && given.success === 5)
    assert.ok(empty._tag === "Failure" && refused._tag === "Failure")
    assert.match(empty.failure.message, /^Cannot read the setting timeout: .* at \["DSTREAM_TEST_SETTING_EMPTY"\]$/)
    assert.match(refused.failure.message, /^Cannot read the setting timeout: .*Requires env access to "HOME"/)
  },
)

Deno.test("Sqlite.sink() reads its settings from the ConfigProvider of the program", async () => {
  const folder = await Deno.makeTempDir()
  const run = (env: Readonly<Record<string, string>>) => {
    const sink = Sqlite.sink({ path: Config.String("DB_FILE"), busyTimeout: Config.Int("DB_TIMEOUT") })
    const output = Testing.input([["a"]]).pipe(
      DStream.saveToSql(sink, { name: "n", statement: "CREATE TABLE IF NOT EXISTS t (a)", row: () => [] }),
    )
    const layer = ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))
    return Effect.runPromise(Effect.provide(Testing.runOutputs([output]), layer))
  }
  const { exit } = await run({ DB_FILE: `${folder}/a.db`, DB_TIMEOUT: "10" })
  assert.equal(exit._tag, "Success")
  assert.ok((await Deno.stat(`${folder}/a.db`)).size > 0)
  const failed = await run({ DB_FILE: `${folder}/b.db` })
  assert.match(String(failed.exit), /Output "n" of batch 1000 ms: Cannot read the setting busyTimeout: .*"DB_TIMEOUT"/)
  await Deno.remove(folder, { recursive: true })
})

const writing = (sink: DStream.SqlSink) =>
  DStream.saveToSql(Testing.input([["a"]]), sink, {
    name: "words",
    table: "words",
    columns: ["word"],
    row: (word) => [word],
  })

const missing: unknown = undefined

Deno.test("a context does not start if a sink has no URL, or one of another kind, and the URL is not shown", async () => {
  const urls: ReadonlyArray<readonly [Postgres.PostgresOptions["url"], RegExp]> = [
    ["", /url is empty; give the URL of a server/],
    [" ", /url is empty/],
    [Redacted.make(""), /url is empty/],
    [missing as string, /url is missing; give the URL of a server/],
    ["secret", /url is not the URL of a PostgreSQL server/],
    ["http://user:secret@localhost/database", /url is not the URL of a PostgreSQL server/],
    ["postgres://user:secret@:not-a-port/database", /url is not the URL of a PostgreSQL server/],
    [Redacted.make("secret"), /url is not the URL of a PostgreSQL server/],
  ]
  for (const [url, problem] of urls) {
    const error = await Effect.runPromise(Effect.flip(Testing.runOutputs([writing(Postgres.sink({ url }))])))
    assert.equal(error._tag, "InvalidGraph")
    assert.match(error.message, problem)
    assert.match(error.message, /Postgres\.sink/)
    assert.ok(!error.message.includes("secret"), error.message)
  }
})

Deno.test("Postgres.sink() takes the forms of URLs that the driver takes", () => {
  const urls = [
    "postgres://user@localhost:5432/database",
    "postgresql:///database?host=/var/run/postgresql",
    "postgres://user:pass word@/database",
    "socket:/var/run/postgresql?db=database",
    "/var/run/postgresql database",
  ]
  for (const url of urls) assert.deepEqual(Postgres.sink({ url }).problems, [], url)
})

Deno.test("Postgres.sink() checks a URL from configuration when it reads it", async () => {
  for (
    const [url, problem] of [[" ", "it is empty"], ["secret", "it is not the URL of a PostgreSQL server"]] as const
  ) {
    const provider = ConfigProvider.layer(ConfigProvider.fromEnvRecord({ URL: url }))
    const output = writing(Postgres.sink({ url: Config.String("URL") }))
    const { exit } = await Effect.runPromise(Effect.provide(Testing.runOutputs([output]), provider))
    assert.match(String(exit), new RegExp(`Cannot read the setting url: ${problem}`))
  }
})

Deno.test("a context does not start if the sink of a SQLite database has no path", async () => {
  for (const [path, problem] of [["", "empty"], [missing as string, "missing"]] as const) {
    const error = await Effect.runPromise(Effect.flip(Testing.runOutputs([writing(Sqlite.sink({ path }))])))
    assert.match(error.message, new RegExp(`Sqlite\\.sink: path is ${problem}; give the path of a file`))
  }
})
