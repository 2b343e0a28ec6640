import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import { Testing } from "../../lib/testing.ts"

const sanitizers = { sanitizeOps: true, sanitizeResources: true }

Deno.test(
  "named() gives the same stream under a name: two copies in a graph are computed once",
  sanitizers,
  async () => {
    let runs = 0
    const stream = Testing.input([[1, 2], [3]]).pipe(DStream.transform((rdd) => {
      runs++
      return rdd
    }))
    const seen: Array<ReadonlyArray<number>> = []
    const copies = [stream, DStream.named(stream, "numbers")] as const
    const both = DStream.unionAll(copies).pipe(
      DStream.foreachRDD((rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records))),
    )
    await Effect.runPromise(Testing.runOutputs([both]))
    assert.deepEqual([runs, seen], [2, [[1, 2, 1, 2], [3, 3]]])
  },
)

Deno.test("named() shares the state of its copies: each batch counts once", sanitizers, async () => {
  const total = Testing.input([[["a", 1]], [["a", 2]]] as Array<Array<[string, number]>>).pipe(
    DStream.updateStateByKey((values: ReadonlyArray<number>, state: Option.Option<number>) =>
      Option.some(values.reduce((a, b) => a + b, Option.getOrElse(state, () => 0)))
    ),
  )
  const both = DStream.union(total, DStream.named(total, "total"))
  assert.deepEqual(await Effect.runPromise(Testing.run(both)), [
    [["a", 1], ["a", 1]],
    [["a", 3], ["a", 3]],
  ])
})

Deno.test(
  "make() with a body that returns no RDD fails the batch, and the error names the operator",
  sanitizers,
  async () => {
    const broken = DStream.make("broken", [], [], () => Effect.succeed(42 as unknown as RDD.RDD<number>))
    const error = await Effect.runPromise(Effect.flip(Testing.run(broken, { batches: 1 })))
    assert.ok(error._tag === "BatchFailed")
    assert.deepEqual([error.operator, (error.reason as { _tag: string })._tag], ["broken", "OperatorWithoutRDD"])
    assert.match(error.message, /The body of broken must give an RDD, but gave: number$/)
  },
)

Deno.test("make(), lift() and liftAll() pass the functions of an operator to its body, in their order", async () => {
  const numbers = Testing.input([[1, 2]])
  const [add, multiply] = [(n: number) => n + 1, (n: number) => n * 10]
  const made = DStream.make(
    "made",
    [numbers],
    [add, multiply],
    (add, multiply) => Effect.map(numbers, (rdd) => RDD.map(rdd, (n) => multiply(add(n)))),
  )
  const lifted = DStream.lift(
    "lifted",
    numbers,
    [add, multiply],
    (rdd, add, multiply, { time }) => RDD.map(rdd, (n) => multiply(add(n)) + time),
  )
  const all: DStream.DStream<number> = DStream.liftAll(
    "all",
    [numbers, numbers],
    [add, multiply],
    (rdds, add, multiply, { time }) => RDD.map(RDD.unionAll(rdds), (n) => multiply(add(Number(n))) + time),
  )
  assert.deepEqual(await Effect.runPromise(Testing.run(made)), [[20, 30]])
  assert.deepEqual(await Effect.runPromise(Testing.run(lifted)), [[1020, 1030]])
  assert.deepEqual(await Effect.runPromise(Testing.run(all)), [[1020, 1030, 1020, 1030]])
  assert.deepEqual(made.functions, [add, multiply])
})

Deno.test("the call site of an operator in a pipe is its own line, not that of the pipe", () => {
  const stream = DStream.constant([1]).pipe(
    DStream.map((n) => n + 1),
    DStream.map((n) => n * 2),
  )
  const lineOf = (site: { readonly short: string } | undefined) => Number(site?.short.split(":")[1])
  const second = lineOf(stream.site)
  const first = lineOf(stream.parents[0]?.site)
  const source = lineOf(stream.parents[0]?.parents[0]?.site)
  assert.deepEqual([first - source, second - first], [1, 1])
})
