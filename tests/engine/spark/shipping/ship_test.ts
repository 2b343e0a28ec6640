import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { SparkFailed } from "../../../../lib/engine/spark/errors.ts"
import type { Cluster } from "../../../../lib/engine/spark/relations.ts"
import { ship } from "../../../../lib/engine/spark/shipping/ship.ts"

const here = (name: string): string => new URL(name, import.meta.url).href
const program = { entry: here("entry.ts"), modules: [here("user_module.ts")] }

/** A cluster that records what it is asked for. */
const recording = (): [calls: Array<string>, cluster: Pick<Cluster, "configure" | "upload">] => {
  const calls: Array<string> = []
  return [calls, {
    upload: (name, bytes) =>
      Effect.sync(() => void calls.push(`upload ${name}${bytes.length === 0 ? " (empty)" : ""}`)),
    configure: (pairs) => Effect.sync(() => void calls.push(`configure ${JSON.stringify(pairs)}`)),
  }]
}

Deno.test("shipping uploads a bundle and an archive, and makes Spark start the launcher in it", async () => {
  const [calls, cluster] = recording()
  const bundle = await Effect.runPromise(ship(cluster, program))
  const archive = calls.find((call) => call.startsWith("upload archives/"))
  const [, folder = ""] = /^upload archives\/(dstream-worker-[0-9a-f]{16})\.tgz#\1$/.exec(archive ?? "") ?? []
  const configure = `configure {"spark.sql.execution.pyspark.python":"${folder}/bin/worker"}`
  assert.deepEqual(calls.toSorted(), [configure, archive, `upload files/${bundle}`])
  assert.ok(calls.indexOf(configure) > calls.indexOf(archive ?? ""))
})

Deno.test({
  name: "shipping fails before it uploads anything if the driver lacks a permission that was named",
  permissions: { read: true, write: true, env: true, run: true, net: ["example.com"] },
  fn: async () => {
    const [calls, cluster] = recording()
    const permissions = [{ name: "net", host: "example.org" }] as const
    const error = await Effect.runPromise(Effect.flip(ship(cluster, { ...program, permissions })))
    assert.equal(error._tag, "PermissionNotGranted")
    assert.deepEqual(calls, [])
  },
})

Deno.test("an upload that fails is the error of shipping", async () => {
  const failure = new SparkFailed({ where: "spark:15002", operation: "upload", text: "no space", causes: [] })
  const [, { configure }] = recording()
  const error = await Effect.runPromise(Effect.flip(ship({ configure, upload: () => Effect.fail(failure) }, program)))
  assert.equal(error, failure)
})
