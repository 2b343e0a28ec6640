/** Which of Effect's modules a program loads with an entry point, and which of them are stable. */
import { importsOf, lineOf, type Problem, resolve, type SourceFile, withoutComments } from "./source.ts"

/** A module of Effect. */
export interface EffectModule {
  /** What its `@stability` tag says: `stable`, `unstable` or `experimental`. */
  readonly stability: string | undefined
  /** Exports that are less stable than their module. */
  readonly unstableExports: ReadonlySet<string>
}

const tagIn = (comment: string): string | undefined => /@stability (\w+)/.exec(comment)?.[1]

/** Reads the tags of a module: one in the comment at its beginning, and one in that of each export. */
export const effectModule = (text: string): EffectModule => {
  const exported =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*export\s+(?:declare\s+)?(?:const|function|class|interface|type|namespace)\s+(\w+)/g
  const unstable = [...text.matchAll(exported)].filter(([, comment]) => (tagIn(comment!) ?? "stable") !== "stable")
  return {
    stability: tagIn(/^(?:\s|\/\/.*)*(\/\*\*[\s\S]*?\*\/)/.exec(text)?.[1] ?? ""),
    unstableExports: new Set(unstable.map(([, , name]) => name!)),
  }
}

/** A file without what loads modules later, by an import or by a URL; `import("…")` in a type stays. */
const atOnce = ({ path, text }: SourceFile): SourceFile => ({
  path,
  text: withoutComments(text).replace(
    /(?<!typeof\s+)\bimport\s*\(\s*["'][^"']+["']\s*\)(?!\.[A-Z])|\bnew\s+URL\s*\(\s*["'][^"']+["']\s*,\s*import\.meta\.url/g,
    (it) => it.replace(/[^\n]/g, " "),
  ),
})

/** The files that an entry point loads or takes types from, without those that are loaded when they are used. */
export const reachedFrom = (
  entry: string,
  files: ReadonlyMap<string, SourceFile>,
): ReadonlyArray<SourceFile> => {
  const reached = new Map<string, SourceFile>()
  const visit = (path: string): void => {
    const file = files.get(path)
    if (file === undefined) throw new Error(`${path} is imported, but does not exist`)
    if (reached.has(path)) return
    reached.set(path, atOnce(file))
    for (const { specifier } of importsOf(atOnce(file))) {
      const to = resolve(path, specifier)
      if (to !== undefined) visit(to)
    }
  }
  visit(entry)
  return [...reached.values()]
}

const namespaces = /\bimport\s+(?:type\s+)?\*\s+as\s+(\w+)\s+from\s*["'](effect\/[^"']+)["']/g
const named = /\bimport\s+(?:type\s+)?\{([^}]*)\}\s*from\s*["'](effect\/[^"']+)["']/g

/** What a file uses of Effect that is not stable, and the packages besides Effect that it names. */
export const unstableUses = (
  { path, text }: SourceFile,
  moduleOf: (specifier: string) => EffectModule,
): ReadonlyArray<Problem> => {
  const modules = importsOf({ path, text }).flatMap(({ line, specifier }) => {
    if (specifier.startsWith(".") || specifier.startsWith("node:")) return []
    if (!specifier.startsWith("effect/")) return [{ path, line, message: `${specifier} is loaded at once` }]
    const { stability = "untagged" } = moduleOf(specifier)
    return stability === "stable" ? [] : [{ path, line, message: `${specifier} is ${stability}` }]
  })
  const uses = [
    ...[...text.matchAll(namespaces)].flatMap(([, name, specifier]) =>
      [...text.matchAll(new RegExp(`(?<![.\\w])${name}\\.(\\w+)`, "g"))]
        .map(({ 1: member, index }) => ({ member: member!, specifier: specifier!, index }))
    ),
    ...[...text.matchAll(named)].flatMap(({ 1: list, 2: specifier, index }) =>
      list!.split(",").map((item) => ({
        member: item.trim().replace(/^type\s+/, "").replace(/\s+as\s.*/, ""),
        specifier: specifier!,
        index,
      }))
    ),
  ]
  const exports = uses.flatMap(({ index, member, specifier }) => {
    const { stability, unstableExports } = moduleOf(specifier)
    if (stability !== "stable" || !unstableExports.has(member)) return []
    return [{ path, line: lineOf(text, index), message: `${member} of ${specifier} is not stable` }]
  })
  return [...modules, ...exports]
}
