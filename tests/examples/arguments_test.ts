import assert from "node:assert/strict"
import { Effect } from "effect"
import { numbers, serverOrSeconds } from "../../examples/arguments.ts"

const problem = (self: Effect.Effect<unknown, Error>) => Effect.runSync(Effect.flip(self)).message

Deno.test("numbers() reads positive whole numbers, with defaults for those that are missing", () => {
  const defaults = { seconds: 20, window: 10 }
  assert.deepEqual(Effect.runSync(numbers([], defaults)), defaults)
  assert.deepEqual(Effect.runSync(numbers(["5", "2"], defaults)), { seconds: 5, window: 2 })
  for (const text of ["abc", "0", "-3", "1.5", "", " 5", "1e3"]) {
    assert.match(problem(numbers(["1", text], defaults)), /^window must be a positive whole number, but is "/)
  }
  assert.match(problem(numbers(["1", "2", "3"], defaults)), /^Expected at most 2 arguments, but got 3\./)
})

Deno.test("serverOrSeconds() reads a host and a port, a number of seconds, or nothing", () => {
  assert.deepEqual(Effect.runSync(serverOrSeconds([])), { server: undefined, seconds: undefined })
  assert.deepEqual(Effect.runSync(serverOrSeconds(["5"])), { server: undefined, seconds: 5 })
  const server = { hostname: "localhost", port: 9999 }
  assert.deepEqual(Effect.runSync(serverOrSeconds(["localhost", "9999"])), { server, seconds: undefined })
  assert.match(problem(serverOrSeconds(["localhost"])), /^seconds must be a positive whole number, but is "localhost"/)
  assert.match(problem(serverOrSeconds(["localhost", "port"])), /^port must be a positive whole number, but is "port"/)
  assert.match(problem(serverOrSeconds(["localhost", "65536"])), /^port must be from 1 to 65535, but is 65536/)
})

Deno.test("an example that is started with wrong arguments says so and exits with 1", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "examples/queue_stream.ts", "many"],
    cwd: new URL("../../", import.meta.url),
  }).output()
  assert.equal(code, 1)
  assert.match(
    new TextDecoder().decode(stderr),
    /^WrongArguments: batches must be a positive whole number, but is "many"/,
  )
})
