import assert from "node:assert/strict"
import { bundle } from "./bundle.ts"
import {
  type Answer,
  arrowStream,
  descendants,
  FakeExecutor,
  isAlive,
  java,
  rowsOf,
  SECRET,
  sessionDirectory,
  until,
  WorkerConnection,
} from "./fake_executor.ts"

const stream = arrowStream([rowsOf([1, 2, 3, 4, new TextEncoder().encode("a")])])
const textsOf = ({ rows }: Answer) => rows.map(({ b }) => new TextDecoder().decode(b as Uint8Array))

Deno.test("a daemon serves executors on a Unix socket, without a secret", async () => {
  const directory = await Deno.makeTempDir()
  const env = { PYTHON_UNIX_DOMAIN_ENABLED: "True", PYTHON_WORKER_FACTORY_SOCK_DIR: directory }
  {
    await using executor = await FakeExecutor.start(bundle, { env })
    assert.match("path" in executor.address ? executor.address.path : "", /\/\.[0-9a-f-]{36}\.sock$/)
    for (let i = 0; i < 3; i++) {
      const worker = await executor.connect()
      assert.ok(isAlive(worker.pid))
      assert.deepEqual(textsOf(await worker.run({ stream })), ["a"])
    }
  }
  assert.deepEqual([...Deno.readDirSync(directory)], [])
  await Deno.remove(directory)
})

/** Starts a worker in simple mode, which connects to a listener, and gives the connection with the worker's process id. */
const startSimple = async (listener: Deno.Listener, directory: string, env: Readonly<Record<string, string>>) => {
  const process = new Deno.Command("worker/bin/worker", {
    args: ["-m", "pyspark.worker"],
    cwd: directory,
    env: { PYTHON_WORKER_FACTORY_SECRET: SECRET, ...env },
  }).spawn()
  return [process, new WorkerConnection(await listener.accept())] as const
}

Deno.test("a worker in simple mode connects to the executor, proves that it knows the secret, and ends after a task", async () => {
  const directory = await sessionDirectory({}, bundle)
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const [process, worker] = await startSimple(listener, directory, {
    PYTHON_WORKER_FACTORY_PORT: String(listener.addr.transport === "tcp" && listener.addr.port),
  })
  assert.equal(await worker.text(), SECRET)
  await worker.write(java("ok"))
  const pid = await worker.int()
  assert.ok(isAlive(pid))
  assert.deepEqual(textsOf(await worker.run({ stream })), ["a"])
  worker.conn.close()
  assert.equal((await process.status).code, 0)
  await until("the worker has ended", () => !isAlive(pid))
  await Deno.remove(directory, { recursive: true })
})

Deno.test("a worker in simple mode on a Unix socket sends its process id first", async () => {
  const directory = await sessionDirectory({}, bundle)
  const path = `${directory}/executor.sock`
  using listener = Deno.listen({ transport: "unix", path })
  const [process, worker] = await startSimple(listener as unknown as Deno.Listener, directory, {
    PYTHON_UNIX_DOMAIN_ENABLED: "True",
    PYTHON_WORKER_FACTORY_SOCK_PATH: path,
  })
  assert.ok(isAlive(await worker.int()))
  assert.deepEqual(textsOf(await worker.run({ stream })), ["a"])
  worker.conn.close()
  assert.equal((await process.status).code, 0)
  await Deno.remove(directory, { recursive: true })
})

Deno.test("a task that runs in simple mode ends with the process that the executor ends", async () => {
  const directory = await sessionDirectory({}, bundle)
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const [process, worker] = await startSimple(listener, directory, {
      PYTHON_WORKER_FACTORY_PORT: String(listener.addr.transport === "tcp" && listener.addr.port),
    })
    await worker.text()
    await worker.write(java("ok"))
    const pid = await worker.int()
    await worker.send({ command: "wait", stream })
    assert.deepEqual(descendants(process.pid), [pid])
    process.kill(signal)
    await process.status
    await until("the worker has ended", () => !isAlive(pid))
    worker.conn.close()
  }
  await Deno.remove(directory, { recursive: true })
})

/** What tasks may do with some permissions. */
const allowed = async (permissions: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  await using executor = await FakeExecutor.start(bundle, { permissions })
  const worker = await executor.connect()
  return textsOf(await worker.run({ command: "may" }))
}

Deno.test("tasks have the permissions of the settings and may read the session's files, and nothing else", async () => {
  assert.deepEqual(await allowed([]), ["read the session"])
  assert.deepEqual(await allowed(["--allow-net"]), ["read the session", "net"])
  assert.deepEqual(await allowed(["--allow-read"]), ["read outside", "read the session"])
  assert.deepEqual(await allowed(["--allow-read=/etc"]), ["read outside", "read the session"])
  assert.deepEqual(await allowed(["--allow-write", "--allow-env", "--allow-run"]), [
    "read the session",
    "write",
    "env",
    "run",
  ])
})

Deno.test("tasks that may read the environment see the executor's variables but not the secret", async () => {
  await using executor = await FakeExecutor.start(bundle, { permissions: ["--allow-env"], env: { OF_EXECUTOR: "1" } })
  const worker = await executor.connect()
  const names = textsOf(await worker.run({ command: "env" }))
  assert.ok(names.includes("OF_EXECUTOR"))
  assert.deepEqual(names.filter((name) => name.startsWith("PYTHON_WORKER_FACTORY")), [])
})

Deno.test("the executor's limit of memory becomes the limit of the heap", async () => {
  await using executor = await FakeExecutor.start(bundle, { env: { PYSPARK_EXECUTOR_MEMORY_MB: "300" } })
  const worker = await executor.connect()
  const [limit] = textsOf(await worker.run({ command: "heap" }))
  assert.ok(Math.abs(Number(limit) / 1024 / 1024 - 300) < 60, `the heap may have ${limit} bytes`)
})
