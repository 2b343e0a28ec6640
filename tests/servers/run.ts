/**
 * Runs servers for tests: `deno task servers kafka mosquitto` starts two of them and prints their variables, a line KEY=VALUE for
 * each. Test files use the servers whose variables are set, and start none of their own. The servers stop with this process,
 * however it ends. `deno task servers --help` lists the names: each script of this folder is a server.
 */
import { CommandedServer } from "./launching.ts"

const folder = new URL(".", import.meta.url)

/** The first line of a script's comment, by name. A file that does not begin with an interpreter is part of scripts. */
const descriptions = new Map(
  Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name.endsWith(".sh")).sort().flatMap(
    (name): ReadonlyArray<[string, string]> => {
      const [first = "", second = ""] = Deno.readTextFileSync(new URL(name, folder)).split("\n")
      return first.startsWith("#!") ? [[name.slice(0, -".sh".length), second.replace(/^# */, "")]] : []
    },
  ),
)

const USAGE = `Usage: deno task servers <name>...

Starts servers for tests, prints their variables, and stops them on Ctrl-C. The names:

${Array.from(descriptions, ([name, description]) => `    ${name.padEnd(12)}${description}`).join("\n")}`

const names = Array.from(new Set(Deno.args))
if (names.includes("--help")) {
  console.log(USAGE)
  Deno.exit(0)
}
const unknown = names.filter((name) => !descriptions.has(name))
if (unknown.length > 0 || names.length === 0) {
  console.error(`${names.length === 0 ? "Name a server" : `Unknown server ${unknown.join(", ")}`}\n\n${USAGE}`)
  Deno.exit(1)
}

const path = (name: string) => decodeURIComponent(new URL(`${name}.sh`, folder).pathname)
const servers = names.map((name) => new CommandedServer(name, "bash", path(name), "run"))

let isStopping = false
const stop = async (code: number) => {
  if (isStopping) return
  isStopping = true
  await Promise.all(servers.map((server) => server.stop()))
  Deno.exit(code)
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => void stop(0))
// A task that is killed does not end the process that it has started.
const parent = Deno.ppid
setInterval(() => void (Deno.ppid !== parent && stop(1)), 200)

try {
  const settings = await Promise.all(servers.map(async (server) => {
    const found = await server.done()
    for (const [key, value] of Object.entries(found)) console.log(`${key}=${value}`)
    return found
  }))
  const quoted = settings.flatMap((found) => Object.entries(found).map(([key, value]) => `${key}='${value}'`))
  console.error(`
Ctrl-C stops the servers. To run tests with them, in another terminal:

    env ${quoted.join(" \\\n      ")} \\
      deno test -A tests/...
`)
  await Promise.race(servers.map((server) => server.ended))
  if (!isStopping) console.error("A server has ended")
} catch (error) {
  if (!isStopping) console.error(error instanceof Error ? error.message : error)
}
await stop(1)
