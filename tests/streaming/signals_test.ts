import assert from "node:assert/strict"
import { asMain, linesOf, started } from "../child_process.ts"

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
  })${asMain("200 millis")}`

Deno.test("a process that computes all the time handles a signal before its next batches", async () => {
  const child = started(program)
  const lines: Array<string> = []
  const atSignal = 4
  for await (const line of linesOf(child)) {
    lines.push(line)
    if (lines.length === atSignal) child.kill("SIGTERM")
  }
  await child.status
  const after = lines.slice(atSignal)
  assert.ok(after.includes("signal"), `no signal: ${after.join()}`)
  const batches = after.filter((line) => line === "batch").length
  assert.ok(batches <= 3, `${batches} batches were computed first`)
})
