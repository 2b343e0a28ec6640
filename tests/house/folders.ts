import { each, isLib, type Rule } from "./rule.ts"
import { importsOf, resolve } from "./source.ts"

/**
 * The folders of each layer of `lib/`, lowest level first. A file imports its own folder and lower levels; folders on
 * one level do not import each other. `.` stands for the files directly in the layer's folder, and the path of a file
 * places that file alone. A layer that is not in the table has no folders.
 */
export const levels: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string>>>> = {
  core: [["."], ["text"]],
  remote: [["."], ["s3", "hdfs"]],
  durable: [["."], ["store", "log"]],
  rdd: [["."], ["numbers", "files"], ["operators"], ["actions"]],
  dstream: [
    // A stream names its input source, so what sources look like is declared below the operations that make inputs.
    [".", "inputs/input_source.ts", "inputs/positions.ts", "inputs/receiver.ts", "inputs/receiver_stopped.ts"],
    ["inputs"],
    ["outputs"],
    ["operators", "graph"],
    ["state"],
    ["windows"],
  ],
  engine: [
    ["platform"],
    ["."],
    ["storage"],
    ["copy", "plan"],
    ["task"],
    ["local"],
    ["threads"],
    ["spark"],
    ["spark_context.ts"],
  ],
  streaming: [
    ["checkpoint"],
    ["errors.ts", "inside.ts"],
    ["listeners"],
    ["inputs"],
    ["batch"],
    ["."],
    ["context"],
  ],
  connector: [
    ["."],
    ["sql", "format"],
    ["postgres", "sqlite", "json", "csv", "parquet", "kafka", "kinesis", "mqtt", "flume", "twitter"],
  ],
  ui: [["table.ts"], ["checkpoint"], ["."]],
}

interface Place {
  readonly layer: string
  /** The folder in its layer, or the path of a file that the table places alone. */
  readonly folder: string
  /** Position of its level in the table; -1 where the table does not have it. */
  readonly level: number
}

const placeOf = (path: string): Place | undefined => {
  const [lib, layer, first, ...rest] = path.split("/")
  if (lib !== "lib" || layer === undefined || first === undefined) return undefined
  const order = levels[layer] ?? [["."]]
  const own = [first, ...rest].join("/")
  const folder = order.flat().includes(own) ? own : rest.length === 0 ? "." : first
  return { layer, folder, level: order.findIndex((folders) => folders.includes(folder)) }
}

const shown = ({ folder, layer }: Place): string => folder === "." ? `lib/${layer}/*.ts` : `lib/${layer}/${folder}`

const isFolder = ({ folder }: Place): boolean => folder !== "." && !folder.endsWith(".ts")

const forbidden = (from: Place, to: Place): string | undefined => {
  if (from.layer !== to.layer || from.folder === to.folder || from.level < 0 || to.level < 0) return undefined
  if (to.level > from.level) return `import points up, from ${shown(from)} to ${shown(to)}`
  return to.level === from.level && isFolder(from) && isFolder(to)
    ? `${shown(from)} and ${shown(to)} are on one level and may not import each other`
    : undefined
}

/** Imports inside a layer point down the levels of its folders, and every folder has a level. */
export const foldersPointDown: Rule = each(isLib, (file) => {
  const from = placeOf(file.path)
  if (from === undefined || from.layer === "testing") return []
  if (from.level < 0) {
    return [{ path: file.path, message: `${shown(from)} has no level; give it one in tests/house/folders.ts` }]
  }
  return importsOf(file).flatMap(({ specifier, line }) => {
    const target = resolve(file.path, specifier)
    const to = target === undefined ? undefined : placeOf(target)
    const message = to === undefined ? undefined : forbidden(from, to)
    return message === undefined ? [] : [{ path: file.path, line, message: `${message} (${specifier})` }]
  })
})
