import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import type { Verification } from "@dstream/dstream/cli"
import { encode } from "../../lib/core/codec.ts"
import { crc32 } from "../../lib/durable/crc32.ts"
import { FRAME, HEAD } from "../../lib/durable/log/format.ts"
import { folderStore } from "../../lib/durable/store/folder.ts"
import { command, copied, inFolder, journal, live, quiet, summary } from "./checkpoints.ts"

const verified = async (directory: string): Promise<Verification & { readonly code: number }> => {
  const { code, errors, out } = await command("checkpoint", "verify", directory, "--json")
  assert.equal(errors, "")
  return { ...JSON.parse(out), code }
}

const life = { words: [["a", "b"], ["a"], ["c"]], lines: ["x", "y"], late: ["z"] }

const namesIn = (folder: string): ReadonlyArray<string> => Array.from(Deno.readDirSync(folder), ({ name }) => name)

Deno.test(
  "verify finds the checkpoint of a program that has ended whole, and changes nothing",
  inFolder(async (folder) => {
    await live(folder, life)
    const before = namesIn(folder).map((
      name,
    ) => [name, Deno.statSync(`${folder}/${name}`).mtime, Deno.readFileSync(`${folder}/${name}`)])
    const { code, findings, isWhole, read } = await verified(folder)
    assert.deepEqual([code, isWhole, findings], [0, true, []])
    assert.deepEqual({ ...read, bytes: 0, entries: 0 }, {
      files: 4,
      bytes: 0,
      entries: 0,
      states: 1,
      keys: 3,
      keptRDDs: 3,
      keptRecords: 4,
      pendingBatches: 0,
      waitingBlocks: 1,
    })
    assert.match((await command("checkpoint", "verify", folder)).out, /^The checkpoint in .* is whole\n/)
    const after = namesIn(folder).map((
      name,
    ) => [name, Deno.statSync(`${folder}/${name}`).mtime, Deno.readFileSync(`${folder}/${name}`)])
    assert.deepEqual(after, before)
  }),
)

Deno.test(
  "verify names the file and the byte of a damage, in each file of a checkpoint",
  inFolder(async (folder) => {
    const directory = `${folder}/cp`
    await live(directory, { ...life, segmentBytes: 600 })
    const files = namesIn(directory).filter((name) => /^\w+-\d/.test(name))
    assert(files.length >= 6, files.join())
    for (const [i, file] of files.entries()) {
      const damaged = `${folder}/${i}`
      await Effect.runPromise(copied(directory, damaged))
      const bytes = await Deno.readFile(`${damaged}/${file}`)
      // A head alone that is damaged in the last file is one that was never written whole.
      const isLast = bytes.length === 40
      bytes[bytes.length >> 1]! ^= 1
      await Deno.writeFile(`${damaged}/${file}`, isLast ? new Uint8Array([...bytes, 0]) : bytes)
      const { code, findings, isWhole } = await verified(damaged)
      assert.deepEqual([code, isWhole], [1, false], file)
      assert(
        findings.some(({ kind, where }) => kind === "log" && where.startsWith(`${damaged}/${file} at byte `)),
        file,
      )
      const { code: exit, out } = await command("checkpoint", "inspect", damaged)
      assert.equal(exit, 1)
      assert.match(out, new RegExp(`\\nFindings\\n  ${damaged}/${file} at byte `))
    }
  }),
)

Deno.test(
  "verify advises to roll back only where entries are left to roll back to",
  inFolder(async (folder) => {
    for (const [at, text] of [[41, /empty directory/], [-1, /onDamage: "rollBack"/]] as const) {
      const directory = `${folder}/${at}`
      await live(directory, life)
      const file = `${directory}/${namesIn(directory).toSorted().find((name) => name.startsWith("journal-"))}`
      const bytes = await Deno.readFile(file)
      bytes[at < 0 ? bytes.length >> 1 : at]! ^= 1
      await Deno.writeFile(file, bytes)
      const { canRollBack, isWhole } = await verified(directory)
      assert.deepEqual([isWhole, canRollBack], [false, at < 0])
      const { out } = await command("checkpoint", "verify", directory)
      assert.match(out, text)
      assert.equal(out.includes("rollBack"), at < 0)
    }
  }),
)

