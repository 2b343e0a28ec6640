/** The files that cases read and write. Each run has a folder of its own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Differences, type Expected, lookUp, type StepSpec } from "./case.ts"
import { compareText, compareValues } from "./compare.ts"

/** A temporary folder for the files of one run. */
export const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => Deno.makeTempDir()),
  (path) => Effect.promise(() => Deno.remove(path, { recursive: true })),
)

const millis = (step: StepSpec): Date => new Date(Number(step.mtime ?? 0))

const steps: Readonly<Record<string, (step: StepSpec, root: string) => Promise<void>>> = {
  mkdir: (step, root) => Deno.mkdir(`${root}/${step.dir}`, { recursive: true }),
  writeFile: async (step, root) => {
    const hidden = `${root}/.writing`
    const path = `${root}/${step.dir ?? "."}/${step.name}`
    if (Array.isArray(step.bytes)) await Deno.writeFile(hidden, Uint8Array.from(step.bytes))
    else await Deno.writeTextFile(hidden, String(step.text ?? ""))
    await Deno.utime(hidden, millis(step), millis(step))
    await Deno.rename(hidden, path)
  },
  deleteFile: (step, root) => Deno.remove(`${root}/${step.dir ?? "."}/${step.name}`),
  renameDir: (step, root) => Deno.rename(`${root}/${step.dir ?? step.from}`, `${root}/${step.to ?? step.name}`),
}

/** Tells whether a step only touches files. */
export const isFileStep = (step: StepSpec): boolean => Object.hasOwn(steps, step.do)

/** Runs a step that only touches files, below a folder. */
export const fileStep = (step: StepSpec, root: string): Promise<void> => lookUp(steps, step.do, "step")(step, root)

/** Lists the files below a folder in the order of their names, without hidden ones. */
export const listing = async (
  root: string,
  under = "",
): Promise<ReadonlyArray<{ readonly file: string; readonly text: string }>> => {
  const found = []
  const entries = (await Array.fromAsync(Deno.readDir(`${root}/${under}`))).filter(({ name }) => !name.startsWith("."))
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const file = under === "" ? name : `${under}/${name}`
    if (isDirectory) found.push(...await listing(root, file))
    else found.push({ file, text: await Deno.readTextFile(`${root}/${file}`) })
  }
  return found
}

const folderOf = (file: string): string => file.replace(/\/?[^/]*$/, "")

/** The sorted lines of all files of each folder. */
const linesByFolder = (files: ReadonlyArray<{ readonly file: string; readonly text?: string }>) => {
  const lines = new Map<string, Array<string>>()
  for (const { file, text = "" } of files) {
    lines.set(folderOf(file), [...lines.get(folderOf(file)) ?? [], ...text.split("\n")])
  }
  return new Map(Array.from(lines, ([folder, all]) => [folder, all.toSorted().join("\n")]))
}

/** Compares lists of files. If `unordered`, the lines of a folder may lie in its files in any order. */
export const compareLists = (
  expected: NonNullable<Expected["files"]>,
  got: NonNullable<Expected["files"]>,
  unordered = false,
): Differences => {
  const names = compareValues("files", expected.map(({ file }) => file), got.map(({ file }) => file))
  if (names !== undefined) return [names]
  if (unordered && expected.every(({ text }) => text !== undefined)) {
    const others = linesByFolder(got)
    return Array.from(linesByFolder(expected)).flatMap(([name, text]) =>
      compareText(name, text, others.get(name) ?? "") ?? []
    )
  }
  return expected.flatMap(({ file, text }, i) =>
    text === undefined ? [] : compareText(file, text, got[i]?.text ?? "") ?? []
  )
}

/** Compares the files below a folder. */
export const compareFiles = async (
  expected: NonNullable<Expected["files"]>,
  root: string,
  unordered = false,
): Promise<Differences> => {
  const got = await listing(root).catch((error) => error instanceof Deno.errors.NotFound ? [] : Promise.reject(error))
  return compareLists(expected, got, unordered)
}
