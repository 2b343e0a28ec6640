import assert from "node:assert/strict"
import { asMain, linesOf, started } from "../child_process.ts"

const program = `
  import { DStream, runMain, Scheduler, SparkContext, StreamingContext } from "./mod.ts"
  import { Console, Effect } from "effect"
  const output = DStream.foreachRDD(DStream.constant([1]), () => Effect.void)
  Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    yield* StreamingContext.addStreamingListener(ssc, (event) => event._tag !== "BatchCompleted" ? Effect.void :
      Console.log(event.batch.batchTime + " " + (event.batch.submissionTime - event.batch.batchTime)))
    yield* StreamingContext.awaitTermination(yield* StreamingContext.start(ssc, [output]))
  })${asMain("50 millis")}`

Deno.test("a process that was suspended catches up with the batches that it has missed", async () => {
  const child = started(program)
  const batches: Array<readonly [time: number, late: number]> = []
  let wasSuspended = false
  for await (const line of linesOf(child)) {
    const [time = NaN, late = NaN] = line.split(" ").map(Number)
    batches.push([time, late])
    if (batches.length >= 3 && !wasSuspended) {
      wasSuspended = true
      child.kill("SIGSTOP")
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      child.kill("SIGCONT")
    } else if (batches.length === 30) child.kill("SIGTERM")
  }
  await child.status
  const [first = NaN] = batches[0] ?? []
  assert.deepEqual(batches.map(([time]) => time), batches.map((_, i) => first + 50 * i))
  assert.ok(batches.some(([, late]) => late > 500), "no batch was due during the suspension")
})
