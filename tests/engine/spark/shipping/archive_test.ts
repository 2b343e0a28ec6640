import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { unpackTar } from "modern-tar"
import { gunzipSync } from "node:zlib"
import { makeArchive } from "../../../../lib/engine/spark/shipping/archive.ts"
import { type DenoPlace, launcher } from "../../../../lib/engine/spark/shipping/launcher.ts"

const settings = { permissions: [], idleMs: 1000 }
const path: DenoPlace = { kind: "path", path: Deno.execPath() }

/** Starts a launcher with a PATH, and gives its exit code, and what the worker program says about arguments of no mode. */
const launch = async (place: DenoPlace, PATH = Deno.env.get("PATH") ?? "") => {
  const directory = await Deno.makeTempDir({ prefix: "with space and 'quote" })
  await Deno.writeTextFile(`${directory}/launch`, launcher(place, settings), { mode: 0o755 })
  await Deno.writeTextFile(`${directory}/worker.js`, `console.log(JSON.stringify(Deno.args))`)
  const { code, stderr, stdout } = await new Deno.Command(`${directory}/launch`, {
    args: ["-m", "pyspark.daemon", "pyspark.worker"],
    env: { PATH },
    cwd: directory,
  }).output()
  await Deno.remove(directory, { recursive: true })
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim()
  return { code, stderr: text(stderr), stdout: text(stdout) }
}

const passed = JSON.stringify([JSON.stringify(settings), "-m", "pyspark.daemon", "pyspark.worker"])

Deno.test("the launcher starts Deno with the settings and the arguments of Spark", async () => {
  assert.deepEqual(await launch(path), { code: 0, stderr: "", stdout: passed })
})

Deno.test("the launcher looks for Deno on the PATH unless a path was given", async () => {
  const directory = await Deno.makeTempDir()
  await Deno.symlink(Deno.execPath(), `${directory}/deno`)
  const PATH = `${directory}:/usr/bin:/bin`
  assert.deepEqual(await launch({ kind: "guess", path: "/no/such/deno" }, PATH), {
    code: 0,
    stderr: "",
    stdout: passed,
  })
  const missing = await launch({ kind: "path", path: "/it's/not/there" }, PATH)
  assert.deepEqual([missing.code, missing.stdout], [127, ""])
  assert.match(
    missing.stderr,
    /^dstream: no Deno on this executor \(\/it's\/not\/there is not executable\)\. Install it/,
  )
  assert.match(
    (await launch({ kind: "guess", path: "/no/such/deno" }, "/usr/bin:/bin")).stderr,
    /no Deno on this executor/,
  )
  await Deno.remove(directory, { recursive: true })
})

const entriesOf = (bytes: Uint8Array) => unpackTar(gunzipSync(bytes))

Deno.test("the archive has an executable launcher and the worker program, and depends on its contents only", async () => {
  const { bytes, name } = await Effect.runPromise(makeArchive(path, settings))
  assert.match(name, /^dstream-worker-[0-9a-f]{16}\.tgz$/)
  assert.deepEqual((await entriesOf(bytes)).map(({ header: { mode, name } }) => [name, mode]), [
    ["bin/worker", 0o755],
    ["bin/worker.js", 0o644],
  ])
  assert.ok(bytes.length < 120_000, `${bytes.length} bytes`)
  assert.deepEqual(await Effect.runPromise(makeArchive(path, settings)), { bytes, name })
  const other = await Effect.runPromise(makeArchive(path, { ...settings, permissions: ["--allow-net"] }))
  assert.notEqual(other.name, name)
})

Deno.test("an archive with Deno has the driver's executable in it", async () => {
  const { bytes } = await Effect.runPromise(makeArchive({ kind: "archive" }, settings))
  const deno = (await entriesOf(bytes)).find(({ header }) => header.name === "bin/deno")
  assert.equal(deno?.header.mode, 0o755)
  assert.equal(deno?.data?.length, Deno.statSync(Deno.execPath()).size)
})

Deno.test({
  name: "an executable of Deno that the driver may not read is named, with the permission",
  permissions: { read: [new URL("../../../../", import.meta.url)], write: true, env: true, run: true },
  fn: async () => {
    const error = await Effect.runPromise(Effect.flip(makeArchive({ kind: "archive" }, settings)))
    assert.equal(error._tag, "DenoUnreadable")
    assert.match(error.message, /^shipDeno: .* cannot be read: NotCapable/)
  },
})
