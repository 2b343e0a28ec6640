/** Checks what the killed pipeline has written: everything must be as the table of ids says. */
import { DatabaseSync } from "node:sqlite"

/** The batch interval, and the length and the slide of the windows, in milliseconds. */
export const INTERVAL = 100
export const WINDOW = 500
export const SLIDE = 200
/** How many keys there are. */
export const KEYS = 7

/** Makes the tables, and the directory of the files that are read. */
export const createTables = (folder: string): void => {
  Deno.mkdirSync(`${folder}/in`)
  const database = new DatabaseSync(`${folder}/out.db`)
  database.exec("PRAGMA journal_mode = WAL")
  database.exec("CREATE TABLE ids (time INTEGER, source TEXT, id INTEGER)")
  database.exec("CREATE TABLE counts (time INTEGER, name TEXT, key INTEGER, n INTEGER)")
  database.close()
}

interface Id {
  readonly time: number
  readonly source: string
  readonly id: number
}

/** What was found, and everything that is wrong with it. */
export interface Checked {
  readonly ids: number
  readonly batches: number
  readonly counts: number
  readonly files: number
  readonly problems: ReadonlyArray<string>
}

/** The number of ids of each key that satisfy a condition, as text in the order of the keys. Keys without ids are left out. */
const countOf = (ids: ReadonlyArray<Id>, isCounted: (id: Id) => boolean): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const each of ids) if (isCounted(each)) counts.set(each.id % KEYS, (counts.get(each.id % KEYS) ?? 0) + 1)
  return counts
}

const show = (counts: ReadonlyMap<number, number>): string =>
  Array.from(counts).filter(([, n]) => n !== 0).sort(([a], [b]) => a - b).map(([key, n]) => `${key}:${n}`).join(" ")

/** Reads the lines of the files of a batch. */
const linesIn = (folder: string): ReadonlyArray<string> =>
  Array.from(Deno.readDirSync(folder))
    .filter(({ name }) => name.startsWith("part-"))
    .flatMap(({ name }) => Deno.readTextFileSync(`${folder}/${name}`).split("\n").filter((line) => line !== ""))

/** Checks the tables and the files in a folder. */
export const check = (folder: string): Checked => {
  const problems: Array<string> = []
  const database = new DatabaseSync(`${folder}/out.db`)
  const ids = database.prepare("SELECT time, source, id FROM ids ORDER BY time").all() as unknown as Array<Id>
  const counts = database.prepare("SELECT time, name, key, n FROM counts ORDER BY time").all() as unknown as Array<
    { readonly time: number; readonly name: string; readonly key: number; readonly n: number }
  >
  database.close()
  for (const source of ["numbers", "lines", "files"]) {
    const seen = new Map<number, number>()
    for (const each of ids) if (each.source === source) seen.set(each.id, (seen.get(each.id) ?? 0) + 1)
    const twice = Array.from(seen).filter(([, times]) => times > 1).map(([id]) => id)
    if (twice.length > 0) problems.push(`${source}: ${twice.length} ids twice, such as ${twice[0]}`)
    // What a socket has sent and the log does not have is lost with the process.
    if (source === "lines") continue
    const missing = Array.from({ length: seen.size }, (_, i) => i + 1).filter((id) => !seen.has(id))
    if (missing.length > 0) problems.push(`${source}: ${missing.length} ids missing, such as ${missing[0]}`)
  }
  const tables = new Map<string, Map<number, number>>()
  for (const { key, n, name, time } of counts) {
    const at = `${name} ${time}`
    const known = tables.get(at) ?? new Map<number, number>()
    if (known.has(key)) problems.push(`${name} at ${time}: the key ${key} twice`)
    tables.set(at, known.set(key, n))
  }
  // The stop may have interrupted the last batch between two outputs.
  const last = Math.max(0, ...ids.map(({ time }) => time))
  const ended = Array.from(new Set(ids.map(({ time }) => time))).filter((time) => time < last)
  const firstSlide = counts.find(({ name }) => name === "inverse")?.time ?? NaN
  for (const time of ended) {
    for (const name of ["updated", "mapped", "plain", "inverse"]) {
      const isDue = name !== "inverse" || (time >= firstSlide && (time - firstSlide) % SLIDE === 0)
      if (isDue && !tables.has(`${name} ${time}`)) problems.push(`${name} at ${time}: nothing`)
    }
  }
  // A window without an inverse forgets keys, one with an inverse keeps them with 0; the comparison leaves out zeros.
  const times = Array.from(new Set(counts.map(({ time }) => time)))
  for (const [at, found] of tables) {
    const [name = "", text = ""] = at.split(" ")
    const time = Number(text)
    const isTotal = name === "updated" || name === "mapped"
    const expected = countOf(ids, (id) => id.time <= time && (isTotal || id.time > time - WINDOW))
    if (show(expected) !== show(found)) problems.push(`${name} at ${time}: ${show(found)} instead of ${show(expected)}`)
  }
  let files = 0
  for (const time of ended) {
    const own = ids.filter((id) => id.time === time).map(({ id, source }) => `${source} ${id}`).sort()
    let found: ReadonlyArray<string> = []
    try {
      found = linesIn(`${folder}/files/ids-${time}`).toSorted()
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause
    }
    files++
    if (found.join() !== own.join()) problems.push(`files at ${time}: ${found.length} lines instead of ${own.length}`)
  }
  return { ids: ids.length, batches: times.length, counts: counts.length, files, problems }
}