Deno.test(
  "verify finds a file that is missing and one of another checkpoint",
  inFolder(async (folder) => {
    const [missing, other, mixed] = [`${folder}/missing`, `${folder}/other`, `${folder}/mixed`]
    await live(missing, { ...life, segmentBytes: 600 })
    await live(other, { ...life, segmentBytes: 600 })
    await Effect.runPromise(copied(missing, mixed))
    const [, file = ""] = namesIn(missing).filter((name) => /^journal-\d/.test(name)).sort()
    await Deno.remove(`${missing}/${file}`)
    const { code, findings } = await verified(missing)
    assert.equal(code, 1)
    assert.deepEqual(findings[0], {
      kind: "log",
      where: `${missing}/${file} at byte 0`,
      problem: "the file is missing",
    })
    await Deno.copyFile(`${other}/${file}`, `${mixed}/${file}`)
    const found = await verified(mixed)
    assert.equal(found.code, 1)
    assert.match(found.findings[0]?.problem ?? "", /^it belongs to another checkpoint than .*\/mixed\/journal-\d+$/)
  }),
)

Deno.test(
  "verify finds a journal whose newest files are missing",
  inFolder(async (folder) => {
    const directory = `${folder}/cp`
    await live(directory, { ...life, segmentBytes: 600 })
    // Without the other log, nothing tells how far this one was durable. The oldest files describe no program.
    const names = namesIn(directory).toSorted()
    const files = names.filter((name) => /^journal-\d/.test(name))
    const isSummary = (name: string) => Deno.readTextFileSync(`${directory}/${name}`).includes("isStart")
    const [oldest = "", ...others] = files.slice(0, files.findIndex(isSummary))
    const last = others.at(-1) ?? oldest
    const newer = files.filter((name) => name > last)
    assert(oldest !== "")
    const received = names.filter((name) => name.startsWith("received-"))
    for (const name of [...newer, ...received]) await Deno.remove(`${directory}/${name}`)
    const { canRollBack, code, findings } = await verified(directory)
    assert.deepEqual([code, canRollBack, findings.length], [1, false, 1])
    assert.match(findings[0]?.problem ?? "", /^a later file is missing/)
    assert.match(findings[0]?.where ?? "", new RegExp(`^${directory}/${last} at byte \\d+$`))
    for (const name of others) await Deno.remove(`${directory}/${name}`)
    await Deno.truncate(`${directory}/${oldest}`, HEAD)
    const empty = await verified(directory)
    assert.deepEqual([empty.code, empty.canRollBack], [1, false])
    assert.deepEqual(empty.findings, [{
      kind: "log",
      where: `${directory}/${oldest} at byte 0`,
      problem: "its entries are missing: the journal had some when older files were removed",
    }])
  }),
)

Deno.test(
  "verify finds a log that was cut off, and the blocks that a batch reads and that are missing",
  inFolder(async (folder) => {
    const [directory, killed] = [`${folder}/cp`, `${folder}/killed`]
    const inOutput = (time: number) =>
      time === 1000 ? Effect.andThen(quiet(directory), copied(directory, killed)) : Effect.void
    await live(directory, { ...life, inOutput })
    assert.deepEqual((await verified(killed)).read.pendingBatches, 1)
    await Effect.runPromise(copied(killed, `${folder}/short`))
    await Deno.truncate(`${killed}/received-0000000001`, 40)
    const { code, findings } = await verified(killed)
    assert.equal(code, 1)
    assert.deepEqual(findings.map(({ kind, where }) => [kind, where.replace(/\d+$/, "…")]), [
      ["log", `${killed}/received-0000000001 at byte …`],
      ["block", 'block 0 of "lines", which the batch of 1000 ms reads'],
      ["block", 'block 1 of "lines", which the batch of 1000 ms reads'],
    ])
    const file = `${folder}/short/journal-0000000001`
    // Its first entry is whole.
    const length = new DataView((await Deno.readFile(file)).buffer).getUint32(HEAD, true)
    await Deno.truncate(file, HEAD + FRAME + length)
    const short = await verified(`${folder}/short`)
    assert.deepEqual(short.findings.map(({ kind, problem }) => [kind, problem]), [
      ["log", "an entry is missing that was durable"],
    ])
  }),
)

