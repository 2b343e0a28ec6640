import assert from "node:assert/strict"
import * as DStream from "../../lib/dstream.ts"
import { MemoryDisk } from "../../lib/durable/store/memory.ts"
import { runIn, type RunOptions, type Watching, writeFile } from "./files.ts"

/** Runs of a program, one after another, on one folder and one checkpoint. Each ends like a process that is killed. */
interface Lives {
  readonly folder: string
  /** Runs the program from a virtual time on. */
  readonly live: (
    clockStart: number,
    body: (watching: Watching) => Promise<void>,
    options?: DStream.FileStreamOptions & Pick<RunOptions, "holds" | "onFailure">,
  ) => Promise<void>
}

/** Declares a test of several runs of `textFileStream`. `below` is added to the folder. */
const restarting = (
  name: string,
  options: DStream.FileStreamOptions,
  test: (lives: Lives) => Promise<void>,
  below = "",
): void =>
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir()
    const disk = new MemoryDisk()
    const live: Lives["live"] = async (clockStart, body, { holds, onFailure, ...changed } = {}) => {
      const stream = (path: string) => DStream.textFileStream(path + below, { ...options, ...changed })
      await runIn(folder, stream, body, { checkpoint: disk.open(), clockStart, holds, onFailure })
      disk.crash()
    }
    await test({ folder, live }).finally(() => Deno.remove(folder, { recursive: true }))
  })

/**
 * More batches than are made up for after a restart. The virtual clock is as many batches ahead afterwards, so a file that is
 * written then is read after as many batches again.
 */
const MISSED = 12

/** What all batches up to now have read, in order. */
const read = async ({ batch }: Watching, batches: number): Promise<ReadonlyArray<unknown>> => {
  const all: Array<unknown> = []
  for (let i = 0; i < batches; i++) all.push(...(await batch()).flat())
  return all
}

restarting(
  "after a restart no file is read twice, and files that came in the meantime are read",
  {},
  async ({ folder, live }) => {
    await writeFile(folder, "old", 99_000)
    await live(100_000, async (run) => {
      await run.write("a", 100_500)
      await run.write("b", 101_500)
      assert.deepEqual(await read(run, 2), ["a", "b"])
      await run.write("c", 102_500)
    })
    await writeFile(folder, "d", 103_500)
    await live(300_000, async (run) => {
      assert.deepEqual(await read(run, MISSED), ["c", "d"])
      await run.write("e", 300_500)
      assert.deepEqual(await read(run, MISSED), ["e"])
    })
    await live(400_000, async (run) => assert.deepEqual(await read(run, MISSED), []))
  },
)

restarting(
  "files that were there at the first start stay unread after a restart",
  { newBy: "name" },
  async ({ folder, live }) => {
    await writeFile(folder, "old", 99_000)
    await writeFile(folder, "ancient", 9_000)
    await live(100_000, async () => {})
    await writeFile(folder, "moved", 8_000)
    await live(200_000, async (run) => {
      assert.deepEqual(await read(run, MISSED), ["moved"])
      await run.write("moved too", 7_000)
      assert.deepEqual(await read(run, MISSED), ["moved too"])
    })
    await live(300_000, async (run) => assert.deepEqual(await read(run, 1), []))
  },
)

restarting("without newFilesOnly, files of a first look that no batch has read are read after a restart", {
  newFilesOnly: false,
}, async ({ folder, live }) => {
  await writeFile(folder, "ancient", 9_000)
  await live(100_000, async () => {})
  await live(200_000, async (run) => assert.deepEqual(await read(run, 1), ["ancient"]))
  await live(300_000, async (run) => assert.deepEqual(await read(run, 1), []))
})

restarting("the remember window does not pass while the program is down", {
  minRememberDuration: "10 seconds",
}, async ({ folder, live }) => {
  await live(100_000, async (run) => {
    await run.write("a", 95_000)
    assert.deepEqual(await read(run, 2), ["a"])
  })
  await writeFile(folder, "in time", 92_500)
  await writeFile(folder, "too old", 92_000)
  await live(1_000_000, async (run) => assert.deepEqual(await read(run, 1), ["in time"]))
  await writeFile(folder, "later", 991_500)
  await live(1_001_500, async (run) => assert.deepEqual(await read(run, 1), ["later"]))
})

restarting("a longer remember window after a restart reads no file again", {}, async ({ live }) => {
  await live(100_000, async (run) => {
    await run.write("a", 100_500)
    assert.deepEqual(await read(run, 30), ["a"])
  }, { minRememberDuration: "10 seconds" })
  for (const start of [130_000, 200_000]) {
    await live(start, async (run) => assert.deepEqual(await read(run, 1), []), { minRememberDuration: "1 hour" })
  }
})

