import assert from "node:assert/strict"
import { linesOf } from "../child_process.ts"

const PROGRAM = new URL("./file_kill_program.ts", import.meta.url)
/** How many processes are killed. `DSTREAM_KILLS` sets another number. */
const ROUNDS = Number(Deno.env.get("DSTREAM_KILLS") ?? 8)
/** How many files a process gets, and how many lines each has. */
const [FILES, LINES] = [6, 5]
/** A process is killed at one of so many steps. */
const STEPS = 90

/** Writes numbered lines to new files, some of which look as if they were old. */
const addFiles = async (folder: string, round: number): Promise<void> => {
  for (let file = 0; file < FILES; file++) {
    const first = (round * FILES + file) * LINES
    const path = `${folder}/in/.new`
    await Deno.writeTextFile(path, Array.from({ length: LINES }, (_, i) => `${first + i}\n`).join(""))
    if (file % 2 === 0) await Deno.utime(path, 1000 + first, 1000 + first)
    await Deno.rename(path, `${folder}/in/file-${first}`)
  }
}

/** All lines of the outputs that are whole, in order, and the hidden names that are left. */
const outputsIn = async (folder: string) => {
  const numbers: Array<number> = []
  const hidden: Array<string> = []
  for await (const { name } of Deno.readDir(`${folder}/out`)) {
    if (name.startsWith(".")) {
      hidden.push(name)
      continue
    }
    await Deno.stat(`${folder}/out/${name}/_SUCCESS`)
    for await (const part of Deno.readDir(`${folder}/out/${name}`)) {
      const text = await Deno.readTextFile(`${folder}/out/${name}/${part.name}`)
      numbers.push(...text.split("\n").flatMap((line) => line === "" ? [] : [Number(line)]))
    }
  }
  return { numbers: numbers.toSorted((a, b) => a - b), hidden }
}

/** Throws what says anything else than that a file is not there. */
const isAbsent = (cause: unknown): false => {
  if (cause instanceof Deno.errors.NotFound) return false
  throw cause
}

/** Runs the program until `isOver` accepts a line that it prints, and kills it. Gives that line. */
const killedAt = async (folder: string, isOver: (line: string) => boolean | Promise<boolean>): Promise<string> => {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", PROGRAM.href, folder],
    stdout: "piped",
  }).spawn()
  let last = ""
  for await (const line of linesOf(process)) {
    if (last === "" && await isOver(line)) {
      last = line
      process.kill("SIGKILL")
    }
  }
  assert.equal((await process.status).signal, "SIGKILL")
  return last
}

Deno.test(`${ROUNDS} killed processes: each line of each file is saved once`, async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000
  console.log(`seed ${seed}`)
  let state = seed
  const random = (below: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below
  const folder = await Deno.makeTempDir()
  await Deno.mkdir(`${folder}/in`)
  await Deno.mkdir(`${folder}/out`)
  for (let round = 0; round < ROUNDS; round++) {
    await addFiles(folder, 2 * round)
    let left = 1 + random(STEPS)
    let isLate = false
    const line = await killedAt(folder, async () => {
      if (!isLate) await addFiles(folder, 2 * round + 1)
      isLate = true
      return --left === 0
    })
    console.log(`round ${round}: killed ${line}`)
  }
  const total = 2 * ROUNDS * FILES * LINES
  // The program goes on meanwhile, and may be replacing an output.
  const isComplete = async (line: string) =>
    /^after remove .*old$/.test(line) &&
    await outputsIn(folder).then(({ numbers }) => numbers.length >= total, isAbsent)
  await killedAt(folder, isComplete)
  const { hidden, numbers } = await outputsIn(folder)
  assert.deepEqual(numbers, Array.from({ length: total }, (_, i) => i), `seed ${seed}`)
  assert.ok(hidden.length <= 1, `only the batch in progress may leave a hidden directory: ${hidden}`)
  await Deno.remove(folder, { recursive: true })
})
