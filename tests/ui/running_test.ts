import assert from "node:assert/strict"
import type { Inspection, Verification } from "@dstream/dstream/cli"
import { linesOf } from "../child_process.ts"
import { command, inFolder } from "./checkpoints.ts"

/** The program, for as many batches as it is told, or until it is killed. */
const program = (directory: string, ...args: ReadonlyArray<string>): Deno.Command =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tests/ui/running_program.ts", directory, ...args],
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
    stderr: "null",
  })

const LEAST_FILES = 20
const MOST_READINGS = 300

Deno.test(
  "a checkpoint can be read while a program writes and removes its files, and after the program was killed",
  inFolder(async (folder) => {
    const directory = `${folder}/cp`
    const child = program(directory).spawn()
    const lines = linesOf(child)
    for (let i = 0; i < 10; i++) await lines.next()
    const draining = (async () => {
      let count = 10
      for await (const _ of lines) count++
      return count
    })()
    const files = new Set<string>()
    let last = 0
    for (let i = 0; i < MOST_READINGS && files.size < LEAST_FILES; i++) {
      const { code, errors, out } = await command("checkpoint", "inspect", directory, "--json")
      assert.deepEqual([code, errors], [0, ""], `${out.slice(-500)}`)
      const { operators, program: { lastTime = 0 }, segments }: Inspection = JSON.parse(out)
      assert(lastTime >= last)
      last = lastTime
      assert((operators.find(({ name }) => name === "counts")?.keys ?? 0) > 0)
      for (const { file } of segments) files.add(file)
    }
    child.kill("SIGKILL")
    await child.status
    const batches = await draining
    // The program went on and removed files meanwhile.
    assert(batches > 10, `${batches} batches`)
    assert(files.size >= LEAST_FILES, `${files.size} files`)
    const { code, out } = await command("checkpoint", "verify", directory, "--json")
    const { findings, isWhole, read }: Verification = JSON.parse(out)
    assert.deepEqual([code, isWhole, findings], [0, true, []])
    assert(read.keys > 0)
  }),
)

Deno.test(
  "a program starts while its checkpoint is being read",
  inFolder(async (folder) => {
    const directory = `${folder}/cp`
    assert.equal((await program(directory, "3").output()).success, true)
    let isReading = true
    const reading = (async () => {
      while (isReading) assert.equal((await command("checkpoint", "verify", directory)).code, 0)
    })()
    for (let life = 0; life < 2; life++) assert.equal((await program(directory, "3").output()).success, true)
    isReading = false
    await reading
    const { out } = await command("checkpoint", "inspect", directory, "--json")
    const inspection: Inspection = JSON.parse(out)
    assert.deepEqual([inspection.program.lives, inspection.program.isClosed], [3, true])
  }),
)
