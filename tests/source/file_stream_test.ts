import assert from "node:assert/strict"
import { gzipSync } from "node:zlib"
import * as Stream from "effect/Stream"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import { watching, writeFile } from "./files.ts"
import { problemsOf } from "./running.ts"

const lines = (options: DStream.FileStreamOptions = {}, below = "") => (folder: string) =>
  DStream.textFileStream(folder + below, options)

Deno.test("a batch reads the files modified until its time, the earliest first, and each once", () =>
  watching(lines(), async ({ batch, write }) => {
    await write("b", 100_100)
    await write("a", 100_200)
    await write("later", 101_001)
    assert.deepEqual(await batch(), [["b"], ["a"]])
    assert.deepEqual(await batch(), [["later"]])
    assert.deepEqual(await batch(), [])
  }))

Deno.test("files that were there at the start are left out, unless they are modified later", () =>
  watching(lines(), async ({ batch, write }) => {
    assert.deepEqual(await batch(), [["future"]])
    await write("just before", 99_000)
    assert.deepEqual(await batch(), [["just before"]])
  }, {
    before: async (folder) => {
      await writeFile(folder, "old", 99_999)
      await writeFile(folder, "future", 100_500)
    },
  }))

Deno.test("without newFilesOnly, the first batch reads all that is there, however old", () =>
  watching(lines({ newFilesOnly: false }), async ({ batch, write }) => {
    assert.deepEqual(await batch(), [["ancient"], ["old"]])
    await write("new", 101_500)
    assert.deepEqual(await batch(), [["new"]])
  }, {
    before: async (folder) => {
      await writeFile(folder, "old", 99_999)
      await writeFile(folder, "ancient", 5)
    },
  }))

Deno.test("files that were modified before the remember window are left out", () =>
  watching(lines({ minRememberDuration: "2500 millis" }), async ({ batch, write }) => {
    await batch()
    await write("at the limit", 99_000)
    await write("in time", 99_001)
    assert.deepEqual(await batch(), [["in time"]])
  }))

Deno.test("with newBy name, files with an old time of modification are found when they appear", () =>
  watching(lines({ newBy: "name" }), async ({ batch, write }) => {
    await write("moved here", 17)
    assert.deepEqual(await batch(), [["moved here"]])
    await write("future", 103_000)
    assert.deepEqual(await batch(), [])
    assert.deepEqual(await batch(), [["future"]])
  }, { before: (folder) => writeFile(folder, "old", 16) }))

Deno.test("a file is read again only if it has been removed before it appears again", () =>
  watching(lines(), async ({ batch, folder, write }) => {
    await write("a", 100_500)
    assert.deepEqual(await batch(), [["a"]])
    await write("a", 101_500, "changed\n")
    assert.deepEqual(await batch(), [])
    await Deno.remove(`${folder}/a`)
    assert.deepEqual(await batch(), [])
    await write("a", 103_500, "again\n")
    assert.deepEqual(await batch(), [["again"]])
  }))

Deno.test("with settleTime, a file waits until it has not been modified for that long", () =>
  watching(lines({ settleTime: "1500 millis" }), async ({ batch, write }) => {
    await write("a", 100_500, "half")
    assert.deepEqual(await batch(), [])
    await write("a", 101_400, "half and the rest\n")
    assert.deepEqual(await batch(), [])
    assert.deepEqual(await batch(), [["half and the rest"]])
    assert.deepEqual(await batch(), [])
  }))

Deno.test("a file that waits for its batch and is removed is forgotten", () =>
  watching(lines(), async ({ batch, folder, write }) => {
    await write("a", 101_500)
    await batch()
    await Deno.remove(`${folder}/a`)
    assert.deepEqual(await batch(), [])
    await write("a", 102_500, "new\n")
    assert.deepEqual(await batch(), [["new"]])
  }))

Deno.test("hidden and unfinished files are skipped, and those that the filter refuses", () =>
  watching(lines({ filter: ({ name, size }) => name.endsWith(".txt") && size < 20 }), async ({ batch, write }) => {
    for (const name of ["_a.txt", ".b.txt", "c.txt._COPYING_", "d.csv", "ok.txt"]) await write(name, 100_500)
    await write("large.txt", 100_500, "x".repeat(20))
    assert.deepEqual(await batch(), [["ok.txt"]])
  }))

Deno.test("nested directories are read if recursive is set, also those that appear later", () =>
  watching(lines({ recursive: true }), async ({ batch, folder, write }) => {
    await write("x/a", 100_500, "a\n")
    await write("_x/a", 100_500, "hidden\n")
    await Deno.symlink(folder, `${folder}/x/loop`)
    assert.deepEqual(await batch(), [["a"]])
    await write("x/y/z/b", 101_500, "b\n")
    assert.deepEqual(await batch(), [["b"]])
    await Deno.remove(`${folder}/x`, { recursive: true })
    assert.deepEqual(await batch(), [])
    await write("x/a", 103_500, "a again\n")
    assert.deepEqual(await batch(), [["a again"]])
  }))

Deno.test("without recursive, directories inside the directory are left alone", () =>
  watching(lines(), async ({ batch, warnings, write }) => {
    await write("x/a", 100_500)
    await write("b", 100_500)
    assert.deepEqual(await batch(), [["b"]])
    assert.deepEqual(warnings, [])
  }))

Deno.test("a pattern stands for directories, which may appear later, and not for files", () =>
  watching(lines({}, "/{x*/in,y}/2?"), async ({ batch, warnings, write }) => {
    await write("x1/in/20/a", 100_300, "a\n")
    await write("x1/in/30/a", 100_300, "other\n")
    await write("x1/in/21", 100_300, "a file\n")
    assert.deepEqual(await batch(), [["a"]])
    await write("x2/in/21x/a", 101_400, "other\n")
    await write("x2/in/22/a", 101_400, "b\n")
    await write("y/23/a", 101_500, "c\n")
    assert.deepEqual(await batch(), [["b"], ["c"]])
    assert.deepEqual(warnings.filter((text) => !text.includes("/y")), [])
  }))

