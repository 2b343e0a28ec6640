import { noCircles } from "./circles.ts"
import { foldersPointDown } from "./folders.ts"
import { plainWords } from "./prose.ts"
import { each, isLib, type Rule, words } from "./rule.ts"
import { codeOnly, importsOf, lineOf, resolve, withoutComments } from "./source.ts"

/** The layers of `lib/`, lowest first. A file imports its own layer and lower ones. */
export const layers: ReadonlyArray<string> = [
  "core",
  "remote",
  "durable",
  "rdd",
  "dstream",
  "engine",
  "source",
  "receiver",
  "streaming",
  "connector",
  "ui",
]

const isBarrel = (path: string) => path === "mod.ts" || /^lib\/[^/]+\.ts$/.test(path)
const isTesting = (path: string) => path.startsWith("lib/testing/")
const isConnector = (path: string) => path.startsWith("lib/connector/")
/** Adapters between interfaces of the library and unstable modules or packages; they are loaded when they are used. */
const isAdapter = (path: string) =>
  /^lib\/(?:engine\/platform|engine\/spark\/(?:connect|shipping|worker)|remote)\//.test(path)
const layerOf = (path: string) => path.split("/")[1] ?? ""

const upward = (from: string, to: string): string | undefined => {
  // A barrel may export itself as a namespace.
  if (isTesting(from) || (isBarrel(from) && from === to)) return undefined
  if (isBarrel(to)) return "only users, tests and lib/testing import a barrel"
  if (isTesting(to)) return from === "lib/testing.ts" ? undefined : "nothing else in lib imports lib/testing"
  if (!to.startsWith("lib/")) return "lib imports nothing outside lib"
  if (isBarrel(from)) return undefined
  const [here, there] = [layers.indexOf(layerOf(from)), layers.indexOf(layerOf(to))]
  if (here < 0) return `lib/${layerOf(from)} is not a layer`
  if (there < 0) return `lib/${layerOf(to)} is not a layer`
  return there > here ? `import points up, from ${layerOf(from)} to ${layerOf(to)}` : undefined
}

/** Imports inside `lib/` point down the list of layers. */
export const importsPointDown: Rule = each(isLib, (file) =>
  importsOf(file).flatMap(({ specifier, line }) => {
    const to = specifier.startsWith("@dstream/") ? "mod.ts" : resolve(file.path, specifier)
    const message = to === undefined ? undefined : upward(file.path, to)
    return message === undefined ? [] : [{ path: file.path, line, message: `${message} (${specifier})` }]
  }))

/** Barrels in `lib/` only re-export. */
export const barrelsOnlyReExport: Rule = each((path) => isLib(path) && isBarrel(path), ({ path, text }) => {
  const rest = withoutComments(text).replace(
    /\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*["'][^"']+["']\s*;?/g,
    "",
  )
  return rest.trim() === "" ? [] : [{ path, message: "a barrel may only re-export" }]
})

/** `effect` comes in by its sub-modules; packages and remote modules come in through connectors and adapters only. */
export const importsKeepOut: Rule = each(isLib, (file) =>
  importsOf(file).flatMap(({ specifier, line }) => {
    const free = isConnector(file.path) || isAdapter(file.path)
    const message = specifier === "effect"
      ? `import the sub-module, not the root barrel "effect"`
      : /^(npm|jsr|https?):/.test(specifier) && !free
      ? `${specifier} belongs in lib/connector, lib/remote, lib/engine/platform or the folders of lib/engine/spark`
      : /^[@\w]/.test(specifier) && !/^(effect|node:|@dstream\/|npm:|jsr:|https?:)/.test(specifier) && !free &&
          !isTesting(file.path)
      ? `the package ${specifier} belongs in lib/connector, lib/remote, lib/engine/platform, the folders of lib/engine/spark or lib/testing`
      : undefined
    return message === undefined ? [] : [{ path: file.path, line, message }]
  }))

const isPortable = (path: string) =>
  isLib(path) &&
  /^lib\/(?:(?:core|rdd|dstream|durable\/log|engine\/(?:local|plan|task))\/|durable\/[^/]+\.ts$)/.test(path)

