import assert from "node:assert/strict"
import { linesOf } from "../child_process.ts"

/** Starts an example in a process of its own. */
const started = (permissions: string, ...args: ReadonlyArray<string>): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", permissions, ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn()

/** A port that was free a moment ago. */
const freePort = (): number => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  listener.close()
  return listener.addr.port
}

Deno.test("prometheus serves the metrics of the running context as text", async () => {
  const port = freePort()
  const child = started("--allow-net", "examples/prometheus.ts", "20", String(port))
  let [text, batches] = ["", 0]
  for await (const line of linesOf(child)) {
    if (line !== "500" || ++batches !== 2) continue
    text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    child.kill("SIGTERM")
  }
  await child.status
  assert.match(text, /^# TYPE streaming_lag gauge$/m)
  assert.match(text, /^streaming_lag \d+$/m)
  assert.match(text, /^# TYPE streaming_output_ended counter$/m)
  assert.match(text, /^streaming_output_ended\{.*output="print at prometheus\.ts:[\d:]+".*outcome="done".*\} \d+$/m)
  assert.match(text, /^streaming_output_records\{.*\} \d{4}$/m)
})

Deno.test("otlp sends the metrics of the running context to a collector", async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const collector = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const text = `${new URL(request.url).pathname} ${await request.text()}`
    if (text.includes("streaming.lag")) resolve(text)
    return new Response()
  })
  const child = started("-A", "examples/otlp.ts", "20", `http://127.0.0.1:${collector.addr.port}`)
  const reading = Array.fromAsync(linesOf(child))
  const text = await Promise.race([promise, reading.then((lines) => `it has ended: ${lines.join("\n")}`)])
  if (text.startsWith("/")) child.kill("SIGTERM")
  await reading
  await child.status
  await collector.shutdown()
  assert.match(text, /^\/v1\/metrics /)
  const { resourceMetrics } = JSON.parse(text.slice("/v1/metrics ".length))
  const [{ scopeMetrics: [{ metrics }] }] = resourceMetrics
  const lag = metrics.find(({ name }: { name: string }) => name === "streaming.lag")
  assert.ok(lag.gauge.dataPoints[0].asDouble < 10_000 || Number(lag.gauge.dataPoints[0].asInt) < 10_000)
})
