import assert from "node:assert/strict"
import { bundle } from "./bundle.ts"
import {
  type Answer,
  arrowStream,
  descendants,
  FakeExecutor,
  headerOf,
  isAlive,
  java,
  join,
  rowsOf,
  SECRET,
  until,
} from "./fake_executor.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const textsOf = ({ rows }: Answer) => rows.map(({ b }) => new TextDecoder().decode(b as Uint8Array))

const two = rowsOf([1, 2, 3, 4, bytes("a")], [-1, 5, 6, 2 ** 31 - 1, bytes("")])
const three = rowsOf([0, 0, 0, 0, bytes("c")])

Deno.test("a worker gives a task all rows of its partition and sends back what the task emits", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  assert.ok(isAlive(worker.pid) && descendants(executor.daemon.pid).includes(worker.pid))

  const answer = await worker.run({ stream: arrowStream([two, three]) })
  assert.deepEqual(answer, {
    rows: [
      { p: 1, t: 2, s: 3, c: 4, b: bytes("a") },
      { p: -1, t: 5, s: 6, c: 2 ** 31 - 1, b: bytes("") },
      { p: 0, t: 0, s: 0, c: 0, b: bytes("c") },
    ],
    batches: 1,
    failure: undefined,
    isReusable: true,
  })
  const each = await worker.run({ command: "eachRow", stream: arrowStream([two, three]) })
  assert.deepEqual([each.rows, each.batches], [answer.rows, 3])
})

Deno.test("a worker gives a task its partition and what Spark calls it", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  assert.deepEqual(textsOf(await worker.run({ command: "about", split: 7 })).map((text) => JSON.parse(text)), [
    { split: 7, info: { taskAttemptId: 11, stageId: 3, partitionId: 7, attemptNumber: 1 } },
  ])
})

Deno.test("a worker runs a hundred tasks on one connection, in one process", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const counts: Array<string> = []
  for (let i = 0; i < 100; i++) counts.push(...textsOf(await worker.run({ command: "count", split: i })))
  assert.deepEqual(counts, Array.from({ length: 100 }, (_, i) => String(i + 1)))
})

Deno.test("partitions without rows need no Arrow stream, and results without rows have no batch", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const empty = { rows: [], batches: 0, failure: undefined, isReusable: true }
  assert.deepEqual(await worker.run({ command: "nothing", stream: arrowStream([two]) }), empty)
  assert.deepEqual(await worker.run({ command: "nothing", stream: arrowStream([]) }), empty)
  assert.deepEqual(await worker.run({ command: "nothing", stream: undefined }), empty)
  assert.deepEqual(await worker.run({ command: "echo", stream: undefined }), { ...empty, batches: 1 })
  assert.deepEqual(await worker.run({ command: "echo", stream: new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0]) }), {
    ...empty,
    batches: 1,
  })
  assert.deepEqual(await worker.run({ command: "emptyBatch", stream: arrowStream([two]) }), { ...empty, batches: 1 })
})

Deno.test("a row may have 50 MB", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const large = new Uint8Array(50_000_000).map((_, i) => i * 7)
  const { rows } = await worker.run({ stream: arrowStream([rowsOf([0, 0, 0, 0, large], [0, 0, 0, 1, bytes("end")])]) })
  assert.equal(rows.length, 2)
  assert.ok(Uint8Array.from(rows[0]!.b as Uint8Array).every((byte, i) => byte === (i * 7 & 255)))
  assert.deepEqual(rows[1]!.b, bytes("end"))
})

Deno.test("a worker begins its answer before it has the rows", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  await worker.write(headerOf({}))
  assert.equal(await worker.int(), -6)
})

Deno.test("an executor that sends byte after byte is understood", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.reach()
  for (const byte of java(SECRET)) await worker.write(new Uint8Array([byte]))
  assert.equal(await worker.text(), "ok")
  for (const byte of join([headerOf({}), arrowStream([three]), java(-4)])) await worker.write(new Uint8Array([byte]))
  assert.deepEqual(textsOf(await worker.answer()), ["c"])
})

Deno.test("the error of a task reaches the executor after the rows, and another worker takes over", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const { failure, rows } = await worker.run({ command: "throwAfterRows", stream: arrowStream([two]) })
  assert.equal(rows.length, 2)
  assert.match(failure ?? "", /^Error: thrown by a task\n {4}at .*throwAfterRows.*bundle\.js:\d+/)
  assert.equal(await worker.isEnded(), true)
  executor.close(worker)
  await until("the worker has ended", () => !isAlive(worker.pid))

  const next = await executor.connect()
  assert.notEqual(next.pid, worker.pid)
  assert.deepEqual(textsOf(await next.run({ stream: arrowStream([three]) })), ["c"])
})

Deno.test("an error before the rows reaches an executor that is still sending them", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const large = arrowStream([rowsOf([0, 0, 0, 0, new Uint8Array(20_000_000)])])
  const { failure } = await worker.run({ version: "4.2.0;other.js", stream: large })
  assert.match(failure ?? "", /other\.js/)
})

