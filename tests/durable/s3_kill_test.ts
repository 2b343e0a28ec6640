import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { s3Store } from "../../lib/durable/store/s3.ts"
import { linesOf } from "../child_process.ts"
import { s3Server } from "../servers/s3_server.ts"
import { textOf, withLog } from "./logs.ts"

const moto = s3Server(import.meta.url, "moto")
const PROGRAM = new URL("./kill_program.ts", import.meta.url)
/** How many processes there are, one after the other. `DSTREAM_KILLS` sets another number. */
const ROUNDS = Number(Deno.env.get("DSTREAM_KILLS") ?? 6)

/** A process that writes to the log, and what it has printed. */
class Running {
  readonly printed: Array<string> = []
  readonly opened: Promise<void>
  readonly ended: Promise<void>
  readonly #process: Deno.ChildProcess

  constructor(url: string) {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", PROGRAM.href, url, "3000", "60"],
      env: moto.env(),
      stdout: "piped",
      stderr: "null",
    }).spawn()
    this.#process = process
    const opened = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.ended = (async () => {
      for await (const line of linesOf(process)) if (this.printed.push(line) === 1) opened.resolve()
      opened.resolve()
    })()
  }

  /** The numbers after a word in what was printed. */
  numbers(word: string): ReadonlyArray<number> {
    return this.printed.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)))
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL")
    await this.end()
  }

  async end(): Promise<void> {
    await this.ended
    await this.#process.status
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

Deno.test({
  name: "Log: processes on S3 that are killed, or taken over while they write, lose no durable entry and repeat none",
  ignore: !moto.available,
}, async () => {
  const url = `s3://${await Effect.runPromise(moto.bucket)}/log`
  let last = -1
  let before: Running | undefined
  for (let round = 0; round < ROUNDS; round++) {
    const running = new Running(url)
    await running.opened
    // The process before has been killed, or ends by itself at its next write.
    await before?.end()
    last = Math.max(last, ...before?.numbers("done") ?? [])
    const [found = NaN] = running.numbers("found")
    assert.ok(found > last, `round ${round}: found ${found} entries, but ${last} was durable`)
    await pause(100 + Math.random() * 500)
    if (round % 2 === 0) await running.kill()
    before = running
  }
  await before?.kill()
  last = Math.max(last, ...before?.numbers("done") ?? [])
  const entries: Array<string> = []
  const onEntry = (_: unknown, bytes: Uint8Array) => void entries.push(textOf(bytes))
  await Effect.runPromise(moto.provide(withLog(s3Store(url), { onEntry }, () => Effect.void)))
  const numbers = entries.map((text) => Number(text.split(" ")[0]))
  const [first = 0] = numbers
  assert.deepEqual(numbers, numbers.map((_, i) => first + i), "each number once and in order")
  assert.ok(first + numbers.length > last, `${last} was durable`)
  assert.ok(last > 20, `only ${last} entries were written`)
  console.log(`${ROUNDS} processes, ${last + 1} entries, the first of ${numbers.length} is ${first}`)
})
