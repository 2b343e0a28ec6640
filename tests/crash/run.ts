/**
 * Kills a pipeline again and again, lets it go on each time, and checks what it has written: `deno task crash` kills it three
 * times at each crash point and 30 times at random instants; `--rounds=100` sets the number of random kills, `--seed=1` the
 * seed, `--each=1` how often it is killed at each point, and `--seconds=60` ends the kills after that time. The checkpoint is in
 * a new folder, or at the URL of `--checkpoint=s3://bucket/name`. With `--threads=1` a worker computes half of it. Exits with 1 if anything was lost or doubled.
 */
import { linesOf } from "../child_process.ts"
import { check, createTables, INTERVAL } from "./oracle.ts"

const USAGE = "deno task crash [--rounds=N] [--each=N] [--seed=N] [--seconds=N] [--threads=1] [--checkpoint=URL]"

const options = {
  rounds: 30,
  each: 3,
  seed: crypto.getRandomValues(new Uint32Array(1))[0]!,
  seconds: Infinity,
  threads: 0,
}
const url = Deno.args.find((arg) => arg.startsWith("--checkpoint="))?.slice("--checkpoint=".length)
for (const arg of Deno.args.filter((arg) => !arg.startsWith("--checkpoint="))) {
  const [, name = "", value] = /^--(\w+)=(\d+)$/.exec(arg) ?? []
  if (!Object.hasOwn(options, name)) {
    console.error(`Unknown argument ${arg}\n\n${USAGE}`)
    Deno.exit(1)
  }
  Object.assign(options, { [name]: Number(value) })
}

/** Pseudo-random numbers from 0 to 1. */
let state = options.seed
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** Sends ids, each once, to whoever is connected. */
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
let nextLine = 1
let isSending = true
const serve = async (connection: Deno.Conn) => {
  const encoder = new TextEncoder()
  try {
    while (isSending) {
      const lines = Array.from({ length: 3 }, () => `${nextLine++}\n`).join("")
      await connection.write(encoder.encode(lines))
      await pause(15)
    }
    await pause(30 * INTERVAL)
  } catch {
    // The process was killed.
  }
  connection.close()
}
const accepting = (async () => {
  for await (const connection of listener) void serve(connection)
})()

const folder = await Deno.makeTempDir()
createTables(folder)

/** Puts files into the directory that the pipeline reads, each at once. */
let [nextFile, nextInFile] = [1, 1]
const writing = (async () => {
  while (isSending) {
    const lines = Array.from({ length: 1 + nextFile % 5 }, () => `${nextInFile++}\n`).join("")
    await Deno.writeTextFile(`${folder}/in/.hidden`, lines)
    await Deno.rename(`${folder}/in/.hidden`, `${folder}/in/${nextFile++}.txt`)
    await pause(40)
  }
})()

const started = (kill: string | undefined) => {
  const { port } = listener.addr as Deno.NetAddr
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--quiet", new URL("program.ts", import.meta.url).pathname, folder, String(port)],
      ...(url === undefined ? [] : [url]),
    ],
    env: {
      ...(kill === undefined ? {} : { DSTREAM_KILL: kill }),
      ...(options.threads === 0 ? {} : { DSTREAM_THREADS: "1" }),
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn()
}

const begin = performance.now()
const isTimeUp = () => performance.now() - begin > 1000 * options.seconds
let [atPoints, atRandom, unreached] = [0, 0, 0]
const problems: Array<string> = []

/** Runs a life that kills itself at a point, or that is killed after some time if it does not reach it. */
const killedAt = async (name: string, count: number) => {
  const child = started(`${name}/${count}`)
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000)
  const lines = linesOf(child)
  await lines.next()
  const late = pause(3_000).then(() => "late")
  const { code, signal } = await Promise.race([child.status, late]).then((ended) => {
    if (ended !== "late") return ended as Deno.CommandStatus
    unreached++
    child.kill("SIGKILL")
    return child.status
  })
  clearTimeout(timer)
  await child.stdin.close().catch(() => {})
  for await (const _ of lines) { /* The rest of what it printed. */ }
  if (signal !== "SIGKILL") problems.push(`${name}: the process ended with ${code} by itself`)
  atPoints++
}

const killedAfter = async (millis: number) => {
  const child = started(undefined)
  const timer = setTimeout(() => child.kill("SIGKILL"), millis)
  const { code, signal } = await child.status
  clearTimeout(timer)
  await child.stdin.close().catch(() => {})
  await child.stdout.cancel()
  if (signal !== "SIGKILL") problems.push(`the process ended with ${code} by itself`)
  atRandom++
}

/** Runs a life to its end. Gives the crash points that it has passed. */
const whole = async (millis: number): Promise<Readonly<Record<string, number>>> => {
  const child = started(undefined)
  const lines = linesOf(child)
  await lines.next()
  await pause(millis)
  const writer = child.stdin.getWriter()
  await writer.write(new Uint8Array(1)).then(() => writer.close(), () => {})
  const { value } = await lines.next()
  for await (const _ of lines) { /* Nothing follows. */ }
  await child.status
  if (value === undefined) {
    problems.push("the process ended by itself")
    return {}
  }
  return JSON.parse(value)
}

const points = await whole(2_000)
for (let each = 0; each < options.each && !isTimeUp(); each++) {
  for (const [name, count] of Object.entries(points)) {
    if (isTimeUp()) break
    await killedAt(name, 1 + Math.floor(random() * Math.min(count, 20)))
  }
}
for (let round = 0; round < options.rounds && !isTimeUp(); round++) await killedAfter(200 + random() * 1_800)
isSending = false
await writing
await whole(40 * INTERVAL)
listener.close()
await accepting.catch(() => {})

const checked = check(folder)
problems.push(...checked.problems)
console.log(
  `seed ${options.seed}: ${atPoints} kills at ${
    Object.keys(points).length
  } points (${unreached} after 3 s), ${atRandom} at ` +
    `random instants; ${checked.ids} ids in ${checked.batches} batches, ${checked.counts} counts, ${checked.files} batches of ` +
    `files, ${problems.length} problems`,
)
for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`)
if (problems.length === 0) await Deno.remove(folder, { recursive: true })
else console.log(`What was written is in ${folder}`)
Deno.exit(problems.length === 0 ? 0 : 1)
