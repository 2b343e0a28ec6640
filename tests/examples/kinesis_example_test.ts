/** The example that needs a Kinesis stream. */
import assert from "node:assert/strict"
import { kinesisServer } from "../servers/kinesis_server.ts"

const server = kinesisServer(import.meta.url)
const root = new URL("../../", import.meta.url)

/** Starts the example in a process of its own, with no more permissions than it needs. */
const start = (port: number, ...args: ReadonlyArray<string>) =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net",
      "--allow-env",
      "--allow-sys",
      "examples/kinesis_word_count.ts",
      ...args,
    ],
    cwd: root,
    env: {
      NO_COLOR: "1",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn()

Deno.test({
  name: "kinesis_word_count counts the words of a stream",
  ignore: !server.available,
  fn: async () => {
    const streamName = await server.stream(2)
    const child = start(server.port(), streamName)
    const stderr = new Response(child.stderr).text()
    let stdout = ""
    let isSent = false
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += text
      // It counts what arrives after its start.
      if (!isSent && stdout.includes("Time: ")) {
        isSent = true
        await server.put(streamName, ["to be or", "not to be"], 0, 2)
      }
      if (/\(to,2\)/.test(stdout)) child.kill("SIGINT")
    }
    assert.match(stdout, /\(be,2\)/)
    assert.equal((await child.status).code, 130, await stderr)
  },
})

Deno.test("kinesis_word_count says which arguments it needs, and that the service does not answer", async () => {
  const { code, stderr } = await start(1).output()
  assert.equal(code, 1)
  assert.match(new TextDecoder().decode(stderr), /^WrongArguments: Give the name of the stream/)
  const away = await start(1, "lines", "1").output()
  assert.equal(away.code, 0)
  assert.match(new TextDecoder().decode(away.stderr), /no new records until Kinesis answers.*ECONNREFUSED/)
})
