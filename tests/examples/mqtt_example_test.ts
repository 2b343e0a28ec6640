import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Mqtt from "@dstream/dstream/mqtt"
import { mosquittoServer } from "../servers/mosquitto_server.ts"

const server = mosquittoServer(import.meta.url)
const root = new URL("../../", import.meta.url)

/** Starts the example in a process of its own, with no more permissions than it needs. */
const start = (directory: string, ...args: ReadonlyArray<string>) =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-env",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
      "examples/mqtt_word_count.ts",
      ...args,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn()

Deno.test({
  name: "mqtt_word_count goes on with its totals after it was killed, and publishes them",
  ignore: !server.available,
  fn: async () => {
    const directory = await Deno.makeTempDir()
    const url = server.url()
    const say = () =>
      Effect.runPromise(Mqtt.publish({ url })([{ topic: "words", payload: "to be or not to be", qos: 2 }]))
    for (const total of [2, 4]) {
      const child = start(directory, url, "words", directory)
      let stdout = ""
      let isSaid = false
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        stdout += text
        // The first batch is printed when the stream is connected.
        if (!isSaid) {
          isSaid = true
          await say()
        }
        if (stdout.includes(`(to,${total})`) && stdout.includes(`(be,${total})`)) {
          child.kill("SIGKILL")
          break
        }
      }
      const stderr = await new Response(child.stderr).text()
      await child.status
      assert.ok(stdout.includes(`(be,${total})`) && stdout.includes(`(to,${total})`), stdout + stderr)
    }
    await Deno.remove(directory, { recursive: true })
  },
})

Deno.test("mqtt_word_count says which arguments it needs", async () => {
  const child = start("examples")
  const stderr = await new Response(child.stderr).text()
  assert.match(stderr, /Expected the URL of an MQTT server, a topic and a directory/)
  await child.stdout.cancel()
  assert.equal((await child.status).code, 1)
})
