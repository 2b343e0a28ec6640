/** Counts the records of a large file in a format, and prints the most memory that the process has taken. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Csv from "../../lib/csv.ts"
import * as Json from "../../lib/json.ts"
import * as RDD from "../../lib/rdd.ts"
import type { FileFormat } from "../../lib/rdd/files/format.ts"
import { readFormat } from "../../lib/rdd/files/format.ts"
import { oneFile, onEngine } from "./formats.ts"

const [kind = "csv", size = "0"] = Deno.args
const record = Schema.Struct({ id: Schema.Int, text: Schema.String })
const kinds: Readonly<Record<string, readonly [row: string, format: FileFormat<unknown, unknown>]>> = {
  csv: ['1234567,"a ""quoted"" text,\nin two lines"\n', Csv.rows({ schema: record })],
  plain: ["1234567,a text without any quotes at all\n", Csv.rows({ multiLine: false })],
  json: ['{"id":1234567,"text":"a text with some words"}\n', Json.lines({ schema: record })],
}
const [row, format] = kinds[kind]!

const piece = new TextEncoder().encode(row.repeat(30_000))
const length = Math.ceil(Number(size) / piece.length) * piece.length
const files: RDD.Files = {
  ...oneFile(new Uint8Array()),
  list: (path) => Effect.succeed([{ path, name: "file", isDirectory: false, size: length, modifiedMs: 0 }]),
  read: (_, from, to) =>
    Effect.sync(() => {
      const start = from % piece.length
      return from >= length ? new Uint8Array() : piece.slice(start, start + Math.min(to - from, 262_144))
    }),
}

let peak = 0
const note = () => void (peak = Math.max(peak, Deno.memoryUsage().rss))
const timer = setInterval(note, 5)
const startedAt = performance.now()
const rows = readFormat("read", "/file", format, { partitions: kind === "csv" ? 1 : 4 })
const records = await onEngine(RDD.count(RDD.filter(rows, (it) => typeof it === "object")), { files })
clearInterval(timer)
note()
const seconds = Math.round((performance.now() - startedAt) / 100) / 10
console.log(JSON.stringify({ records, expected: (length / piece.length) * 30_000, peak, seconds }))