/** The layers that run in a browser use no API of Deno or Node. */
export const portableLayers: Rule = (files) => [
  ...words(isPortable, /\bDeno\s*\??\./g, () => "Deno is not available in a browser", codeOnly)(files),
  ...words(isPortable, /["']node:[^"']*["']/g, (it) => `${it} is not available in a browser`, withoutComments)(files),
]

/** Time, randomness and timers come from Effect's services. */
export const timeThroughServices: Rule = words(
  isLib,
  /\b(?:Date\s*\.\s*now|Math\s*\.\s*random|setTimeout|setInterval)\b/g,
  (it) => `${it}: use Effect's Clock, Random or Schedule`,
  codeOnly,
)

/** No `any` as an annotation or assertion. The linter reports its other uses. */
export const noAny: Rule = words(isLib, /(?::|\bas)\s*any\b(?!\s*[:(.])/g, (it) => `no ${it}`, codeOnly)

/** File and folder names are snake_case. */
export const snakeCase: Rule = each(
  (path) => path.endsWith(".ts") && /^(lib|tests|examples)\//.test(path),
  ({ path }) => /^([a-z0-9_]+\/)*[a-z0-9]+(_[a-z0-9]+)*\.ts$/.test(path) ? [] : [{ path, message: "not snake_case" }],
)

/** Every file of `lib/` starts with a doc comment that has `@module` on a line of its own, the only form Deno reads. */
export const moduleDocs: Rule = each(
  isLib,
  ({ path, text }) =>
    /^\/\*\*(?:(?!\*\/)[\s\S])*?\n[ \t]*\*?[ \t]*@module\b/.test(text)
      ? []
      : [{ path, line: 1, message: "must start with a /** … */ comment that has @module on a line of its own" }],
)

/** How many lines an example may have. */
const EXAMPLE_LINES = 60

/** An example can be read at a glance. */
export const shortExamples: Rule = each(
  (path) => path.startsWith("examples/") && path.endsWith(".ts"),
  ({ path, text }) => {
    const lines = text.replace(/\n$/, "").split("\n").length
    return lines > EXAMPLE_LINES ? [{ path, message: `${lines} lines, more than ${EXAMPLE_LINES}` }] : []
  },
)

const hosts = /\b(?:registry\.(?:npmjs\.org|npmmirror\.com|yarnpkg\.com)|npm\.jsr\.io|[\w.-]*\bartifactory\b[\w.-]*)/gi
const paths = /(?<![\w.])\/(?:work|root|home|tmp\/npm)(?:\/[\w./-]*|(?=["'`]))/g

/** No file mentions a path or host of the machine it was written on. */
export const noMachines: Rule = (files) => [
  ...words(() => true, paths, (it) => `machine path ${it}`)(files),
  ...words(() => true, hosts, (it) => `registry host ${it}`)(files),
  ...words((path) => path === "deno.lock", /\w+:\/\/[^\s"]*/g, (it) => `address in the lock file: ${it}`)(files),
  ...words((path) => !path.startsWith("tests/"), /(?<![\w-])shared\//g, (it) => `mention of ${it}`)(files),
]

/** Every `deno@x.y.z` in the project is the version that `.dvmrc` pins. */
export const onePin: Rule = (files) => {
  const pin = files.find((file) => file.path === ".dvmrc")?.text.trim()
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(/\bdeno@(\d+\.\d+\.\d+)\b/g)].flatMap((match) =>
      match[1] === pin ? [] : [{ path, line: lineOf(text, match.index), message: `${match[0]}, but .dvmrc has ${pin}` }]
    )
  )
}

/** Every rule, by name. */
export const rules: Readonly<Record<string, Rule>> = {
  importsPointDown,
  foldersPointDown,
  noCircles,
  barrelsOnlyReExport,
  importsKeepOut,
  portableLayers,
  timeThroughServices,
  noAny,
  snakeCase,
  moduleDocs,
  shortExamples,
  noMachines,
  onePin,
  plainWords,
}
