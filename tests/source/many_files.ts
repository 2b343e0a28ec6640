/** Looks at a directory with many files, and prints how long looks take and how long they hold up the event loop. */
import { readdirSync } from "node:fs"
import * as Effect from "effect/Effect"
import { runtimeFiles } from "../../lib/engine/files.ts"
import { DirectoryTree } from "../../lib/source/directory_tree.ts"

const folder = await Deno.makeTempDir()

/** The longest time between two turns of the event loop while work is done. */
const longestGap = async <A>(work: () => Promise<A>): Promise<readonly [gap: number, result: A]> => {
  let last = performance.now()
  let longest = 0
  const note = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(note, 1)
  const result = await work()
  note()
  clearInterval(timer)
  return [longest, result]
}

const touch = (second: number) => Deno.utime(folder, second, second)

try {
  const count = Number(Deno.args[0])
  for (let i = 0; i < count; i++) Deno.writeTextFileSync(`${folder}/file-${i}`, "")
  const tree = new DirectoryTree(runtimeFiles, folder, false)
  const look = () => Effect.runPromise(tree.look)
  const startedAt = performance.now()
  const [firstGapMs, first] = await longestGap(look)
  console.error(`first: ${first.found.length} files in ${performance.now() - startedAt} ms, gap ${firstGapMs} ms`)
  const syncAt = performance.now()
  readdirSync(folder)
  const syncMs = performance.now() - syncAt
  const attempts = []
  for (let i = 0; i < 5; i++) {
    Deno.writeTextFileSync(`${folder}/new-${i}`, "x")
    await touch(1000 + i)
    const changedAt = performance.now()
    const [longestGapMs, { found }] = await longestGap(look)
    const changedMs = performance.now() - changedAt
    const unchangedAt = performance.now()
    await look()
    const unchangedMs = performance.now() - unchangedAt
    attempts.push({ found: found.length, longestGapMs, changedMs, unchangedMs })
  }
  console.log(JSON.stringify({ firstGapMs, syncMs, attempts }))
} finally {
  await Deno.remove(folder, { recursive: true })
}
