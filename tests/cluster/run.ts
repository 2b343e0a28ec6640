/**
 * Checks a Spark cluster: `deno task cluster sc://host:15002` tells step by step what works, and what is wrong. It leaves
 * nothing on the cluster. `deno task cluster --help` has the options.
 */
import * as Effect from "effect/Effect"
import { checkCluster, type Place } from "./steps.ts"

const USAGE = `Usage: deno task cluster <master URL> [--deno=PATH | --ship-deno]

Checks whether programs can run on a Spark cluster, with a few small jobs. The master URL is Spark's connection string,
such as sc://host:15002 or "sc://host:443/;token=…;use_ssl=true".

    --deno=PATH    where Deno is on all executors (default: where it is here, or on their PATH)
    --ship-deno    sends Deno to the executors, about 48 MB`

const [options, masters] = [Deno.args.filter((it) => it.startsWith("-")), Deno.args.filter((it) => !it.startsWith("-"))]
if (options.includes("--help")) {
  console.log(USAGE)
  Deno.exit(0)
}
const [master] = masters
const unknown = options.filter((option) => option !== "--ship-deno" && !/^--deno=./.test(option))
if (master === undefined || masters.length > 1 || unknown.length > 0 || options.length > 1) {
  console.error(unknown.length > 0 ? `Unknown option ${unknown.join(", ")}\n\n${USAGE}` : USAGE)
  Deno.exit(1)
}
const [option] = options
const place: Place = option === undefined
  ? {}
  : option === "--ship-deno"
  ? { shipDeno: true }
  : { deno: option.slice("--deno=".length) }

const isRight = await Effect.runPromise(
  Effect.match(Effect.scoped(checkCluster(master, place, (line) => console.log(line))), {
    onFailure: () => false,
    onSuccess: () => true,
  }),
)
console.log(isRight ? "The cluster can run programs." : "The cluster cannot run programs yet.")
Deno.exit(isRight ? 0 : 1)
