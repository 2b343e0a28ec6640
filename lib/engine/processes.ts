/**
 * Processes of Deno and Node.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Processes, ProcessFailed, type ProcessOptions } from "../rdd/processes.ts"

/** A process that runs. */
interface Running {
  readonly write: (chunk: Uint8Array) => Promise<unknown>
  readonly end: () => Promise<unknown>
  readonly output: Promise<Uint8Array>
  readonly status: Promise<number>
  readonly kill: () => void
}

/** Feeds a process while its output is read, so that neither waits for the other for ever. */
const feed = async ({ write, end }: Running, input: ReadonlyArray<Uint8Array>): Promise<void> => {
  for (const chunk of input) {
    // A program may end, or close its input, before it has read everything: what it prints and its code say the rest.
    if (!await write(chunk).then(() => true, () => false)) break
  }
  await end().catch(() => {})
}

const running = (start: (options: ProcessOptions) => Promise<Running>): Processes => ({
  run: (options, input) => {
    const { command } = options
    const failed = (cause: unknown) => new ProcessFailed({ command, status: undefined, cause })
    const all = async (signal: AbortSignal) => {
      const process = await start(options)
      const kill = () => process.kill()
      if (signal.aborted) kill()
      signal.addEventListener("abort", kill)
      const [output, status] = await Promise.all([process.output, process.status, feed(process, input)])
      return [output, status] as const
    }
    const ended = Effect.callback<readonly [Uint8Array, number], ProcessFailed>((resume, signal) => {
      const settled = all(signal).then(
        (result) => resume(Effect.succeed(result)),
        (cause) => resume(Effect.fail(failed(cause))),
      )
      return Effect.promise(() => settled)
    })
    return Effect.flatMap(
      ended,
      ([output, status]) => status === 0 ? Effect.succeed(output) : Effect.fail(new ProcessFailed({ command, status })),
    )
  },
})

/** The processes of Deno. */
export const denoProcesses: Processes = running(({ command: [program, ...args], env, cwd }) => {
  const process = new Deno.Command(program, {
    args,
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn()
  const writer = process.stdin.getWriter()
  const status = process.status
  const kill = () => {
    try {
      process.kill()
    } catch {
      // It has ended already.
    }
  }
  return Promise.resolve({
    write: (chunk) => writer.write(chunk),
    end: () => writer.close(),
    output: new Response(process.stdout).arrayBuffer().then((buffer) => new Uint8Array(buffer)),
    status: status.then(({ code }) => code),
    kill,
  })
})

const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** The processes of `node:child_process`. */
export const nodeProcesses: Processes = running(async ({ command: [program, ...args], env, cwd }) => {
  const { spawn } = await import("node:child_process")
  const { default: { env: inherited } } = await import("node:process")
  const process = spawn(program, args, {
    env: { ...inherited, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["pipe", "pipe", "inherit"],
  })
  await new Promise<void>((resolve, reject) => {
    process.once("spawn", resolve)
    process.once("error", reject)
  })
  const { stdin, stdout } = process
  stdin.on("error", () => {})
  const status = new Promise<number>((resolve) => process.once("close", (code) => resolve(code ?? 1)))
  const output = new Promise<Uint8Array>((resolve, reject) => {
    const pieces: Array<Uint8Array> = []
    stdout.on("data", (piece: Uint8Array) => pieces.push(piece))
    stdout.once("error", reject)
    stdout.once("end", () => resolve(joined(pieces)))
  })
  // What is written to a program that has ended may never be acknowledged.
  const orEnded = (done: Promise<void>) => Promise.race([done, status])
  return {
    write: (chunk) =>
      orEnded(new Promise((resolve, reject) => stdin.write(chunk, (error) => error ? reject(error) : resolve()))),
    end: () => orEnded(new Promise((resolve) => stdin.end(resolve))),
    output,
    status,
    kill: () => void process.kill(),
  }
})

/** The processes of the runtime this is in. */
export const runtimeProcesses: Processes = {
  run: (options, input) => ("Deno" in globalThis ? denoProcesses : nodeProcesses).run(options, input),
}
