import assert from "node:assert/strict"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import { Testing } from "../../lib/testing.ts"

const engines = ["local", "closures", "loopback"] as const

/** An output that records what it is given. */
const sink = <E>(stream: DStream.DStream<number, E>) => {
  const seen: Array<ReadonlyArray<number>> = []
  const output = DStream.foreachRDD(stream, (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records)))
  return { output, seen }
}

Deno.test("failAt() fails the given batch, with an error that names batch, partition and attempt", async () => {
  const { output, seen } = sink(Testing.input([[1, 2], [3, 4]]).pipe(Testing.failAt({ time: 2000, partition: 1 })))
  const { batches, exit } = await Effect.runPromise(Testing.runOutputs([output]))
  assert.deepEqual([batches, seen], [["completed", "failed"], [[1, 2]]])
  assert.ok(Exit.isFailure(exit))
  const error = Cause.squash(exit.cause)
  assert.ok(error instanceof Error)
  assert.match(error.message, /injected fault: operator at 2000 ms, partition 1, attempt 0/)
})

Deno.test("failAt() fails the given number of attempts, on every engine and in every run", async () => {
  for (const engine of engines) {
    const { output, seen } = sink(Testing.input([[1], [2]]).pipe(Testing.failAt({ attempts: 2 })))
    const retried = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(2)))
    for (const _ of [0, 1]) {
      const { batches } = await Effect.runPromise(Testing.runOutputs([retried], { engine }))
      assert.deepEqual(batches, ["completed", "completed"])
    }
    assert.deepEqual(seen, [[1], [2], [1], [2]])
    const tooFew = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(1)))
    const { batches } = await Effect.runPromise(Testing.runOutputs([tooFew], { engine }))
    assert.deepEqual(batches, ["failed"])
  }
})

Deno.test("failAt() with infinite attempts leaves the batch to the policy that follows the retries", async () => {
  const { output, seen } = sink(
    Testing.input([[1], [2], [3]]).pipe(Testing.failAt({ time: 2000, attempts: Infinity })),
  )
  const policy = OutputPolicy.retry(Schedule.recurs(3), OutputPolicy.skip)
  const { exit } = await Effect.runPromise(Testing.runOutputs([DStream.onFailure(output, policy)]))
  assert.deepEqual([seen, exit._tag], [[[1], [3]], "Success"])
})

Deno.test("failAt() does not affect other partitions, other batches and batches without an RDD", async () => {
  const stream = Testing.input([[1, 2], null, [3]]).pipe(Testing.failAt({ partition: 7 }))
  assert.deepEqual(await Effect.runPromise(Testing.runPartitions(stream)), [[[1], [2]], undefined, [[], [3]]])
})

Deno.test("failingOutput() fails before its function is called", async () => {
  const sums: Array<number> = []
  const save = Testing.failingOutput(
    { time: 1000, attempts: 2 },
    (_: RDD.RDD<number>, { attempt, time }) => Effect.sync(() => void sums.push(time + attempt)),
  )
  const output = DStream.foreachRDD(Testing.input([[1], [2]]), save)
  const retried = DStream.onFailure(output, OutputPolicy.retry(Schedule.recurs(2)))
  await Effect.runPromise(Testing.runOutputs([retried]))
  assert.deepEqual(sums, [1002, 2000])
})

Deno.test("failingStarts() makes its receiver restart until a start succeeds", async () => {
  const greeting = Receiver.make({
    name: "Greeting",
    onStart: (store: Receiver.Store<string>) => store.block(["hello"]),
    restartDelay: "1 second",
  })
  const output = DStream.print(DStream.receiverStream(Testing.failingStarts(2, greeting)))
  const { events, stdout } = await Effect.runPromise(Testing.runOutputs([output], { batches: 4 }))
  assert.equal(events.filter(({ _tag }) => _tag === "ReceiverError").length, 2)
  assert.equal(stdout.split("hello").length, 2)
})
