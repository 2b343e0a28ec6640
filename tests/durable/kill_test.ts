import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { linesOf } from "../child_process.ts"
import { bytesOf, textOf, withLog } from "./logs.ts"
import { temporaryFolder } from "./folders.ts"

const PROGRAM = new URL("./kill_program.ts", import.meta.url)
/** How many processes are killed. `DSTREAM_KILLS` sets another number. */
const ROUNDS = Number(Deno.env.get("DSTREAM_KILLS") ?? 8)
const MOST_MS = 250

const started = (folder: string) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", PROGRAM.href, folder, "5000"],
    stdout: "piped",
  }).spawn()

/** Kills a program a while after it has opened the log. Gives what it had printed, in order. */
const killedAfter = async (folder: string, ms: number): Promise<ReadonlyArray<string>> => {
  const process = started(folder)
  const printed: Array<string> = []
  let timer: ReturnType<typeof setTimeout> | undefined
  for await (const line of linesOf(process)) {
    if (printed.push(line) === 1) timer = setTimeout(() => process.kill("SIGKILL"), ms)
  }
  clearTimeout(timer)
  const { signal } = await process.status
  assert.equal(signal, "SIGKILL")
  return printed
}

const numbersIn = (lines: ReadonlyArray<string>, word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)))

/** Pseudo-random numbers from 0 to 1. */
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

Deno.test(`Log: ${ROUNDS} processes that are killed at random lose no durable entry and repeat none`, () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!
    const next = random(seed)
    const folder = yield* temporaryFolder
    let last = -1
    let most = 0
    for (let round = 0; round < ROUNDS; round++) {
      const printed = yield* Effect.promise(() => killedAfter(folder, Math.floor(next() * MOST_MS)))
      const [found = NaN] = numbersIn(printed, "found")
      assert.ok(found > last, `seed ${seed}, round ${round}: found ${found} entries, but ${last} was durable`)
      last = Math.max(last, ...numbersIn(printed, "done"))
      most = Math.max(most, ...numbersIn(printed, "cleaned"))
    }
    const entries: Array<string> = []
    const onEntry = (_: unknown, bytes: Uint8Array) => void entries.push(textOf(bytes))
    yield* withLog(folderStore(folder), { onEntry }, () => Effect.void)
    const numbers = entries.map((text) => Number(text.split(" ")[0]))
    const [first = 0] = numbers
    assert.deepEqual(numbers, numbers.map((_, i) => first + i), `seed ${seed}: each number once and in order`)
    assert.ok(first + numbers.length > last, `seed ${seed}: ${last} was durable`)
    entries.forEach((text, i) => assert.equal(text, `${first + i} ${"x".repeat((first + i) % 300)}`))
    console.log(`seed ${seed}: ${ROUNDS} kills, ${last + 1} entries, cleaned up to segment ${most}`)
  }))))

Deno.test("Log: a second process is refused while the first one lives, and not after it was killed", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const process = started(folder)
    const lines = linesOf(process)
    yield* Effect.promise(() => lines.next())
    const use = withLog(folderStore(folder), {}, (log) => log.append(bytesOf("99999999 ")))
    const error = yield* Effect.flip(use)
    assert.equal(error._tag, "StoreLocked")
    assert.ok(error.message.startsWith(`${folder} is in use by another process. `))
    process.kill("SIGKILL")
    yield* Effect.promise(() => process.status)
    yield* Effect.promise(() => lines.return())
    yield* use
  }))))
