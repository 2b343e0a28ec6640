import assert from "node:assert/strict"
import { linesOf } from "../child_process.ts"
import { flumeAgent } from "../servers/flume_agent.ts"
import { start } from "./starting.ts"

const agent = flumeAgent(import.meta.url, "push")

Deno.test({
  name: "flume_word_count counts the words of the events that an agent pushes",
  ignore: !agent.available,
  fn: async () => {
    using lines = await agent.connect("PLAIN")
    await lines.send(["to be or", "not to be"])
    const child = start("examples/flume_word_count.ts", "127.0.0.1", String(agent.port("PLAIN")))
    const stderr = new Response(child.stderr).text()
    const found: Array<string> = []
    for await (const line of linesOf(child)) {
      if (line.startsWith("(")) found.push(line)
      if (found.length >= 4) child.kill("SIGINT")
    }
    assert.deepEqual(found.toSorted(), ["(be,2)", "(not,1)", "(or,1)", "(to,2)"], await stderr)
    assert.equal((await child.status).code, 130)
  },
})

Deno.test("flume_word_count says which arguments it needs", async () => {
  for (
    const [args, expected] of [[["localhost"], /Give the host and the port/], [["a", "70000"], /port must be/]] as const
  ) {
    const { code, stderr } = await start("examples/flume_word_count.ts", ...args).output()
    assert.equal(code, 1)
    assert.match(new TextDecoder().decode(stderr), expected)
  }
})
