/** The bundle of the tests: tasks that are named by their commands, as JSON. */
export const bundle = `
import { getHeapStatistics } from "node:v8"
import process from "node:process"

const rowsOf = (texts) => ({
  p: Int32Array.from(texts, (_, i) => i),
  t: new Int32Array(texts.length),
  s: new Int32Array(texts.length),
  c: new Int32Array(texts.length),
  b: texts.map((text) => new TextEncoder().encode(text)),
})
const nothing = rowsOf([])
let count = 0

/** What the task may do, by trying. */
const attempts = {
  "read outside": () => Deno.readTextFileSync("/etc/hostname"),
  "read the session": () => Deno.readTextFileSync("bundle.js"),
  "write": () => Deno.writeTextFileSync("written", ""),
  "env": () => Deno.env.toObject(),
  "run": () => new Deno.Command("true").outputSync(),
  "net": () => Deno.listen({ port: 0 }).close(),
}

const tasks = {
  echo: (rows, emit) => emit(rows),
  eachRow: (rows, emit) => rows.b.forEach((bytes, i) => emit({
    p: rows.p.slice(i, i + 1), t: rows.t.slice(i, i + 1), s: rows.s.slice(i, i + 1), c: rows.c.slice(i, i + 1), b: [bytes],
  })),
  nothing: () => {},
  emptyBatch: (_, emit) => emit(nothing),
  count: (_, emit) => emit(rowsOf([String(++count)])),
  about: (_, emit, split, info) => emit(rowsOf([JSON.stringify({ split, info })])),
  heap: (_, emit) => emit(rowsOf([String(getHeapStatistics().heap_size_limit)])),
  env: (_, emit) => emit(rowsOf(Object.keys(process.env))),
  print: () => console.log("printed by a task"),
  throwAfterRows: (rows, emit) => {
    emit(rows)
    throw new Error("thrown by a task")
  },
  unequal: (rows, emit) => emit({ ...rows, p: new Int32Array(7) }),
  wait: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  spin: () => { for (;;) ; },
  may: (_, emit) => emit(rowsOf(Object.entries(attempts).flatMap(([name, attempt]) => {
    try {
      attempt()
      return [name]
    } catch (error) {
      return error instanceof Deno.errors.NotCapable ? [] : [name + ": " + error]
    }
  }))),
}

export const runTask = async (command, split, rows, emit, info) => {
  await tasks[new TextDecoder().decode(command)](rows, emit, split, info)
}
`
