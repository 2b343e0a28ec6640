/** Engines as programs that run a workload and print what it took. */
import { inOwnProcess, REPORT } from "../output.ts"
import type { PeerWorkload } from "./workloads.ts"

/** What a program prints. */
export interface Timings {
  /** The wall time of each timed batch in milliseconds. */
  readonly wall: ReadonlyArray<number>
  /** The processor time of all threads for one timed batch, in milliseconds. */
  readonly cpu: number
  /** The most resident memory of the process in MB; 0 where it cannot be read. */
  readonly megabytes: number
  /** The sum of the checksums of all batches. */
  readonly checksum: number
}

/** An engine that is ready. */
export interface Engine {
  readonly name: string
  /** Whether the engine has the workload. */
  readonly has: (workload: string) => boolean
  readonly run: (workload: string, work: PeerWorkload) => Promise<Timings>
}

/** Why an engine cannot be used. */
export interface Missing {
  readonly name: string
  readonly reason: string
}

/** The arguments that every program takes. */
export const argumentsOf = (workload: string, { batches, keys = 0, records, warmUp }: PeerWorkload) => [
  workload,
  `records=${records}`,
  `keys=${keys}`,
  `warmUp=${warmUp}`,
  `batches=${batches}`,
]

/** The library itself. */
export const OURS: Engine = {
  name: "DStream, one thread",
  has: () => true,
  run: (workload, work) => inOwnProcess(new URL("./ours.ts", import.meta.url).href, argumentsOf(workload, work)),
}

/** Runs a command to its end. Gives the standard output, or throws with what it wrote to standard error. */
export const output = async (command: string, args: ReadonlyArray<string>): Promise<string> => {
  // The process may fail to start at once.
  const start = async () => await new Deno.Command(command, { args: [...args] }).output()
  const { stderr, stdout, success } = await start().catch((cause: unknown) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause
    throw new Error(`${command} is not installed; a JDK of Java 17 or later and Maven are needed`, { cause })
  })
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  if (!success) throw new Error(`${command} failed: ${text(stderr).trim().split("\n").slice(-5).join("\n")}`)
  return text(stdout)
}

/** Runs a program that prints its timings. */
export const timings = async (command: string, args: ReadonlyArray<string>): Promise<Timings> => {
  const line = (await output(command, args)).split("\n").find((line) => line.startsWith(REPORT))
  if (line === undefined) throw new Error(`${command} ${args.at(-5)} has printed no result`)
  return JSON.parse(line.slice(REPORT.length))
}
