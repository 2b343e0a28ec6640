/**
 * Type-checks the library and runs a part of its tests with other versions of Effect than the one in `deno.lock`: the
 * lowest and the newest that the range in `deno.json` allows. Versions can be given as arguments instead.
 *
 * The adapters in `lib/engine/platform` and some connectors use modules of Effect that may change in a minor version. Users
 * get a version of their own, so that the range must hold as a whole.
 */
import { decode, encode, releases, type Version, versionsToTry } from "./versions.ts"

/** What uses most of Effect: files, processes, settings, streams, receivers, the life of a context. */
export const tested: ReadonlyArray<string> = [
  "tests/connector/settings_test.ts",
  "tests/connector/sqlite_test.ts",
  "tests/engine/platform",
  "tests/house/stability_test.ts",
  "tests/rdd/actions",
  "tests/rdd/files",
  "tests/rdd/operators/piping_test.ts",
  "tests/receiver",
  "tests/source",
  "tests/streaming/lifecycle_test.ts",
  "tests/streaming/stop_test.ts",
]

const root = new URL("../../", import.meta.url)
const copied = ["deno.json", "lib", "mod.ts", "tests"]

const EFFECT = "effect"
const PLATFORM = "@effect/platform-node-shared"

const text = (path: string): string => Deno.readTextFileSync(new URL(path, root))

const copy = (from: URL, to: URL): void => {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to)
  Deno.mkdirSync(to)
  for (const { name } of Deno.readDirSync(from)) copy(new URL(`${from}/${name}`), new URL(`${to}/${name}`))
}

const fail = (message: string): never => {
  console.error(`check:effect: ${message}`)
  Deno.exit(1)
}

/** The versions of a package that the registry has. */
const published = async (name: string): Promise<ReadonlyArray<Version>> => {
  const npm = new Deno.Command("npm", { args: ["view", name, "versions", "--json"], stderr: "inherit" })
  const { code, stdout } = await npm.output().catch(() =>
    fail("npm is needed to ask for the versions, and is not here")
  )
  if (code !== 0) fail(`npm view ${name} versions failed; without the registry there is nothing to try`)
  const found: unknown = JSON.parse(new TextDecoder().decode(stdout))
  return releases([found].flat().map(String))
}

/** Runs Deno in a folder, and shows what it prints. */
const deno = async (folder: URL, ...args: ReadonlyArray<string>): Promise<boolean> => {
  console.log(`check:effect: deno ${args.join(" ")}`)
  return (await new Deno.Command(Deno.execPath(), { args: [...args], cwd: folder }).spawn().status).success
}

/** Copies the project with other versions, checks it, and says whether that went well. */
const holdsWith = async (effect: string, platform: string): Promise<boolean> => {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`)
  try {
    for (const name of copied) copy(new URL(name, root), new URL(name, folder))
    const config = JSON.parse(text("deno.json"))
    config.imports[EFFECT] = `npm:${EFFECT}@${effect}`
    config.imports[`${EFFECT}/`] = `npm:/${EFFECT}@${effect}/`
    config.imports[`${PLATFORM}/`] = `npm:/${PLATFORM}@${platform}/`
    Deno.writeTextFileSync(new URL("deno.json", folder), JSON.stringify(config))
    const isChecked = await deno(folder, "check", "mod.ts", "lib", ...tested)
    const lock = JSON.parse(Deno.readTextFileSync(new URL("deno.lock", folder)))
    const copies = Object.keys(lock.npm).filter((name) => name.startsWith(`${EFFECT}@`))
    if (copies.length !== 1) console.error(`check:effect: several copies of Effect: ${copies.join(", ")}`)
    return isChecked && copies.length === 1 && await deno(folder, "test", "-A", "--no-check", "--quiet", ...tested)
  } finally {
    Deno.removeSync(folder, { recursive: true })
  }
}

if (import.meta.main) {
  const range = /^npm:effect@(.*)$/.exec(JSON.parse(text("deno.json")).imports[EFFECT])?.[1] ?? ""
  const locked = /"effect@(\d+\.\d+\.\d+)/.exec(text("deno.lock"))?.[1] ?? ""
  const asked = Deno.args.map((version) => decode(version) ?? fail(`${version} is not a version such as 4.1.0`))
  const versions = await published(EFFECT)
  const { lowest, newest, others } = versionsToTry(versions, range, locked) ??
    fail(`no published version is in ${range}, or the range is not of the form ^4.1.0`)
  const chosen = asked.length > 0 ? asked : others
  console.log(
    `check:effect: the lowest version in ${range} is ${lowest}, the newest is ${newest}; deno.lock has ${locked}` +
      (chosen.length > 0 ? "" : ", which the other checks use: nothing else is to be tried"),
  )
  const platforms = chosen.length > 0 ? await published(PLATFORM) : []
  let isFine = true
  for (const version of chosen) {
    const effect = encode(version)
    // The platform package has no release for each of Effect's. A later one may need a later Effect.
    const platform = versionsToTry(platforms, range, "", version)?.newest ??
      fail(`${PLATFORM} has no version in ${range} up to ${effect}`)
    const holds = await holdsWith(effect, platform)
    console.log(`check:effect: ${holds ? "fine" : "FAILED"} with effect ${effect} and ${PLATFORM} ${platform}`)
    isFine &&= holds
  }
  Deno.exit(isFine ? 0 : 1)
}
