import assert from "node:assert/strict"
import { isNewEnough } from "../../../../lib/engine/spark/worker/deno_version.ts"
import { executorSettings, parseSettings, taskVariables } from "../../../../lib/engine/spark/worker/settings.ts"

Deno.test("workers need Deno 2.8.3 or later", () => {
  const versions = ["1.46.3", "2.7.14", "2.8.2", "2.8.3", "2.9.3", "2.10.0", "2.10.0-rc.1", "3.0.0"]
  assert.deepEqual(versions.filter(isNewEnough), versions.slice(3))
})

Deno.test("a worker does not start without a secret, unless it uses Unix sockets", () => {
  const unix = { PYTHON_UNIX_DOMAIN_ENABLED: "True", PYTHON_WORKER_FACTORY_SOCK_DIR: "/sockets" }
  assert.throws(() => executorSettings({}), /The executor has not set PYTHON_WORKER_FACTORY_SECRET/)
  assert.throws(() => executorSettings({ PYTHON_WORKER_FACTORY_SECRET: "" }), /has not set/)
  assert.equal(executorSettings(unix).secret, undefined)
  assert.equal(executorSettings({ ...unix, PYTHON_WORKER_FACTORY_SECRET: "known" }).secret, undefined)
  assert.equal(executorSettings({ PYTHON_WORKER_FACTORY_SECRET: "known" }).secret, "known")
})

Deno.test("an executor sets the address and the memory of its workers", () => {
  const known = { PYTHON_WORKER_FACTORY_SECRET: "known", PYTHON_WORKER_FACTORY_PORT: "4040" }
  const { host, memoryMb, port } = executorSettings(known)
  assert.deepEqual({ host, memoryMb, port }, { host: "127.0.0.1", memoryMb: undefined, port: 4040 })
  const six = executorSettings({ ...known, SPARK_PREFER_IPV6: "True", PYSPARK_EXECUTOR_MEMORY_MB: "512" })
  assert.deepEqual([six.host, six.memoryMb], ["::1", 512])
})

Deno.test("tasks do not see the variables of the connection", () => {
  const known = {
    PYTHON_WORKER_FACTORY_SECRET: "known",
    PYTHON_WORKER_FACTORY_PORT: "4040",
    PATH: "/bin",
    unset: undefined,
  }
  assert.deepEqual(taskVariables(known), { PATH: "/bin" })
})

Deno.test("settings give nothing but permissions", () => {
  const settings = { permissions: ["--allow-net"], idleMs: 1000 }
  assert.deepEqual(parseSettings(JSON.stringify(settings)), settings)
  for (const wrong of [undefined, "{}", JSON.stringify({ ...settings, permissions: ["--v8-flags=--jitless"] })]) {
    assert.throws(() => parseSettings(wrong), /These are no settings of a worker/)
  }
})
