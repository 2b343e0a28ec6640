import { codeOnly, importsOf, lineOf, type Problem, resolve, type SourceFile, withoutComments } from "./source.ts"

/** A rule looks at all files at once and names what breaks it. */
export type Rule = (files: ReadonlyArray<SourceFile>) => ReadonlyArray<Problem>

/** The layers of `lib/`, lowest first. A file imports its own layer and those before it. */
export const layers: ReadonlyArray<string> = [
  "core",
  "rdd",
  "dstream",
  "engine",
  "source",
  "receiver",
  "streaming",
  "connector",
  "ui",
]

const isLib = (path: string) => path.startsWith("lib/") && path.endsWith(".ts")
const isBarrel = (path: string) => path === "mod.ts" || /^lib\/[^/]+\.ts$/.test(path)
const isTesting = (path: string) => path.startsWith("lib/testing/")
const isConnector = (path: string) => path.startsWith("lib/connector/")
const layerOf = (path: string) => path.split("/")[1] ?? ""

const each = (where: (path: string) => boolean, problems: (file: SourceFile) => ReadonlyArray<Problem>): Rule => {
  return (files) => files.filter((file) => where(file.path)).flatMap(problems)
}

const words = (
  where: (path: string) => boolean,
  pattern: RegExp,
  message: (found: string) => string,
  view: (text: string) => string = (text) => text,
): Rule =>
  each(where, ({ path, text }) => {
    const seen = view(text)
    return [...seen.matchAll(pattern)].map((match) => ({
      path,
      line: lineOf(seen, match.index),
      message: message(match[0].trim()),
    }))
  })

const upward = (from: string, to: string): string | undefined => {
  // A barrel may give all it exports under one name: its own.
  if (isTesting(from) || (isBarrel(from) && from === to)) return undefined
  if (isBarrel(to)) return "a barrel is imported by users, tests and lib/testing only"
  if (isTesting(to)) return from === "lib/testing.ts" ? undefined : "lib/testing is imported by nothing else in lib"
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

/** Barrels in `lib/` hold re-exports and nothing else. */
export const barrelsOnlyReExport: Rule = each((path) => isLib(path) && isBarrel(path), ({ path, text }) => {
  const rest = withoutComments(text).replace(
    /\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*["'][^"']+["']\s*;?/g,
    "",
  )
  return rest.trim() === "" ? [] : [{ path, message: "a barrel may only re-export" }]
})

/** `effect` comes in by its sub-modules; packages and remote modules come in through connectors only. */
export const importsKeepOut: Rule = each(isLib, (file) =>
  importsOf(file).flatMap(({ specifier, line }) => {
    const free = isConnector(file.path)
    const message = specifier === "effect"
      ? `import the sub-module, not the root barrel "effect"`
      : /^(npm|jsr|https?):/.test(specifier) && !free
      ? `${specifier} belongs in lib/connector`
      : /^[@\w]/.test(specifier) && !/^(effect|node:|@dstream\/|npm:|jsr:|https?:)/.test(specifier) && !free &&
          !isTesting(file.path)
      ? `the package ${specifier} belongs in lib/connector or lib/testing`
      : undefined
    return message === undefined ? [] : [{ path: file.path, line, message }]
  }))

const isPortable = (path: string) => isLib(path) && /^lib\/(core|rdd|dstream|engine\/(?:local|plan|task))\//.test(path)

/** The layers that run in a browser use no Deno or Node interface. */
export const portableLayers: Rule = (files) => [
  ...words(isPortable, /\bDeno\s*\??\./g, () => "Deno is not available in a browser", codeOnly)(files),
  ...words(isPortable, /["']node:[^"']*["']/g, (it) => `${it} is not available in a browser`, withoutComments)(files),
]

/** Clock, randomness and waiting come from Effect's services. */
export const timeThroughServices: Rule = words(
  isLib,
  /\b(?:Date\s*\.\s*now|Math\s*\.\s*random|setTimeout|setInterval)\b/g,
  (it) => `${it}: use Effect's Clock, Random or Schedule`,
  codeOnly,
)

/** `any` says nothing (the linter sees the other places it can stand in). */
export const noAny: Rule = words(isLib, /(?::|\bas)\s*any\b(?!\s*[:(.])/g, (it) => `no ${it}`, codeOnly)

/** File and folder names are snake_case. */
export const snakeCase: Rule = each(
  (path) => path.endsWith(".ts") && /^(lib|tests|examples)\//.test(path),
  ({ path }) => /^([a-z0-9_]+\/)*[a-z0-9]+(_[a-z0-9]+)*\.ts$/.test(path) ? [] : [{ path, message: "not snake_case" }],
)

/** Every file of `lib/` opens with a doc comment whose `@module` has its own line (Deno reads no other form). */
export const moduleDocs: Rule = each(
  isLib,
  ({ path, text }) =>
    /^\/\*\*(?:(?!\*\/)[\s\S])*?\n[ \t]*\*?[ \t]*@module\b/.test(text)
      ? []
      : [{ path, line: 1, message: "must start with a /** … */ comment that has @module on a line of its own" }],
)

const hosts = /\b(?:registry\.(?:npmjs\.org|npmmirror\.com|yarnpkg\.com)|npm\.jsr\.io|[\w.-]*\bartifactory\b[\w.-]*)/gi
const paths = /(?<![\w.])\/(?:work|root|home|tmp\/npm)(?:\/[\w./-]*|(?=["'`]))/g

/** Nothing in the project depends on the machine it was written on. */
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
  barrelsOnlyReExport,
  importsKeepOut,
  portableLayers,
  timeThroughServices,
  noAny,
  snakeCase,
  moduleDocs,
  noMachines,
  onePin,
}
