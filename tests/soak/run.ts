/**
 * Runs pipelines under hard conditions: `deno task soak` runs each for 20 seconds, `deno task soak --minutes=10` for ten
 * minutes, and `deno task soak overload hanging` runs two of them. Pipeline and server have a process each. It prints a
 * table, and exits with 1 if records were lost or doubled, or if a context fell behind without bound.
 */
import { linesOf } from "../child_process.ts"
import { argumentsOf } from "./options.ts"
import { type Promised, type Ran, type Row, rowOf, tableOf } from "./report.ts"

const INTERVAL = 500

interface Scenario {
  readonly server: { readonly rate: number; readonly flapping?: number }
  readonly pipeline?: Readonly<Record<string, number>>
  readonly promised?: Promised
  /** Seconds for which the pipeline's process is suspended, after a third of the time. */
  readonly suspended?: number
}

const scenarios = (seconds: number): Readonly<Record<string, Scenario>> => ({
  // 1.8 times what can be processed.
  overload: { server: { rate: 1_800 }, pipeline: { waiting: 1 }, promised: { lag: 2, uneven: 0.25 } },
  computing: { server: { rate: 1_800 }, pipeline: { computing: 1 }, promised: { lag: 2, uneven: 0.25 } },
  windows: {
    server: { rate: 1_800 },
    pipeline: { waiting: 0.25, window: 4 },
    promised: { lag: 2, uneven: 0.25 },
  },
  hanging: { server: { rate: 50_000 }, pipeline: { hangs: 8, hanging: Math.min(60, seconds / 3) } },
  flapping: { server: { rate: 2_000, flapping: 1 }, promised: { lag: 2 } },
  suspended: { server: { rate: 2_000 }, suspended: Math.min(60, seconds / 4) },
  stepping: { server: { rate: 2_000 }, pipeline: { stepping: seconds / 6 }, promised: { lag: 1 } },
  steady: { server: { rate: 20_000 }, promised: { lag: 1 } },
})

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const started = (program: string, options: Readonly<Record<string, number>>, flags: ReadonlyArray<string> = []) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...flags, new URL(program, import.meta.url).pathname, ...argumentsOf(options)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn()

const soak = async (name: string, scenario: Scenario, seconds: number): Promise<Row> => {
  const server = started("server.ts", { seconds, ...scenario.server })
  const serverLines = linesOf(server)
  const port = Number((await serverLines.next()).value)
  const pipeline = started("pipeline.ts", { port, interval: INTERVAL, ...scenario.pipeline }, [
    "--v8-flags=--max-old-space-size=512",
  ])
  const pipelineLines = linesOf(pipeline)
  if (scenario.suspended !== undefined) {
    await pause(1000 * seconds / 3)
    pipeline.kill("SIGSTOP")
    await pause(1000 * scenario.suspended)
    pipeline.kill("SIGCONT")
  }
  const sent = Number((await serverLines.next()).value)
  const writer = pipeline.stdin.getWriter()
  await writer.write(new Uint8Array(1)).then(() => writer.close(), () => {})
  const { value } = await pipelineLines.next()
  await server.stdin.close()
  await Promise.all([server.status, pipeline.status])
  const ran: Ran = value === undefined ? { seen: [], received: 0, doubled: 0 } : JSON.parse(value)
  return rowOf(name, ran, sent, INTERVAL, seconds, scenario.promised ?? {})
}

const USAGE = `deno task soak [--minutes=N] [scenario …]

Runs scenarios for N minutes each (20 seconds if N is not given), all of them if none is named:
${Object.keys(scenarios(0)).join(", ")}`

const minutesOf = (arg: string): number => Number(/^--minutes=(.+)$/.exec(arg)?.[1])
const isWrong = (arg: string): boolean =>
  arg.startsWith("-") ? !(minutesOf(arg) > 0 && minutesOf(arg) < Infinity) : !Object.hasOwn(scenarios(0), arg)

if (Deno.args.some((arg) => arg === "--help" || arg === "-h")) {
  console.log(USAGE)
  Deno.exit(0)
}
const wrong = Deno.args.find(isWrong)
if (wrong !== undefined) {
  console.error(`Unknown argument ${wrong}\n\n${USAGE}`)
  Deno.exit(1)
}

const minutes = Deno.args.filter((arg) => arg.startsWith("-")).map(minutesOf).at(-1) ?? 1 / 3
const all = scenarios(60 * minutes)
const named = Deno.args.filter((arg) => !arg.startsWith("-"))
const rows: Array<Row> = []
for (const [name, scenario] of Object.entries(all)) {
  if (named.length > 0 && !named.includes(name)) continue
  console.log(`${name}: ${60 * minutes} seconds`)
  rows.push(await soak(name, scenario, 60 * minutes))
}
console.log(`\nLags are in batch intervals of ${INTERVAL} ms, memory is in MiB.\n\n${tableOf(rows)}`)
Deno.exit(rows.every(({ problems }) => problems.length === 0) ? 0 : 1)