restarting("another value of newBy after a restart reads no file again", {}, async ({ folder, live }) => {
  await live(100_000, async (run) => {
    await run.write("a", 100_500)
    assert.deepEqual(await read(run, 30), ["a"])
  }, { minRememberDuration: "10 seconds" })
  await live(130_000, async (run) => {
    await run.write("b", 9_000)
    assert.deepEqual(await read(run, 1), ["b"])
  }, { newBy: "name" })
  await writeFile(folder, "c", 8_000)
  await live(200_000, async (run) => assert.deepEqual(await read(run, MISSED), ["c"]), { newBy: "name" })
  await live(300_000, async (run) => assert.deepEqual(await read(run, 1), []), { minRememberDuration: "1 hour" })
})

restarting("a name that has disappeared before a restart is that of a new file", {}, async ({ folder, live }) => {
  await live(100_000, async (run) => {
    await run.write("a", 100_500)
    assert.deepEqual(await read(run, 1), ["a"])
    await Deno.remove(`${folder}/a`)
    assert.deepEqual(await read(run, 1), [])
    await run.write("a", 102_500, "again\n")
  })
  await live(200_000, async (run) => {
    assert.deepEqual(await read(run, MISSED), ["again"])
    await Deno.remove(`${folder}/a`)
  })
  await live(300_000, async (run) => {
    assert.deepEqual(await read(run, MISSED), [])
    await run.write("a", 300_500, "and again\n")
    assert.deepEqual(await read(run, MISSED), ["and again"])
  })
})

restarting(
  "directories are remembered with their files, and forgotten with them",
  { recursive: true },
  async ({ folder, live }) => {
    await live(100_000, async (run) => {
      await run.write("x/in/1", 100_500)
      await run.write("x/in/deep/2", 100_600)
      await run.write("y/in/3", 100_700)
      assert.deepEqual(await read(run, 1), ["x/in/1", "x/in/deep/2", "y/in/3"])
      await Deno.remove(`${folder}/y`, { recursive: true })
      await Deno.remove(`${folder}/x/in/deep`, { recursive: true })
      assert.deepEqual(await read(run, 1), [])
      await run.write("y/in/3", 102_000)
      await run.write("x/in/deep/2", 102_100)
    })
    await live(200_000, async (run) => assert.deepEqual(await read(run, 1), ["y/in/3", "x/in/deep/2"]))
    await live(300_000, async (run) => assert.deepEqual(await read(run, 1), []))
  },
  "/*/in",
)

restarting("a batch that was in progress reads its files again, as they were", {}, async ({ folder, live }) => {
  await live(100_000, async (run) => {
    await run.write("a", 100_500, "1\n2\n")
    await run.write("b", 100_600)
    void run.batch()
    await run.isReading
  }, { holds: true })
  await Deno.writeTextFile(`${folder}/a`, "1\n2\n3\n")
  await live(103_000, async (run) => assert.deepEqual(await read(run, MISSED), ["1", "2", "b"]))
})

restarting("a file of a batch in progress that is gone follows the option unreadable", {}, async ({ folder, live }) => {
  await live(100_000, async (run) => {
    await run.write("a", 100_500)
    await run.write("b", 100_600)
    void run.batch()
    await run.isReading
  }, { holds: true })
  await Deno.remove(`${folder}/a`)
  await live(103_000, async (run) => assert.deepEqual(await read(run, 1), []))
  await live(106_000, async (run) => assert.deepEqual(await read(run, MISSED), ["b"]), { unreadable: "skip" })
})

for (const newBy of ["modificationTime", "name"] as const) {
  restarting(`a directory that cannot be read at a restart loses no file (${newBy})`, {
    minRememberDuration: "10 seconds",
    newBy,
  }, async ({ folder, live }) => {
    await live(100_000, async (run) => {
      await run.write("in/a", 100_500)
      assert.deepEqual(await read(run, 1), ["in/a"])
      await run.write("in/b", 101_500)
    })
    await Deno.rename(`${folder}/in`, `${folder}/away`)
    for (const start of [200_000, 300_000]) {
      await live(start, async (run) => assert.deepEqual(await read(run, MISSED), []))
    }
    await live(400_000, async (run) => {
      assert.deepEqual(await read(run, MISSED), [])
      await Deno.rename(`${folder}/away`, `${folder}/in`)
      assert.deepEqual(await read(run, MISSED), ["in/b"])
      await run.write("in/old", 390_000)
      assert.deepEqual(await read(run, MISSED), newBy === "name" ? ["in/old"] : [])
    })
  }, "/in")
}
