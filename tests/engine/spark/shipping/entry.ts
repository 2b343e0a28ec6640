/** What makes the tasks of the tests: word counts over rows, by the user's function. */
import type { Rows } from "../../../../lib/engine/spark/relations.ts"
import type { RunTask } from "../../../../lib/engine/spark/worker/bundle.ts"

interface UserModule {
  readonly words: (line: string) => ReadonlyArray<string>
  readonly url: string
}

const encode = (values: ReadonlyArray<readonly [p: number, value: unknown]>): Rows => ({
  p: Int32Array.from(values, ([p]) => p),
  t: new Int32Array(values.length),
  s: new Int32Array(values.length),
  c: new Int32Array(values.length),
  b: values.map(([, value]) => new TextEncoder().encode(JSON.stringify(value))),
})

const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))

const place = (word: string): number => [...word].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) | 0, 7) >>> 1

const add = (counts: Map<string, number>, word: string, n: number): void => {
  counts.set(word, (counts.get(word) ?? 0) + n)
}

/** Counts the words of lines, and deals them to partitions. */
const map = (rows: Rows, words: UserModule["words"], partitions: number): Rows => {
  const dealt = Array.from({ length: partitions }, () => new Map<string, number>())
  for (const bytes of rows.b) {
    for (const line of decode(bytes)) {
      for (const word of words(line)) add(dealt[place(word) % partitions]!, word, 1)
    }
  }
  return encode(dealt.map((counts, p) => [p, [...counts]] as const))
}

const reduce = (rows: Rows): Rows => {
  const counts = new Map<string, number>()
  for (const bytes of rows.b) for (const [word, n] of decode(bytes)) add(counts, word, n)
  return encode([[0, [...counts]]])
}

export const makeRunTask =
  (modules: ReadonlyMap<string, UserModule>): RunTask => async (command, split, rows, emit) => {
    const [[url, user] = ["", undefined]] = modules
    if (user === undefined) throw new Error("no module of the user")
    const { name, ms = 0, partitions = 1 } = decode(command)
    await new Promise((resolve) => setTimeout(resolve, ms))
    if (name === "map") emit(map(rows, user.words, partitions))
    else if (name === "reduce") emit(reduce(rows))
    else if (name === "echo") emit(rows)
    else if (name === "spin") { for (;;); }
    else if (name === "about") emit(encode([[split, { url, bundleUrl: user.url, pid: Deno.pid, cwd: Deno.cwd() }]]))
    else throw new Error(`the task ${name} failed`)
  }
