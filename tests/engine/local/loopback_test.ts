import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { JobFailed } from "../../../lib/core/errors.ts"
import * as DStream from "../../../lib/dstream.ts"
import * as LocalEngine from "../../../lib/engine/local/engine.ts"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { type BatchWork, CurrentJob, Engine, type GraphCopy } from "../../../lib/rdd/engine.ts"
import { Testing } from "../../../lib/testing.ts"

const work: BatchWork = { time: 2000, jobs: [], kept: [], addressOf: () => undefined, notes: { walks: [[0, "map"]] } }

const copyOf = (log: Array<unknown>, fails = false): GraphCopy => ({
  evaluate: (notes) => Effect.suspend(() => fails ? Effect.fail("not alike") : Effect.sync(() => void log.push(notes))),
  operationAt: () => undefined,
  codingOf: () => undefined,
  errors: [],
  release: (time) => void log.push(time),
})

const run = <A, E>(body: Effect.Effect<A, E, Engine>): Promise<A> =>
  Effect.runPromise(Effect.provide(body, LocalEngine.layer({ parallelism: 2, loopback: true })))

const onLoopback = <A, E>(body: (engine: Engine) => Effect.Effect<A, E, unknown>): Promise<A> =>
  run(Effect.flatMap(Engine, body) as Effect.Effect<A, E, Engine>)

Deno.test("openBatch() gives the notes of the batch to the graph copy, through the codec", () =>
  onLoopback((engine) =>
    Effect.gen(function* () {
      const log: Array<unknown> = []
      engine.useCopy?.(copyOf(log))
      yield* engine.openBatch(work)
      assert.deepEqual(log, [work.notes])
      assert.notEqual(log[0], work.notes)
      yield* engine.openBatch({ ...work, notes: undefined })
      assert.equal(log.length, 1)
    })
  ))

Deno.test("openBatch() fails where the graph copy cannot be evaluated", () =>
  onLoopback((engine) =>
    Effect.gen(function* () {
      engine.useCopy?.(copyOf([], true))
      assert.deepEqual(yield* Effect.exit(engine.openBatch(work)), Exit.fail("not alike"))
      engine.useCopy?.(undefined)
      yield* engine.openBatch(work)
    })
  ))

Deno.test("endBatch() releases what the graph copy has of batches that no later one asks for", () =>
  onLoopback((engine) =>
    Effect.gen(function* () {
      const log: Array<unknown> = []
      engine.useCopy?.(copyOf(log))
      yield* engine.endBatch(1000, "commit")
      yield* engine.endBatch(2000, "abort")
      assert.deepEqual(log, [1000, 2000])
    })
  ))

Deno.test("useCopy() is there for engines whose tasks run in a graph copy only", async () => {
  const engine = await Effect.runPromise(Effect.provide(Engine, LocalEngine.layer({ parallelism: 2 })))
  assert.equal(engine.useCopy, undefined)
})

/** A record that cannot be encoded. */
class Own {
  readonly n: number
  constructor(n: number) {
    this.n = n
  }
}

Deno.test("an action outside of batches fails for records that are not portable, and names the operator", async () => {
  const own = RDD.map(RDD.parallelize([1, 2], { partitions: 2 }), (n) => new Own(n))
  const { callSite, operator, partition, reason } = await run(Effect.flip(RDD.collect(own)))
  assert.deepEqual([operator, callSite, partition, reason._tag], ["map", own.site, 0, "NotPortable"])
  const shuffled = RDD.groupByKey(RDD.map(own, (one): [number, Own] => [one.n, one]))
  assert.equal((await run(Effect.flip(RDD.count(shuffled)))).operator, "groupByKey")
  assert.deepEqual(await run(RDD.collect(RDD.map(own, ({ n }) => n))), [1, 2])
  assert.equal(await run(RDD.count(own)), 2)
})

