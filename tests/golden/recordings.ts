/** Reads recordings from files and folders. */

/** The cases of one file. */
export interface Loaded {
  readonly path: string
  readonly family: string
  readonly cases: ReadonlyArray<unknown>
}

/** The families that were read, and what is wrong with files that were not. */
export interface Recordings {
  readonly families: ReadonlyArray<Loaded>
  readonly problems: ReadonlyArray<string>
}

const problem = (path: string, error: unknown): Recordings => ({
  families: [],
  problems: [`${path}: ${error instanceof Error ? error.message : String(error)}`],
})

const familyIn = (path: string): Recordings => {
  try {
    const value: unknown = JSON.parse(Deno.readTextFileSync(path))
    if (typeof value !== "object" || value === null || !("cases" in value)) return { families: [], problems: [] }
    const family = "family" in value ? String(value.family) : path.replace(/^.*\/|\.json$/g, "")
    return Array.isArray(value.cases)
      ? { families: [{ path, family, cases: value.cases }], problems: [] }
      : problem(path, "cases is not a list")
  } catch (error) {
    return problem(path, error)
  }
}

/** Puts recordings together. */
export const together = (all: ReadonlyArray<Recordings>): Recordings => ({
  families: all.flatMap(({ families }) => families),
  problems: all.flatMap(({ problems }) => problems),
})

/** Reads the recordings in a folder, or in one file. */
export const recordingsIn = (path: string): Recordings => {
  if (path.endsWith(".json")) return familyIn(path)
  try {
    const names = Array.from(Deno.readDirSync(path), ({ name }) => name)
    const files = names.filter((name) => name.endsWith(".json")).toSorted()
    const found = together(files.map((name) => familyIn(`${path.replace(/\/$/, "")}/${name}`)))
    const isEmpty = found.families.length === 0 && found.problems.length === 0
    return isEmpty ? problem(path, "it holds no recordings") : found
  } catch (error) {
    return problem(path, error)
  }
}

/** The folder of the recordings of this repository. */
export const ownFolder: string = new URL(".", import.meta.url).pathname

/** Gives the name of a case: its family and its id. */
export const nameOf = (family: string, golden: unknown): string =>
  `${family} ${typeof golden === "object" && golden !== null && "id" in golden ? String(golden.id) : "(no id)"}`