Deno.test(
  "verify finds states and kept RDDs that cannot be decoded",
  inFolder(async (folder) => {
    const operator = { operation: "window", functions: "", shape: "" }
    const operators = { counts: { ...operator, kind: "state" }, recent: { ...operator, kind: "window" } } as const
    const bytes = encode(["a"])
    bytes[0] = 99
    await journal(folderStore(folder), [
      [summary(operators)],
      [{ _tag: "allocated", time: 1000, inputs: {} }],
      [{ _tag: "state", name: "counts", at: 1000, neededFrom: 1000 }, new Uint8Array(9)],
      [
        { _tag: "kept", name: "recent", at: 1000, layout: { hashPartitions: undefined, partitions: [[bytes.length]] } },
        bytes,
      ],
      [{ _tag: "ended", time: 1000, values: {} }],
    ])
    const { findings } = await verified(folder)
    assert.deepEqual(findings, [
      {
        kind: "state",
        where: 'the state "counts"',
        problem: "it cannot be restored: it is of version undefined, not 1",
      },
      {
        kind: "kept",
        where: 'the RDD of "recent" in the batch of 1000 ms',
        problem: "it cannot be decoded: it is of version 99, not 1",
      },
    ])
    const { code, out } = await command("checkpoint", "inspect", folder, "--name=counts")
    assert.equal(code, 1)
    assert.match(out, /the state "counts": it cannot be restored/)
  }),
)

Deno.test(
  "verify finds entries of another form than expected",
  inFolder(async (folder) => {
    const operators = { recent: { kind: "window", operation: "window", functions: "", shape: "" } } as const
    const entries = [{ ...summary(operators), summary: undefined }, { _tag: "kept", name: "recent", at: 1000 }]
    for (const [i, entry] of entries.entries()) {
      const directory = `${folder}/${i}`
      await Deno.mkdir(directory)
      const ended = { _tag: "ended", time: 1000, values: {} } as const
      await journal(folderStore(directory), [[summary(operators)], [entry as never], [ended]])
      const { code, errors, out } = await command("checkpoint", "verify", directory)
      assert.deepEqual([code, errors], [1, ""])
      assert.match(out, /cannot be decoded: .*undefined/)
    }
  }),
)

Deno.test(
  "verify finds files for which a program refuses the directory",
  inFolder(async (folder) => {
    await live(folder, life)
    await Deno.writeTextFile(`${folder}/notes.txt`, "")
    const { code, findings } = await verified(folder)
    assert.equal(code, 1)
    assert.deepEqual(findings.map(({ kind, where }) => [kind, where]), [["foreign", `${folder}/notes.txt`]])
  }),
)

Deno.test(
  "verify gives up with code 2 on what is no checkpoint",
  inFolder(async (folder) => {
    const advice = "Give the directory that the program gives to StreamingContext.checkpoint or getOrCreate"
    const refused = async (directory: string, problem: string) =>
      assert.deepEqual(await command("checkpoint", "verify", directory), {
        code: 2,
        out: "",
        errors: `There is no checkpoint in ${directory}: ${problem}. ${advice}`,
      })
    await refused(`${folder}/none`, "the directory does not exist")
    await refused(folder, "the directory is empty")
    await Deno.writeTextFile(`${folder}/photo.jpg`, "")
    await refused(folder, 'it holds other files, such as "photo.jpg"')
    const { code, errors } = await command("checkpoint", "verify", `${folder}/photo.jpg`)
    assert.equal(code, 2)
    assert.match(errors, /^There is no checkpoint in .*photo\.jpg: .*not a directory/i)
    const unknown = await command("checkpoint", "verify", "ftp://host/cp")
    assert.equal(unknown.code, 2)
    assert.match(unknown.errors, /^checkpoint: directory is ftp:\/\/host\/cp, but must be a path, or a URL that begins/)
  }),
)

Deno.test(
  "verify gives up with code 2 on the formats of newer versions",
  inFolder(async (folder) => {
    const [entries, log] = [`${folder}/entries`, `${folder}/log`]
    await Deno.mkdir(entries)
    await journal(folderStore(entries), [[summary({}, 9)]])
    assert.deepEqual(await command("checkpoint", "verify", entries), {
      code: 2,
      out: "",
      errors:
        `${entries}/journal-0000000001 has entries of format 9; this version of the library reads formats up to 1. ` +
        "Use the version of the library that the program uses",
    })
    await live(log, life)
    const file = `${log}/journal-0000000001`
    const bytes = await Deno.readFile(file)
    const view = new DataView(bytes.buffer)
    view.setUint32(8, 7, true)
    view.setUint32(36, crc32(bytes.subarray(0, 36), crc32(new TextEncoder().encode("journal-0000000001"))), true)
    await Deno.writeFile(file, bytes)
    const { code, errors } = await command("checkpoint", "verify", log)
    assert.equal(code, 2)
    assert.match(errors, /journal-0000000001 has format 7, which this version of the library cannot read/)
  }),
)