Deno.test("a missing directory is warned of once, and read when it appears", () =>
  watching(lines({}, "/in"), async ({ batch, folder, warnings, write }) => {
    assert.deepEqual([await batch(), await batch()], [[], []])
    assert.equal(warnings.length, 1)
    assert.match(String(warnings[0]), /^No directory to scan: .*\/in: Cannot find .*\/in: /)
    await write("in/a", 102_500, "a\n")
    assert.deepEqual(await batch(), [["a"]])
    await Deno.remove(`${folder}/in`, { recursive: true })
    await batch()
    assert.equal(warnings.length, 2)
  }))

Deno.test("large files become several partitions, cut at line ends; compressed ones do not", () =>
  watching(lines({ partitionBytes: 10 }), async ({ batch, write }) => {
    await write("a", 100_100, "1234\n12345678\n\nx\nyz")
    await write("b.gz", 100_200, gzipSync("1234\n12345678\n\nx\nyz"))
    await write("empty", 100_300, "")
    assert.deepEqual(await batch(), [["1234", "12345678"], ["", "x", "yz"], ["1234", "12345678", "", "x", "yz"]])
  }))

Deno.test("a file without data is warned of", () =>
  watching(lines(), async ({ batch, warnings, write }) => {
    await write("empty", 100_300, "")
    assert.deepEqual(await batch(), [])
    assert.match(String(warnings), /^File .*empty has no data in it\./)
  }))

Deno.test("with unreadable skip, a file that cannot be read is skipped with a warning, and others are read", () =>
  watching(lines({ unreadable: "skip" }), async ({ batch, warnings, write }) => {
    await write("a", 100_100)
    await write("bad.gz", 100_200, "no gzip")
    await write("c", 100_300)
    assert.deepEqual(await batch(), [["a"], [], ["c"]])
    assert.match(String(warnings), /^Skipped the rest of .*bad\.gz, which cannot be read: /)
    assert.deepEqual(await batch(), [])
  }))

Deno.test("a file that cannot be read fails its batch, and no later one", () =>
  watching(lines(), async ({ batch, write }) => {
    await write("bad.gz", 100_200, "no gzip")
    await batch()
    await write("c", 101_300)
    assert.deepEqual(await batch(), [["c"]])
  }, { onFailure: OutputPolicy.skip }))

Deno.test("windows keep the records of files that have been removed since", () =>
  watching(
    (folder) => DStream.window(DStream.textFileStream(folder), "3 seconds"),
    async ({ batch, folder, write }) => {
      await write("a", 100_500)
      assert.deepEqual((await batch()).flat(), ["a"])
      await Deno.remove(`${folder}/a`)
      assert.deepEqual((await batch()).flat(), ["a"])
      assert.deepEqual((await batch()).flat(), ["a"])
      assert.deepEqual((await batch()).flat(), [])
    },
  ))

Deno.test("fileStream() gives the records of a decoder of bytes and lines", () =>
  watching(
    (folder) =>
      DStream.fileStream(folder, ({ bytes, lines, name }) =>
        name.startsWith("bytes")
          ? Stream.map(bytes, (chunk) => [name, chunk.length])
          : Stream.map(lines, (line) => [name, JSON.parse(line)])),
    async ({ batch, write }) => {
      await write("a.json", 100_100, '{"x":1}\n[2]')
      await write("bytes.gz", 100_200, gzipSync("12345"))
      assert.deepEqual(await batch(), [[["a.json", { x: 1 }], ["a.json", [2]]], [["bytes.gz", 5]]])
    },
  ))

Deno.test("fileStream() skips the rest of a file whose decoder throws, if unreadable is skip", () =>
  watching(
    (folder) =>
      DStream.fileStream(folder, ({ lines }) => Stream.map(Stream.rechunk(lines, 1), (line) => JSON.parse(line)), {
        unreadable: "skip",
      }),
    async ({ batch, warnings, write }) => {
      await write("a", 100_100, "1\noops\n3\n")
      await write("b", 100_200, "4\n")
      assert.deepEqual(await batch(), [[1], [4]])
      assert.match(String(warnings), /Skipped the rest of .*\/a, which cannot be read: .*oops/)
    },
  ))

Deno.test("binaryRecordsStream() cuts files into records, and refuses those that do not fit", () =>
  watching(
    (folder) => DStream.binaryRecordsStream(folder, 2, { partitionBytes: 4, unreadable: "skip" }),
    async ({ batch, warnings, write }) => {
      await write("a", 100_100, new Uint8Array([1, 2, 3, 4, 5, 6]))
      await write("b", 100_200, new Uint8Array([7, 8, 9]))
      const parts = (await batch()).map((part) => part.map((record) => Array.from(record as Uint8Array)))
      assert.deepEqual(parts, [[[1, 2]], [[3, 4], [5, 6]], []])
      assert.match(String(warnings), /its size of 3 bytes is not a multiple of 2/)
    },
  ))

Deno.test("file streams report options that are not allowed", () => {
  const stream = DStream.binaryRecordsStream("", 0, {
    minRememberDuration: 0,
    settleTime: -1,
    partitionBytes: 0.5,
  })
  const problems = problemsOf(stream)
  assert.equal(problems.length, 5)
  for (const option of ["directory", "minRememberDuration", "settleTime", "partitionBytes", "recordLength"]) {
    assert.ok(problems.some((text) => text.includes(option)), option)
  }
  assert.deepEqual(problemsOf(DStream.textFileStream("x")), [])
})
