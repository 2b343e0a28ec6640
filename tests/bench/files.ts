/** File streams over a directory with 100,000 files: looks at it, and what a checkpoint has of it. */
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Codec from "../../lib/core/codec.ts"
import { runtimeFiles } from "../../lib/engine/files.ts"
import { Selection, type SelectionRules } from "../../lib/source/file_selection.ts"
import { interleaved, type Variant } from "./measure.ts"
import type { Bench } from "./report.ts"

const FILES = 100_000
/** When the files were modified, in seconds. */
const MODIFIED = 1000

const rules: SelectionRules = {
  newFilesOnly: true,
  newBy: "name",
  rememberMs: 60_000,
  settleMs: 0,
  recursive: false,
  accepts: () => true,
}

const constant = () => 0

const variants = async (folder: string, count: number): Promise<ReadonlyArray<Variant>> => {
  const run = <A>(self: Effect.Effect<A>) => Effect.runPromise(self)
  const begun = async (positions: Parameters<Selection["resume"]>[0] = []): Promise<Selection> => {
    const selection = new Selection(runtimeFiles, folder, rules, Date.now())
    if (positions.length > 0) await run(selection.resume(positions))
    await run(selection.begin)
    return selection
  }
  const selection = await begun()
  const summary = await run(selection.summary)
  let look = 0
  return [
    {
      name: "readdirSync",
      run: async () => {
        assert.ok(await Promise.resolve(readdirSync(folder).length) >= count)
        return constant
      },
    },
    {
      name: "a batch, nothing has changed",
      run: async () => {
        await run(selection.select(Date.now()))
        return constant
      },
    },
    {
      name: "a batch, a file has appeared",
      run: async () => {
        const name = `${folder}/new-${look++}`
        await Deno.writeTextFile(name, "x")
        // The next look sees by the time of the directory that it has changed, and the one after that nothing has.
        await Deno.utime(folder, MODIFIED + look, MODIFIED + look)
        const { files } = await run(selection.select(Date.now()))
        assert.equal(files.length, 1)
        return constant
      },
    },
    {
      name: "summary, encoded",
      run: async () => {
        assert.ok(Codec.encode([await run(selection.summary)]).length > count)
        return constant
      },
    },
    {
      name: "start after a restart",
      run: async () => {
        await begun([summary])
        return constant
      },
    },
    {
      name: "first start",
      run: async () => {
        await begun()
        return constant
      },
    },
  ]
}

/** The benchmarks of this file. */
export const files: Readonly<Record<string, Bench>> = {
  files: async (size) => {
    const count = size.count(FILES)
    const folder = await Deno.makeTempDir()
    try {
      for (let i = 0; i < count; i++) Deno.writeTextFileSync(`${folder}/events-2026-11-29-${i}.json`, "")
      await Deno.utime(folder, MODIFIED, MODIFIED)
      return {
        title: `a file stream over a directory with ${FILES} files`,
        figures: await interleaved(await variants(folder, count), size.rounds(5)),
        goals: [
          { what: "a batch, nothing has changed", of: "a batch, nothing has changed", most: 5 },
          {
            what: "a batch with a new file, against readdirSync",
            of: "a batch, a file has appeared",
            base: "readdirSync",
            times: 5,
          },
          { what: "a restart, against the first start", of: "start after a restart", base: "first start", times: 0.5 },
        ],
      }
    } finally {
      await Deno.remove(folder, { recursive: true })
    }
  },
}
