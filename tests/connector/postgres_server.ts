/**
 * A PostgreSQL server for tests: the one that POSTGRES_URL names, or else one that is started from the binaries on the
 * machine and removed at the end of the test file.
 */
import * as Effect from "effect/Effect"
import { connect } from "../../lib/connector/postgres/client.ts"

/** A server for the tests of one file. */
export interface PostgresServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** Its URL. For use inside tests: the server is started before the first one. */
  readonly url: () => string
  /** Kills the server and starts it again at the same address. Undefined for a server that the tests did not start. */
  readonly restart: (() => Promise<void>) | undefined
}

const isFile = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile
  } catch {
    return false
  }
}

const foldersIn = (path: string): ReadonlyArray<string> => {
  try {
    return Array.from(Deno.readDirSync(path), ({ name }) => name)
  } catch {
    return []
  }
}

/** The folder of `initdb` and `postgres`: on the PATH, or where packages put them, the newest version first. */
const binaries = (): string | undefined => {
  const versioned = foldersIn("/usr/lib/postgresql").toSorted((a, b) => Number(b) - Number(a))
  const folders = [
    ...(Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/")),
    ...versioned.map((version) => `/usr/lib/postgresql/${version}/bin`),
    "/usr/local/pgsql/bin",
  ]
  return folders.find((folder) => ["initdb", "postgres"].every((name) => isFile(`${folder}/${name}`)))
}

/** The user that the server runs as if the tests run as root, which PostgreSQL refuses. */
const unprivileged = (): { readonly uid: number; readonly gid: number } | undefined => {
  const [, , uid, gid] = Deno.readTextFileSync("/etc/passwd").match(/^nobody:.*/m)?.[0].split(":") ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

/** The parent process of the server. However the tests end, its input ends; it then stops the server and removes its files. */
const GUARD = `
bin=$1 folder=$2 server=
trap '' HUP INT TERM
stop() {
  [ -n "$server" ] || return 0
  while kill -QUIT "$server"; do sleep 0.05; done & # One that comes before it listens to signals is lost.
  wait "$server" $!
} 2>/dev/null
"$bin/initdb" -D "$folder/data" -U postgres -A scram-sha-256 --pwfile="$folder/password" \
  -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || echo "no server: initdb failed" >>"$folder/log"
while read -r port; do
  stop
  "$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c shared_buffers=32MB >>"$folder/log" 2>&1 </dev/null &
  server=$!
done
stop
rm -rf "$folder"
`

const freePort = (): number => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  return (listener.addr as Deno.NetAddr).port
}

/** A server that the tests start. */
class Own {
  readonly #folder: string
  readonly #password = crypto.randomUUID()
  readonly #guard: Deno.ChildProcess
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>
  #port = freePort()

  constructor(bin: string) {
    const user = Deno.uid() === 0 ? unprivileged() : undefined
    // Other users may not be allowed to enter the folder that root's TMPDIR names.
    this.#folder = Deno.makeTempDirSync({ prefix: "dstream-postgres-", ...(user === undefined ? {} : { dir: "/tmp" }) })
    const password = `${this.#folder}/password`
    Deno.writeTextFileSync(password, this.#password, { mode: 0o600 })
    if (user !== undefined) { for (const path of [this.#folder, password]) Deno.chownSync(path, user.uid, user.gid) }
    this.#guard = new Deno.Command("/bin/sh", {
      args: ["-c", GUARD, "postgres for tests", bin, this.#folder],
      cwd: this.#folder,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      ...user,
    }).spawn()
    this.#orders = this.#guard.stdin.getWriter()
  }

  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.#port}/postgres`
  }

  /** Starts or restarts the server, and waits until it answers. */
  async start(): Promise<void> {
    const order = () => this.#orders.write(new TextEncoder().encode(`${this.#port}\n`))
    const before = await this.#log()
    await order()
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      const log = (await this.#log()).slice(before.length)
      if (log.includes("no server: ")) break
      if (log.includes("ready to accept connections")) return await this.#answers()
      // Another process took the port after it was found to be free.
      if (log.includes("could not create any TCP/IP sockets")) return await this.#elsewhere()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`PostgreSQL does not start:\n${await this.#log()}`)
  }

  async #elsewhere(): Promise<void> {
    this.#port = freePort()
    await this.start()
  }

  async #answers(): Promise<void> {
    await Effect.runPromise(
      Effect.scoped(Effect.flatMap(connect(this.url, 10_000), (connection) => connection.query("SELECT 1"))),
    )
  }

  #log(): Promise<string> {
    return Deno.readTextFile(`${this.#folder}/log`).catch(() => "")
  }

  /** Stops the server and removes its files. */
  async stop(): Promise<void> {
    await this.#orders.close()
    await this.#guard.status
    // The parent process may not be allowed to remove its folder.
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {})
  }
}

/** Where the binaries of a server are, or why none can be started. */
const found = (): { readonly bin: string } | { readonly missing: string } => {
  if (Deno.build.os === "windows") return { missing: "no server is started on Windows" }
  const bin = binaries()
  if (bin === undefined) {
    return { missing: "initdb and postgres are neither on the PATH nor in /usr/lib/postgresql/*/bin" }
  }
  if (Deno.uid() === 0 && unprivileged() === undefined) return { missing: "PostgreSQL does not run as root" }
  return { bin }
}

/** The server for the tests of a file. Called once in a file, before its tests. Without a server it prints how to get one. */
export const postgresServer = (file: string): PostgresServer => {
  const given = Deno.env.get("POSTGRES_URL")
  if (given !== undefined) return { available: true, url: () => given, restart: undefined }
  const place = found()
  if ("missing" in place) {
    console.warn(
      `SKIPPED: ${
        new URL(file).pathname.split("/").slice(-3).join("/")
      } needs a PostgreSQL server (${place.missing}). ` +
        "Install one, or run it with POSTGRES_URL=postgres://user:password@host:port/database",
    )
    return { available: false, url: () => "", restart: undefined }
  }
  let own: Own | undefined
  Deno.test.beforeAll(async () => {
    own = new Own(place.bin)
    await own.start()
  })
  Deno.test.afterAll(() => own?.stop())
  return {
    available: true,
    url: () => own?.url ?? "",
    restart: () => own?.start() ?? Promise.resolve(),
  }
}
