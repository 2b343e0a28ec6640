import assert from "node:assert/strict"

const decoder = new TextDecoder()
const root = new URL("../../", import.meta.url)

/** Runs an example in a process of its own. Sends `signals` when the output satisfies `enough`; returns when it ends. */
const runExample = async (
  args: ReadonlyArray<string>,
  enough: (stdout: string) => boolean = () => false,
  signals: ReadonlyArray<Deno.Signal> = ["SIGINT"],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn()
  const stderr = new Response(child.stderr).text()
  let stdout = ""
  let signalled = false
  for await (const chunk of child.stdout) {
    stdout += decoder.decode(chunk, { stream: true })
    if (!signalled && enough(stdout)) {
      signalled = true
      for (const signal of signals) child.kill(signal)
    }
  }
  return { code: (await child.status).code, stdout, stderr: await stderr }
}

const batches = (stdout: string) => stdout.split("Time: ").length - 1
const NET = "--allow-net=127.0.0.1"

Deno.test("network_word_count counts the words of its own server, and Ctrl-C stops it cleanly", async () => {
  const { code, stdout, stderr } = await runExample(
    [NET, "examples/network_word_count.ts"],
    (text) => text.includes("(hello,") && batches(text) >= 3,
  )
  assert.equal(code, 130)
  assert.match(stdout, /^-{43}\nTime: \d+000 ms\n-{43}\n/)
  assert.match(stdout, /\(hello,\d+\)\n\(world,\d+\)/)
  assert.equal(stderr, "")
})

Deno.test("network_word_count counts the words of the server given as arguments", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  const served = listener.accept().then(async (connection) => {
    await connection.write(new TextEncoder().encode("a b a\nc"))
    return connection
  })
  const { code, stdout } = await runExample(
    [NET, "examples/network_word_count.ts", "127.0.0.1", String(listener.addr.port)],
    (text) => text.includes("(a,2)"),
    ["SIGTERM"],
  )
  const connection = await served
  connection.close()
  assert.equal(code, 143)
  assert.match(stdout, /\(a,2\)\n/)
  assert.match(stdout, /\(b,1\)\n/)
  assert.doesNotMatch(stdout, /\(c,/) // The line is not complete.
})

Deno.test("network_word_count says which flag it needs if it has no network permission", async () => {
  const { code, stderr } = await runExample(["examples/network_word_count.ts"])
  assert.equal(code, 1)
  assert.match(stderr, /--allow-net=127\.0\.0\.1/)
})

Deno.test("network_word_count ends at once on a second Ctrl-C", async () => {
  const { code } = await runExample([NET, "examples/network_word_count.ts"], (text) => batches(text) >= 1, [
    "SIGINT",
    "SIGINT",
  ])
  assert.equal(code, 130)
})

Deno.test("queue_stream counts the last digits of pushed numbers, without permissions", async () => {
  const { code, stdout } = await runExample(["examples/queue_stream.ts", "2"])
  assert.equal(code, 0)
  assert.ok(batches(stdout) >= 2)
  assert.match(stdout, /\(7,100\)\n/)
})

Deno.test("custom_receiver opens and closes its device, and averages its readings", async () => {
  const { code, stdout, stderr } = await runExample(["examples/custom_receiver.ts", "2"])
  assert.equal(code, 0)
  assert.match(stdout, /\d\d\.\d °C on average of \d+ readings/)
  assert.match(stderr, /thermometer opened[^]*thermometer closed/)
})

Deno.test("custom_operator prints the longest words of each batch", async () => {
  const { code, stdout } = await runExample(["examples/custom_operator.ts"])
  assert.equal(code, 0)
  assert.match(stdout, /\(ccc,3\)\n\(bb,2\)\n\n[^]*\(dddd,4\)\n\(ee,2\)\n\n/)
})
