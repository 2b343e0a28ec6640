import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { PlatformError } from "effect/PlatformError"
import type * as ChildProcess from "effect/process/ChildProcess"
import * as Spawner from "effect/process/ChildProcessSpawner"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { runtimeProcesses } from "../../../lib/engine/processes.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as SparkContext from "../../../lib/spark_context.ts"
import { onEngines } from "../../rdd/run.ts"

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const sanitizers = { sanitizeOps: true, sanitizeResources: true, sanitizeExit: true }

const shell = (script: string, input = "") =>
  runtimeProcesses.run({ command: ["sh", "-c", script], env: {}, cwd: undefined }, [encode(input)])

/** Whether a process runs. A process that has ended counts as ended before its parent has collected its status. */
const isRunning = async (pid: string): Promise<boolean> => {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).output()
  return /^[^Z\s]/.test(decode(stdout))
}

Deno.test("Processes.run() adds to the environment of this process", sanitizers, async () => {
  const options = { command: ["sh", "-c", 'echo "$A $PATH"'] as const, env: { A: "1" }, cwd: undefined }
  const printed = await Effect.runPromise(runtimeProcesses.run(options, []))
  assert.equal(decode(printed), `1 ${Deno.env.get("PATH")}\n`)
})

Deno.test(
  "Processes.run() gives the status of a program that a signal has ended, as a shell does",
  sanitizers,
  async () => {
    const error = await Effect.runPromise(Effect.flip(shell("kill -KILL $$")))
    assert.deepEqual([error.status, error.message], [
      137,
      "Subprocess exited with status 137. Command ran: sh -c kill -KILL $$",
    ])
  },
)

Deno.test("Processes.run() says what is wrong with a directory", sanitizers, async () => {
  const run = runtimeProcesses.run({ command: ["true"], env: {}, cwd: "/no/such/folder" }, [])
  const { message, status } = await Effect.runPromise(Effect.flip(run))
  assert.equal(status, undefined)
  assert.match(message, /^Cannot run program "true": .*\/no\/such\/folder/)
})

const permissions = { run: ["pwd"], env: true, read: ["/"] }

Deno.test("Processes.run() needs to run the program, and to read variables and folder", { permissions }, async () => {
  const run = runtimeProcesses.run({ command: ["pwd"], env: {}, cwd: "/" }, [])
  assert.equal(decode(await Effect.runPromise(run)), "/\n")
})

Deno.test("Processes.run() fails if the environment may not be read", { permissions: { run: ["pwd"] } }, async () => {
  const run = runtimeProcesses.run({ command: ["pwd"], env: {}, cwd: undefined }, [])
  assert.match((await Effect.runPromise(Effect.flip(run))).message, /^Cannot run program "pwd": Requires env access/)
})

Deno.test("Processes.run() ends a program, and what it has started, when it is interrupted", sanitizers, async () => {
  const file = await Deno.makeTempFile()
  const run = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(shell(`sleep 1000 & echo "$! $$" >${file}; wait`))
    let pids: ReadonlyArray<string> = []
    while (pids.length < 2) {
      yield* Effect.sleep("5 millis")
      pids = yield* Effect.promise(async () => (await Deno.readTextFile(file)).split(/\s+/).filter(Boolean))
    }
    assert.deepEqual(yield* Effect.promise(() => Promise.all(pids.map(isRunning))), [true, true])
    yield* Fiber.interrupt(fiber)
    assert.deepEqual(yield* Effect.promise(() => Promise.all(pids.map(isRunning))), [false, false])
  })
  await Effect.runPromise(run)
  await Deno.remove(file)
})

/** A spawner of fake programs: they print their command line, variables and input in capitals, and end with a status. */
const answering = (status: number): Spawner.ChildProcessSpawner["Service"] =>
  Spawner.make((command: ChildProcess.Command) => {
    if (command._tag !== "StandardCommand") return Effect.die(new Error("one program is expected"))
    const { args, command: program, options: { env, stdin } } = command
    const input: Stream.Stream<Uint8Array, PlatformError> = Stream.isStream(stdin) ? stdin : Stream.empty
    return Effect.succeed(Spawner.makeHandle({
      pid: Spawner.ProcessId(1),
      exitCode: Effect.succeed(Spawner.ExitCode(status)),
      isRunning: Effect.succeed(false),
      kill: () => Effect.void,
      stdin: Sink.drain,
      stdout: Stream.concat(
        Stream.make(encode([program, ...args, JSON.stringify(env), ""].join("\n"))),
        Stream.map(input, (bytes) => encode(decode(bytes).toUpperCase())),
      ),
      stderr: Stream.empty,
      all: Stream.empty,
      getInputFd: () => Sink.drain,
      getOutputFd: () => Stream.empty,
      unref: Effect.succeed(Effect.void),
    }))
  })

const piped = RDD.parallelize(["a", "b"], { partitions: 1 }).pipe(
  RDD.pipe("program x", { env: { A: "1" } }),
  RDD.collect,
)
const printed = ["program", "x", '{"A":"1"}', "A", "B"]

onEngines("pipe() runs programs with the ChildProcessSpawner service around the action", () =>
  Effect.gen(function* () {
    const run = Effect.provideService(piped, RDD.Processes, runtimeProcesses)
    assert.deepEqual(yield* Effect.provideService(run, Spawner.ChildProcessSpawner, answering(0)), printed)
    const error = yield* Effect.flip(Effect.provideService(run, Spawner.ChildProcessSpawner, answering(3)))
    assert.equal(error.reason.message, "Subprocess exited with status 3. Command ran: program x")
  }))

Deno.test("SparkContext.layer takes the ChildProcessSpawner service from below", async () => {
  const sparkContext = SparkContext.layer({ master: "local[2]", appName: "processes" })
  const layer = Layer.provide(sparkContext, Layer.succeed(Spawner.ChildProcessSpawner, answering(0)))
  assert.deepEqual(await Effect.runPromise(Effect.provide(piped, layer)), printed)
})
