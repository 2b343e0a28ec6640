/** The task that runs servers, in processes of its own. */
import assert from "node:assert/strict"
import { linesOf } from "../child_process.ts"
import { isListening, scriptPath, warnSkipped, whyMissing } from "./launching.ts"

const root = new URL("../../", import.meta.url)
const missing = whyMissing("bash", scriptPath("mosquitto.sh"), "download")
if (missing !== undefined) warnSkipped(import.meta.url, `mosquitto: ${missing}`)

/** Starts the task, or the program of the task alone. Folders of servers are below `temporary`. */
const start = (kind: "task" | "program", temporary: string, ...names: ReadonlyArray<string>) =>
  new Deno.Command(Deno.execPath(), {
    args: kind === "task" ? ["task", "servers", ...names] : ["run", "-A", "tests/servers/run.ts", ...names],
    cwd: root,
    env: { NO_COLOR: "1", TMPDIR: temporary },
    stdout: "piped",
    stderr: "piped",
  }).spawn()

const output = async (...names: ReadonlyArray<string>) => {
  const { code, stderr, stdout } = await start("task", ".", ...names).output()
  return { code, stderr: new TextDecoder().decode(stderr), stdout: new TextDecoder().decode(stdout) }
}

Deno.test("the task lists the servers for --help, and for names that it does not know", async () => {
  const help = await output("--help")
  assert.equal(help.code, 0)
  for (const name of ["flume", "hdfs", "kafka", "mosquitto", "postgres", "s3", "spark"]) {
    assert.match(help.stdout, new RegExp(`^    ${name} +\\w`, "m"))
  }
  assert.doesNotMatch(help.stdout, /fetching/)
  const unknown = await output("mosquitto", "nosuch")
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /Unknown server nosuch[^]*^ {4}mosquitto +/m)
  assert.match((await output()).stderr, /Name a server[^]*^ {4}mosquitto +/m)
})

/** Waits until a condition holds, for half a minute at most. */
const until = async (what: string, isDone: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 30_000; !await isDone();) {
    assert.ok(Date.now() < deadline, what)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const cases = [
  ["task", "SIGINT", "when the server runs"],
  ["task", "SIGTERM", "when the server runs"],
  ["task", "SIGKILL", "when the server runs"],
  ["program", "SIGKILL", "when the server runs"],
  ["task", "SIGTERM", "while the server starts"],
  ["program", "SIGKILL", "while the server starts"],
] as const

for (const [kind, signal, when] of cases) {
  Deno.test({
    name: `the server ends if the ${kind} gets ${signal} ${when}`,
    ignore: missing !== undefined,
    fn: async () => {
      const temporary = await Deno.makeTempDir()
      const isEmpty = () => Array.from(Deno.readDirSync(temporary)).length === 0
      const child = start(kind, temporary, "mosquitto")
      const stderr = new Response(child.stderr).text()
      const ports: Array<number> = []
      if (when === "while the server starts") {
        await until("the script does not start", () => !isEmpty())
        child.kill(signal)
        await child.stdout.cancel()
      } else {
        for await (const line of linesOf(child)) {
          const [, port] = /_URL=\w+:\/\/\w[\w.]*:(\d+)/.exec(line) ?? []
          if (port !== undefined) ports.push(Number(port))
          if (!line.startsWith("MQTT_TLS_CA=")) continue
          assert.ok(await isListening(ports[0] ?? 0), line)
          child.kill(signal)
        }
        assert.equal(ports.length, 5)
      }
      await child.status
      await until("the files of the server are still there", isEmpty)
      for (const port of ports) await until(`something listens on port ${port}`, async () => !await isListening(port))
      assert.doesNotMatch(await stderr, /rror/)
      await Deno.remove(temporary)
    },
  })
}