Deno.test("the context of a list of outputs fails for records that are not portable, and names the operator", async () => {
  const own = DStream.map(Testing.input([[1]]), (n) => new Own(n))
  const outputs = [DStream.foreachRDD(own, (rdd) => Effect.asVoid(RDD.collect(rdd)))] as const
  const { exit } = await Effect.runPromise(Testing.runOutputs(outputs, { engine: "loopback" }))
  assert.match(
    String(exit),
    /batch 1000 ms failed in map at loopback_test\.ts:.*, output 0, partition 1: .*: instance of Own/,
  )
  assert.equal((await Effect.runPromise(Testing.runOutputs(outputs))).exit._tag, "Success")
})

Deno.test("records come to the driver as copies", async () => {
  const given = [{ n: 1 }]
  const changed = RDD.map(RDD.parallelize([0]), () => given[0])
  const [first] = await run(RDD.collect(changed))
  assert.deepEqual(first, { n: 1 })
  assert.notEqual(first, given[0])
})

Deno.test("an error of the user comes back by value on loopback, and as itself on local", async () => {
  class Refused extends Error {
    readonly _tag = "Refused"
    readonly port = 80
  }
  const refused = new Refused("closed")
  const failing = RDD.mapEffect(RDD.parallelize([1]), () => Effect.fail(refused))
  const { reason } = await run(Effect.flip(RDD.collect(failing)))
  assert.ok(reason._tag === "Refused")
  assert.deepEqual([reason.message, reason.port, reason.stack], ["closed", 80, refused.stack])
  assert.equal(Object.getPrototypeOf(reason), Error.prototype)
  const local = LocalEngine.layer({ parallelism: 2 })
  const here = await Effect.runPromise(Effect.flip(RDD.collect(failing)).pipe(Effect.provide(local)))
  assert.equal(here.reason, refused)
})

Deno.test("the failure of an action in a function comes back as a JobFailed, with its operator and cause", async () => {
  const inner = RDD.map(RDD.parallelize([1]), (): number => {
    throw new RangeError("inner")
  })
  const outer = RDD.mapEffect(RDD.parallelize([1]), () => RDD.collect(inner))
  const failed = await run(Effect.flip(RDD.collect(outer)))
  assert.ok(failed instanceof JobFailed)
  assert.equal(failed.operator, "map")
  assert.ok(failed.cause instanceof RangeError)
})

Deno.test("records that were computed before a copy was there keep their partitioner, and the other way round", () =>
  run(Effect.gen(function* () {
    const engine = yield* Engine
    const by = Partitioner.make({ name: "parity", numPartitions: 2, getPartition: (key) => Number(key) % 2 })
    const pairsOf = (name: string) => RDD.parallelize<[number, string]>([[1, name], [2, name]])
    const [mine, theirs] = [pairsOf("mine"), pairsOf("theirs")].map((pairs) => RDD.cache(RDD.partitionBy(pairs, by)))
    assert.ok(mine && theirs)
    const joined = (kept: typeof mine) => RDD.collect(RDD.glom(RDD.mapValues(RDD.join(kept, pairsOf("b")), String)))
    const expected = (name: string) => [[[2, `${name},b`]], [[1, `${name},b`]]]
    yield* RDD.count(mine)
    engine.useCopy?.({ ...copyOf([]), operationAt: () => theirs.parents[0] })
    assert.deepEqual(yield* joined(mine), expected("mine"))
    const addressOf = (rdd: RDD.RDD<unknown, unknown, unknown>) =>
      rdd === theirs.parents[0] ? { time: 1000, stream: 0, place: 0 } : undefined
    const batch = yield* Effect.orDie(
      engine.openBatch({ ...work, time: 1000, addressOf, notes: undefined }) as Effect.Effect<never>,
    )
    yield* Effect.provideService(RDD.count(theirs), CurrentJob, { batchTime: 1000, outputId: 0, attempt: 0, batch })
    engine.useCopy?.(undefined)
    assert.deepEqual(yield* joined(theirs), expected("theirs"))
  })))
