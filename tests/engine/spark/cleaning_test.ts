import assert from "node:assert/strict"
import { sparkServer } from "../../servers/spark_server.ts"
import { counting, slow } from "./faulty_graphs.ts"
import { after, run } from "./faulty_run.ts"

const spark = sparkServer(import.meta.url)

const interval = 1000
const onCluster = () => ({ appName: "cleaning", interval, master: spark.master(), defaultParallelism: 2 })

const get = async (path: string): Promise<string> => await (await fetch(`${spark.ui()}${path}`)).text()

/** Asks the web page of the Connect server about its application. */
const ask = async (path: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const [{ id }] = JSON.parse(await get("/api/v1/applications"))
  return JSON.parse(await get(`/api/v1/applications/${id}${path}`))
}

/**
 * Whether a session is open; undefined if the Connect server does not know it. Sessions of earlier tests may still be closing.
 * The page has a row for each session: user, id, start, end, duration, operations.
 */
const isOpen = async (session: string): Promise<boolean | undefined> => {
  const row = (await get("/connect/")).split("</tr>").find((row) => row.includes(`id=${session}`))
  const cells = row?.split(/<td[^>]*>/).map((cell) => cell.replace(/<\/td>[^]*/, "").trim())
  return cells && cells[4] === ""
}

const files = async (folder: string, which: (path: string) => boolean): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for await (const { isDirectory, name } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`
    if (which(path)) found.push(path)
    else if (isDirectory) found.push(...await files(path, which).catch(() => []))
  }
  return found
}

/** How long to wait, in milliseconds. The cluster of the tests collects garbage every 20 seconds. */
const LIMIT = 60_000

/** Waits until a list is empty, for a limited time. Gives what is left. */
const left = async <A>(list: () => Promise<ReadonlyArray<A>>): Promise<ReadonlyArray<A>> => {
  const deadline = performance.now() + LIMIT
  for (;;) {
    const all = await list()
    if (all.length === 0 || performance.now() > deadline) return all
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const kept = async () => (await ask("/storage/rdd")).map(({ id }) => `relation ${id}`)
const runningTasks = async () => (await ask("/executors")).filter(({ activeTasks }) => activeTasks !== 0)
const artifacts = () => files(spark.folder(), (path) => /\/artifacts-[^/]+\/[^/]+$/.test(path))

Deno.test({
  name: "a stopped context leaves no kept relation, session or artifact",
  ignore: !spark.available,
  fn: async () => {
    const all = async () => [...await kept(), ...await artifacts()]
    const [before, session] = [await all(), crypto.randomUUID()]
    const fresh = async () => (await all()).filter((each) => !before.includes(each))
    let during: ReadonlyArray<string> = []
    await run(counting({ records: 60, interval }), {
      ...onCluster(),
      master: `${spark.master()}/;session_id=${session}` as const,
      isOver: async () => {
        if (!after(3)()) return false
        during = await fresh()
        assert.equal(await isOpen(session), true)
        return true
      },
    })
    assert.match(during.join("\n"), /^relation \d+$[^]*\/artifacts-/m)
    assert.deepEqual(await left(fresh), [])
    assert.deepEqual(await left(runningTasks), [])
    assert.equal(await isOpen(session), false)
  },
})

Deno.test({
  name: "a context that stops in the middle of a batch cancels its tasks",
  ignore: !spark.available,
  fn: async () => {
    const folder = await Deno.makeTempDir()
    const named = async (word: string) => await files(folder, (path) => path.endsWith(word))
    const started = performance.now()
    await run(slow({ folder, millis: 20_000 }), {
      ...onCluster(),
      isOver: async () => (await named("begun")).length > 0,
    })
    assert.deepEqual(await left(runningTasks), [])
    const begun = await named("begun")
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, started + 25_000 - performance.now())))
    assert.deepEqual(await named("ended"), [])
    assert.deepEqual(await named("begun"), begun)
    await Deno.remove(folder, { recursive: true })
  },
})
