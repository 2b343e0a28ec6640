import { rules } from "./rules.ts"
import { bounds, sizeProblems, sizesOf } from "./sizes.ts"
import type { Problem, SourceFile } from "./source.ts"

const root = new URL("../../", import.meta.url)
const ignored = new Set([".git", ...Deno.readTextFileSync(new URL(".gitignore", root)).split(/\/?\r?\n/)])

/** Every text file below a folder, without those that the repository ignores. */
const walk = (folder: string): ReadonlyArray<SourceFile> =>
  [...Deno.readDirSync(new URL(folder, root))].flatMap((entry) => {
    const path = folder + entry.name
    if (ignored.has(entry.name)) return []
    if (entry.isDirectory) return walk(`${path}/`)
    const text = entry.isFile ? Deno.readTextFileSync(new URL(path, root)) : "\0"
    return text.includes("\0") ? [] : [{ path, text }]
  })

const show = ({ path, line, message }: Problem): string => `${path}${line === undefined ? "" : `:${line}`} ${message}`

const files = walk("")
const problems = [...Object.values(rules).flatMap((rule) => rule(files)), ...sizeProblems(files)]
const { files: count, median, p90, max } = sizesOf(files)

problems.map(show).sort().forEach((line) => console.log(line))
console.log(
  `lib: ${count} files, lines median ${median} (<= ${bounds.median}), ` +
    `p90 ${p90} (<= ${bounds.p90}), max ${max} (<= ${bounds.max})`,
)
console.log(problems.length === 0 ? "house: clean" : `house: ${problems.length} problems`)
Deno.exit(problems.length === 0 ? 0 : 1)