Deno.test("a task that emits columns of unequal lengths fails", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const { failure } = await worker.run({ command: "unequal", stream: arrowStream([two]) })
  assert.equal(failure, "The task has written columns of 7, 2, 2, 2, 2 rows, which must be equal")
})

const refused: ReadonlyArray<readonly [version: string, message: RegExp]> = [
  ["4.1.1;bundle.js", /^The cluster runs Spark 4\.1\.1, whose worker protocol is not known\. Use Spark 4\.2$/],
  ["5.0.0-preview1;bundle.js", /^The cluster runs Spark 5\.0\.0-preview1, whose worker protocol is not known/],
  ["3.12", /^The worker was asked to run "3\.12" instead of a bundle/],
  ["4.2.0;../bundle.js", /^The worker was asked to run "4\.2\.0;\.\.\/bundle\.js" instead of a bundle/],
]

Deno.test("a worker refuses versions of Spark that it does not know, and names that are no bundles", async () => {
  await using executor = await FakeExecutor.start(bundle)
  for (const [version, message] of refused) {
    const worker = await executor.connect()
    const { failure } = await worker.run({ version, stream: arrowStream([two]) })
    assert.match(failure ?? "", message)
    executor.close(worker)
  }
  const worker = await executor.connect()
  await worker.write(join([java(-8, 500), headerOf({ version: "4.3.0;bundle.js" })]))
  assert.match(
    (await worker.answer()).failure ?? "",
    /^The cluster frames tasks as Spark 4\.3 and later do\. Use Spark 4\.2$/,
  )
})

Deno.test("a worker refuses rows with other columns", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  const { failure } = await worker.run({ stream: arrowStream([two], ["p", "t", "s", "x", "b"]) })
  assert.equal(failure, "The task was given rows without a column c of the expected type")
})

Deno.test("a worker ends the connection of a peer that does not know the secret", async () => {
  await using executor = await FakeExecutor.start(bundle)
  for (const secret of ["", "wrong", SECRET.replace("5", "6"), `${SECRET}0`]) {
    const worker = await executor.reach()
    await worker.write(java(secret))
    assert.equal(await worker.text(), "err")
    assert.equal(await worker.isEnded(), true)
    executor.close(worker)
  }
  const worker = await executor.connect()
  assert.deepEqual(textsOf(await worker.run({ stream: arrowStream([three]) })), ["c"])
})

Deno.test("a worker whose idle connection is closed serves the next connection", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const first = await executor.connect()
  assert.deepEqual(textsOf(await first.run({ command: "count" })), ["1"])
  executor.close(first)
  // The worker tells the daemon that it is free; an executor cannot see when that has been done.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const next = await executor.connect()
  assert.equal(next.pid, first.pid)
  assert.deepEqual(textsOf(await next.run({ command: "count" })), ["2"])
})

Deno.test("a worker whose connection is closed while a task waits ends at once", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  await worker.send({ command: "wait", stream: arrowStream([two]) })
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.ok(isAlive(worker.pid))
  executor.close(worker)
  await until("the worker has ended", () => !isAlive(worker.pid))
})

Deno.test("the daemon kills the worker whose process id it is sent, and no other process", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const [worker, other] = [await executor.connect(), await executor.connect()]
  const stranger = new Deno.Command("sleep", { args: ["60"] }).spawn()
  await worker.send({ command: "spin", stream: arrowStream([two]) })
  await executor.tell(java(stranger.pid))
  await executor.tell(java(worker.pid).subarray(0, 3))
  await executor.tell(java(worker.pid).subarray(3))
  await until("the worker has ended", () => !isAlive(worker.pid))
  assert.equal(await worker.isEnded(), true)
  assert.ok(isAlive(stranger.pid))
  stranger.kill()
  await stranger.status
  assert.deepEqual(textsOf(await other.run({ stream: arrowStream([three]) })), ["c"])
})

Deno.test("what a task prints does not get to the standard output, which the executor reads", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  assert.equal((await worker.run({ command: "print" })).failure, undefined)
})

Deno.test("workers end with a daemon that is killed", async () => {
  await using executor = await FakeExecutor.start(bundle)
  const worker = await executor.connect()
  executor.daemon.kill("SIGKILL")
  await until("the worker has ended", () => !isAlive(worker.pid))
})

Deno.test("a daemon without connections ends, and one with an idle connection does not", async () => {
  await using executor = await FakeExecutor.start(bundle, { idleMs: 500 })
  const worker = await executor.connect()
  await new Promise((resolve) => setTimeout(resolve, 2000))
  assert.deepEqual(textsOf(await worker.run({ stream: arrowStream([three]) })), ["c"])
  assert.deepEqual(descendants(executor.daemon.pid), [worker.pid])
  executor.close(worker)
  assert.equal((await executor.daemon.status).code, 0)
  await until("the worker has ended", () => !isAlive(worker.pid))
})
