import assert from "node:assert/strict"

/** Batches of four slow records take longer than the interval, so that some of them always wait. */
const program = `
  import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "./mod.ts"
  import { Console, Effect } from "effect"
  const cell = new Int32Array(new SharedArrayBuffer(4))
  Deno.addSignalListener("SIGTERM", () => console.log("signal"))
  const batches = Array.from({ length: 60 }, () => [1, 2, 3, 4])
  const slow = DStream.map(DStream.queueStream(DStream.rddQueue(batches)), (n) => {
    Atomics.wait(cell, 0, 0, 100)
    return n
  })
  const output = DStream.foreachRDD(slow, (rdd) => Effect.flatMap(RDD.count(rdd), () => Console.log("batch")))
  Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.awaitTermination(yield* StreamingContext.start(ssc, [output]))
  }).pipe(
    Effect.provide(Scheduler.layer("200 millis")),
    Effect.provide(SparkContext.layer({ master: "local[2]", appName: "test" })),
    runMain,
  )`

Deno.test("a process that computes all the time handles a signal before its next batches", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
  }).spawn()
  const lines: Array<string> = []
  let atSignal: number | undefined
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    lines.push(...text.split("\n").filter((line) => line !== ""))
    if (lines.length < 4 || atSignal !== undefined) continue
    child.kill("SIGTERM")
    atSignal = lines.length
  }
  await child.status
  const after = lines.slice(atSignal)
  assert.ok(after.includes("signal"), `no signal: ${after.join()}`)
  const batches = after.filter((line) => line === "batch").length
  assert.ok(batches <= 3, `${batches} batches were computed first`)
})
