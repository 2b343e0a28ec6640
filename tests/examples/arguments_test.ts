import assert from "node:assert/strict"
import { Effect } from "effect"
import { atMost, httpUrl, numbers } from "../../examples/arguments.ts"
import { serverOrSeconds } from "../../examples/text_server.ts"

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

Deno.test("atMost() accepts a number of arguments, and httpUrl() the URLs of HTTP servers", () => {
  Effect.runSync(atMost(["a"], 1))
  assert.match(problem(atMost(["a"], 0)), /^Expected no arguments, but got 1\./)
  for (const url of ["http://localhost:4318", "https://example.com/otlp"]) {
    assert.equal(Effect.runSync(httpUrl("url", url)), url)
  }
  for (const text of ["collector", "localhost:4318", "ftp://localhost", "http://", "http://[", ""]) {
    assert.match(problem(httpUrl("url", text)), /^url must be the URL of a server, such as http/)
  }
})

const wrong: Readonly<Record<string, readonly [args: ReadonlyArray<string>, message: RegExp]>> = {
  queue_stream: [["many"], /^WrongArguments: batches must be a positive whole number, but is "many"/],
  otlp: [["1", "collector"], /^WrongArguments: url must be the URL of a server, .* but is "collector"/],
  prometheus: [["1", "70000"], /^WrongArguments: port must be from 1 to 65535, but is 70000/],
  custom_operator: [["5"], /^WrongArguments: Expected no arguments, but got 1/],
  property_test: [["5"], /^WrongArguments: Expected no arguments, but got 1/],
}

for (const [example, [args, message]] of Object.entries(wrong)) {
  Deno.test(`${example} says that its arguments are wrong and exits with 1`, async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", `examples/${example}.ts`, ...args],
      cwd: new URL("../../", import.meta.url),
    }).output()
    assert.match(new TextDecoder().decode(stderr), message)
    assert.equal(code, 1)
  })
}

Deno.test("otlp refuses more than two arguments", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "examples/otlp.ts", "1", "http://localhost:4318", "more"],
    cwd: new URL("../../", import.meta.url),
  }).output()
  assert.match(new TextDecoder().decode(stderr), /^WrongArguments: Expected at most 2 arguments, but got 3/)
  assert.equal(code, 1)
})
