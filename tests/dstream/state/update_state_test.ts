import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import { Engine } from "../../../lib/rdd/engine.ts"
import * as Scheduler from "../../../lib/scheduler.ts"
import * as StreamingContext from "../../../lib/streaming_context.ts"
import { Testing } from "../../../lib/testing.ts"
import { engines, onEngines } from "../../streaming/support.ts"
import { sorted } from "../batches.ts"

type Pair = readonly [key: string, value: number]
type Batches = ReadonlyArray<ReadonlyArray<Pair> | null>

const total = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0)
const sum = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
  Option.some(Option.getOrElse(state, () => 0) + total(values))

/** Sums, and removes a key whose sum is divisible by five. */
const dropping = (values: ReadonlyArray<number>, state: Option.Option<number>) =>
  Option.filter(sum(values, state), (n) => n % 5 !== 0)

/** The expected state after each batch; undefined for a batch without an RDD. Batches in `lost` fail. */
const oracle = (
  batches: Batches,
  update: typeof sum,
  initial: ReadonlyArray<Pair> = [],
  lost: ReadonlySet<number> = new Set(),
): ReadonlyArray<ReadonlyArray<Pair> | undefined> => {
  let state: ReadonlyMap<string, number> | undefined
  return batches.map((batch, i) => {
    if (batch === null && state === undefined) return undefined
    const before = state ?? new Map(initial.toReversed())
    const next = new Map<string, number>()
    for (const key of new Set([...before.keys(), ...(batch ?? []).map(([key]) => key)])) {
      const values = (batch ?? []).filter(([other]) => other === key).map(([, value]) => value)
      const known = before.get(key)
      const after = update(values, known === undefined ? Option.none() : Option.some(known))
      if (Option.isSome(after)) next.set(key, after.value)
    }
    if (lost.has(i)) return undefined
    state = next
    return sorted(Array.from(next))
  })
}

const arranged = <A>(batches: ReadonlyArray<ReadonlyArray<A> | undefined>) =>
  batches.map((batch) => batch && sorted(batch))

const key = fc.constantFrom("a", "b", "c", "\u0000", "7")
const pairs: fc.Arbitrary<ReadonlyArray<Pair>> = fc.array(fc.tuple(key, fc.integer({ min: -3, max: 3 })), {
  maxLength: 8,
})
const batches: fc.Arbitrary<Batches> = fc.array(fc.option(pairs, { freq: 4 }), { minLength: 1, maxLength: 6 })
const options = fc.record({ engine: fc.constantFrom(...engines), parallelism: fc.integer({ min: 1, max: 4 }) })

Deno.test("updateStateByKey() updates a Map in every batch, for every key with a state or values", () =>
  fc.assert(
    fc.asyncProperty(batches, pairs, options, async (given, initial, how) => {
      const stream = Testing.input(given)
      const simple = stream.pipe(DStream.updateStateByKey(dropping, { initial }))
      assert.deepEqual(arranged(await Effect.runPromise(Testing.run(simple, how))), oracle(given, dropping, initial))
    }),
    { numRuns: 60 },
  ))

Deno.test("updateStateByKeyTimed() and updateStatePartitions() have the same results as updateStateByKey()", () =>
  fc.assert(
    fc.asyncProperty(batches, pairs, options, async (given, initial, how) => {
      const stream = Testing.input(given)
      const timed = DStream.updateStateByKeyTimed(
        stream,
        (time, key, values: ReadonlyArray<number>, state: Option.Option<number>) => {
          assert.equal(typeof key, "string")
          assert.equal(time % 1000, 0)
          return dropping(values, state)
        },
        { initial: RDD.parallelize(initial, { partitions: 3 }) },
      )
      const whole = DStream.updateStatePartitions(
        stream,
        (entries: ReadonlyArray<DStream.StateEntry<string, number, number>>) =>
          entries.flatMap(([key, values, state]) =>
            Option.match(dropping(values, state), { onNone: () => [], onSome: (n): Array<Pair> => [[key, n]] })
          ),
        { initial, partitions: 3 },
      )
      const expected = oracle(given, dropping, initial)
      for (const form of [timed, whole]) {
        assert.deepEqual(arranged(await Effect.runPromise(Testing.run(form, how))), expected)
      }
    }),
    { numRuns: 30 },
  ))

Deno.test("updateStateByKey() has no RDD until its parent has one, and then one in every batch", async () => {
  const stream = Testing.input<Pair>([null, null, [["a", 1]], null, [], [["b", 2]]])
  const states = DStream.updateStateByKey(stream, sum, { initial: [["z", 9], ["z", 8]], partitions: 1 })
  assert.deepEqual(await Effect.runPromise(Testing.run(states)), [
    undefined,
    undefined,
    [["z", 9], ["a", 1]],
    [["z", 9], ["a", 1]],
    [["z", 9], ["a", 1]],
    [["z", 9], ["a", 1], ["b", 2]],
  ])
})

Deno.test("updateStateByKey() evaluates its parent once a batch, also if the parent has no RDD", async () => {
  const asked: Array<number> = []
  const input = Testing.input<Pair>([null, null, null, [["a", 1]], []])
  const parent = DStream.make(
    "asked",
    [input],
    [],
    () => Effect.flatMap(DStream.Batch, ({ time }) => Effect.andThen(Effect.sync(() => asked.push(time)), input)),
  )
  await Effect.runPromise(Testing.run(DStream.updateStateByKey(parent, sum)))
  assert.deepEqual(asked, [1000, 2000, 3000, 4000, 5000])
})

onEngines(
  "updateStateByKey() places results by key, and keeps the partitioner unless told otherwise",
  () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const noting = (stream: DStream.DStream<Pair>) =>
        DStream.foreachRDD(stream, (rdd) =>
          Effect.gen(function* () {
            const { partitioner, partitions } = yield* (yield* Engine).layout(rdd)
            const placed = (yield* RDD.collect(RDD.glom(rdd))).flatMap((part, i) =>
              part.map(([key]) => Partitioner.hash(3).getPartition(key) === i)
            )
            seen.push([partitions, partitioner && Partitioner.show(partitioner), placed.every((right) => right)])
          }))
      const stream = Testing.input<Pair>([[["a", 1], ["b", 1], ["c", 2]], []])
      const outputs = [
        noting(DStream.updateStateByKey(stream, sum, { partitions: 3 })),
        noting(DStream.updateStateByKey(stream, sum, { partitions: 3, rememberPartitioner: false })),
      ] as const
      const active = yield* StreamingContext.start(yield* StreamingContext.make, outputs)
      yield* Testing.advance(active, 2)
      const [known, unknown] = [[3, "HashPartitioner(3)", true], [3, undefined, true]]
      assert.deepEqual(seen, [known, unknown, known, unknown])
    }),
)

Deno.test("updateStatePartitions() keeps the first of several pairs of a key, and passes the batch time and partition", async () => {
  const infos: Array<unknown> = []
  const twice = DStream.updateStatePartitions(
    Testing.input<Pair>([[["a", 1]], [], [["a", 2]]]),
    function* (entries: ReadonlyArray<DStream.StateEntry<string, number, number>>, info): Iterable<Pair> {
      infos.push(info)
      for (const [key, values, state] of entries) {
        const n = total(values) + Option.getOrElse(state, () => 0)
        yield [key, n]
        yield [key, -n]
      }
    },
    { partitions: 1 },
  )
  assert.deepEqual(await Effect.runPromise(Testing.run(twice)), [
    [["a", 1], ["a", -1]],
    [["a", 1], ["a", -1]],
    [["a", 3], ["a", -3]],
  ])
  assert.deepEqual(infos, [1000, 2000, 3000].map((time) => ({ time, partition: 0 })))
})

Deno.test("updateStatePartitions() fails the batch if its function returns a key of another partition", async () => {
  const renamed = DStream.updateStatePartitions(
    Testing.input<Pair>([[["a", 1]]]),
    (entries: ReadonlyArray<DStream.StateEntry<string, number, number>>) =>
      entries.map(([key]): Pair => [`${key}!`, 1]),
    { partitions: 2 },
  )
  const error = await Effect.runPromise(Effect.flip(Testing.run(renamed)))
  assert.match(
    error.message,
    /updateStatePartitions.*gave the key a! for partition 1, but the key belongs to partition 0/,
  )
})

onEngines(
  "updateStatePartitions() moves renamed keys to their partitions where it does not keep the partitioner",
  (engine) =>
    Effect.gen(function* () {
      type Entry = DStream.StateEntry<string, number, ReadonlyArray<number>>
      const seen: Array<ReadonlyArray<readonly [string, ReadonlyArray<number>]>> = []
      const partitionsOf = new Map<string, Set<number>>()
      const renamed = DStream.updateStatePartitions(
        Testing.input<Pair>([[["a", 1], ["b", 2], ["c", 3]], [["a!", 4]], [["b!!", 5], ["z", 6]], []]),
        (entries: ReadonlyArray<Entry>, { partition }) =>
          entries.map(([key, values, state]): [string, ReadonlyArray<number>] => {
            partitionsOf.set(key, (partitionsOf.get(key) ?? new Set()).add(partition))
            return [`${key}!`, [...Option.getOrElse(state, () => []), ...values]]
          }),
        { partitions: 3, rememberPartitioner: false },
      )
      const output = DStream.foreachRDD(
        renamed,
        (rdd) => Effect.map(RDD.collect(rdd), (records) => void seen.push(records.toSorted())),
      )
      yield* Testing.runOutputs([output], { engine })
      assert.deepEqual(seen, [
        [["a!", [1]], ["b!", [2]], ["c!", [3]]],
        [["a!!", [1, 4]], ["b!!", [2]], ["c!!", [3]]],
        [["a!!!", [1, 4]], ["b!!!", [2, 5]], ["c!!!", [3]], ["z!", [6]]],
        [["a!!!!", [1, 4]], ["b!!!!", [2, 5]], ["c!!!!", [3]], ["z!!", [6]]],
      ])
      // Each key was updated in its own partition.
      for (const [key, partitions] of partitionsOf) {
        assert.deepEqual(Array.from(partitions), [Partitioner.hash(3).getPartition(key)])
      }
    }),
)

Deno.test("updateStatePartitions() keeps the state of the first partition if several keys become one", async () => {
  const merged = DStream.updateStatePartitions(
    Testing.input<Pair>([[["a", 1], ["b", 2], ["c", 4]], [], []]),
    (entries: ReadonlyArray<DStream.StateEntry<string, number, number>>) =>
      entries.map(([key, values, state]): Pair => ["all", total(values) + Option.getOrElse(state, () => key.length)]),
    { partitions: 3, rememberPartitioner: false },
  )
  const [, second, third] = await Effect.runPromise(Testing.run(merged))
  // "c" is in partition 0, "a" in 1 and "b" in 2.
  assert.deepEqual([second, third], [[["all", 5]], [["all", 5]]])
})

const poison = 13
const failing = (values: ReadonlyArray<number>, state: Option.Option<number>) => {
  if (values.includes(poison)) throw new RangeError("poison")
  return sum(values, state)
}

const collected = (into: Map<number, ReadonlyArray<Pair>>) => (stream: DStream.DStream<Pair, never>) =>
  DStream.foreachRDD(
    stream,
    (rdd, { time }) => Effect.map(RDD.collect(rdd), (records) => void into.set(time, sorted(records))),
  )

const policies = { continueOn: OutputPolicy.continueOn, skip: OutputPolicy.skip }
const poisoned: fc.Arbitrary<ReadonlyArray<ReadonlyArray<Pair>>> = fc.array(
  fc.array(fc.tuple(key, fc.constantFrom(1, 2, 3, poison)), { maxLength: 5 }),
  { minLength: 2, maxLength: 7 },
)

for (const [name, policy] of Object.entries(policies)) {
  for (const where of ["the update function", "an operator before it"]) {
    Deno.test(`updateStateByKey() leaves batches in which ${where} fails out of the state, under ${name}`, () =>
      fc.assert(
        fc.asyncProperty(poisoned, pairs, options, async (given, initial, how) => {
          const seen = new Map<number, ReadonlyArray<Pair>>()
          const input = Testing.input(given)
          const states = where === "the update function"
            ? DStream.updateStateByKey(input, failing, { initial })
            : input.pipe(
              DStream.map((pair) => {
                if (pair[1] === poison) throw new RangeError("poison")
                return pair
              }),
              DStream.updateStateByKey(sum, { initial }),
            )
          const outputs = [collected(seen)(states), collected(new Map())(states)] as const
          const { batches } = await Effect.runPromise(Testing.runOutputs(outputs, { ...how, onFailure: policy }))
          assert.deepEqual(batches, given.map(() => "completed"))
          const lost = new Set(given.flatMap((batch, i) => batch.some(([, value]) => value === poison) ? [i] : []))
          const expected = oracle(given, sum, initial, lost)
          assert.deepEqual(given.map((_, i) => seen.get((i + 1) * 1000)), expected)
        }),
        { numRuns: 25 },
      ))
  }
}

onEngines(
  "updateStateByKey() fails the context and is named in the error when its function throws for a key",
  (engine) =>
    Effect.gen(function* () {
      const input = Testing.input<Pair>([[["a", 1], ["b", 1]], [["a", 1], ["b", poison]], []])
      const states = DStream.updateStateByKey(input, failing)
      const outputs = [collected(new Map())(states)] as const
      const { batches, exit } = yield* Testing.runOutputs(outputs, { engine })
      assert.deepEqual(batches, ["completed", "failed"])
      assert.match(String(Exit.isFailure(exit) && exit.cause), /updateStateByKey.*poison/)
    }),
)

onEngines(
  "updateStateByKey() runs a retry on the state of the batch before, and does not repeat finished partitions",
  (engine) =>
    Effect.gen(function* () {
      const seen = new Map<number, ReadonlyArray<Pair>>()
      let attempts = 0
      const flaky = (values: ReadonlyArray<number>, state: Option.Option<number>) => {
        if (values.includes(poison) && attempts++ < 2) throw new RangeError("not yet")
        return sum(values, state)
      }
      const states = DStream.updateStateByKey(
        Testing.input<Pair>([[["a", 1], ["b", 1]], [["a", 1], ["b", poison]], [["a", 1]]]),
        flaky,
      )
      const onFailure = OutputPolicy.retry(Schedule.recurs(5))
      const { batches } = yield* Testing.runOutputs([collected(seen)(states)], { engine, onFailure })
      assert.deepEqual(batches, ["completed", "completed", "completed"])
      assert.equal(attempts, 3)
      assert.deepEqual(Array.from(seen.values()), [[["a", 1], ["b", 1]], [["a", 2], ["b", 14]], [["a", 3], ["b", 14]]])
    }),
)

onEngines(
  "updateStateByKey() continues after a batch whose input could not be read",
  (engine) =>
    Effect.gen(function* () {
      const seen = new Map<number, ReadonlyArray<Pair>>()
      const unreadable: Effect.Effect<ReadonlyArray<Pair>, string> = Effect.fail("unreadable")
      const [one, two]: ReadonlyArray<ReadonlyArray<Pair>> = [[["a", 1]], [["a", 2]]]
      const input = Testing.input([one ?? [], unreadable, two ?? [], []])
      const states = DStream.updateStateByKey(input, sum) as unknown as DStream.DStream<Pair>
      const how = { engine, onFailure: OutputPolicy.continueOn }
      const { batches } = yield* Testing.runOutputs([collected(seen)(states)], how)
      assert.deepEqual(batches, ["completed", "generation failed", "completed", "completed"])
      assert.deepEqual(Array.from(seen), [[1000, [["a", 1]]], [3000, [["a", 3]]], [4000, [["a", 3]]]])
    }) as Effect.Effect<void>,
)

onEngines(
  "updateStateByKey() updates all partitions, also if an output takes only a few records",
  (engine) =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const states = DStream.updateStateByKeyTimed(
        Testing.input<Pair>([[["a", 1], ["b", 1], ["c", 1], ["d", 1]], []]),
        (_, key, values: ReadonlyArray<number>, state: Option.Option<number>) => {
          calls.push(key)
          return sum(values, state)
        },
        { partitions: 4 },
      )
      yield* Testing.runOutputs([DStream.print(states, 1)], { engine })
      assert.deepEqual(sorted(calls), ["a", "a", "b", "b", "c", "c", "d", "d"])
    }),
)

onEngines(
  "updateStateByKey() calls its function once for each key and batch, however often the result is used",
  (engine) =>
    Effect.gen(function* () {
      let calls = 0
      const states = DStream.updateStateByKey(
        Testing.input<Pair>([[["a", 1], ["b", 1]], [["a", 1]], []]),
        (values: ReadonlyArray<number>, state: Option.Option<number>) => {
          calls++
          return sum(values, state)
        },
      )
      const output = () => DStream.foreachRDD(DStream.mapValues(states, (n) => n + 1), (rdd) => RDD.count(rdd))
      const outputs = [output(), ...Array.from({ length: 99 }, output)] as const
      const { batches } = yield* Testing.runOutputs(outputs, { engine })
      assert.deepEqual([batches.length, calls], [3, 6])
    }),
)

/** The stream with an RDD only once a slide. */
const every = <A, E, R>(slideDuration: number, self: DStream.DStream<A, E, R>): DStream.DStream<A, E, R> =>
  DStream.make("every", [self], [], () => self, { slideDuration }) as DStream.DStream<A, E, R>

onEngines(
  "updateStateByKey() has all batches in its state, also if outputs need it in some of them only",
  (engine) =>
    Effect.gen(function* () {
      const given: Batches = [[["a", 1]], [["b", 1]], null, [["a", 5]], [["c", 1]], [["a", 1]], [["d", 1]]]
      for (const slide of [2000, 3000]) {
        const seen = new Map<number, ReadonlyArray<Pair>>()
        const states = DStream.updateStateByKey(Testing.input(given), sum)
        yield* Testing.runOutputs([collected(seen)(every(slide, states))], { engine })
        const all = oracle(given, sum)
        assert.deepEqual(
          Array.from(seen),
          all.flatMap((records, i) => (i + 1) * 1000 % slide === 0 ? [[(i + 1) * 1000, records]] : []),
        )
      }
    }),
)

Deno.test("updateStateByKey() keeps no lineage of earlier batches", async () => {
  const depths: Array<number> = []
  const depth = (rdd: RDD.AnyRDD): number => {
    const { primitive } = rdd
    const previous = primitive.kind === "state" ? primitive.step.previous?.rdd : undefined
    return 1 + Math.max(0, ...rdd.parents.map(depth), previous === undefined ? 0 : depth(previous))
  }
  const given = Array.from({ length: 40 }, (_, i): ReadonlyArray<Pair> => [["a", i % 4 === 3 ? poison : 1]])
  const states = DStream.updateStateByKey(Testing.input(given), failing)
  const output = DStream.foreachRDD(states, (rdd) => {
    depths.push(depth(rdd))
    return RDD.collect(rdd)
  })
  await Effect.runPromise(Testing.runOutputs([output], { onFailure: OutputPolicy.continueOn }))
  assert.equal(depths.length, 40)
  assert.ok(Math.max(...depths) <= 8, `depths ${depths}`)
})

onEngines(
  "updateStateByKey() starts anew in every context, also the same stream with another interval",
  () =>
    Effect.gen(function* () {
      const seen = new Map<number, ReadonlyArray<Pair>>()
      const output = collected(seen)(DStream.updateStateByKey(DStream.constant<Pair>([["a", 1]]), sum))
      for (const batchDuration of [1000, 5000, 300]) {
        const scheduler = { batchDuration }
        const ssc = yield* Effect.provideService(StreamingContext.make, Scheduler.Scheduler, scheduler)
        const active = yield* StreamingContext.start(ssc, [output])
        yield* Testing.advance(active, 2)
        yield* StreamingContext.stop(active, { stopSparkContext: false })
      }
      const [once, twice] = [[["a", 1]], [["a", 2]]]
      assert.deepEqual(Array.from(seen.values()), [once, twice, once, twice, once, twice])
    }),
)

onEngines("updateStateByKey() starts anew in every context, named or not", () =>
  Effect.gen(function* () {
    for (const words of [[1, 2], [5]]) {
      const seen = new Map<number, ReadonlyArray<Pair>>()
      const input = Testing.input<Pair>(words.map((n) => [["a", n]]))
      const named = DStream.updateStateByKey(input, sum).pipe(DStream.named("sums"))
      const other = DStream.updateStateByKey(DStream.mapValues(input, (n) => n * 10), sum)
      const outputs = [collected(seen)(DStream.union(named, other))] as const
      const active = yield* StreamingContext.start(yield* StreamingContext.make, outputs)
      yield* Testing.advance(active, words.length)
      yield* StreamingContext.stop(active, { stopSparkContext: false })
      const sums = words.map((_, i) => total(words.slice(0, i + 1)))
      assert.deepEqual(Array.from(seen.values()), sums.map((n) => sorted<Pair>([["a", n], ["a", n * 10]])))
    }
  }))

Deno.test("updateStateByKey() types follow the function's", () => {
  const words = Testing.input<readonly [string, number]>([])
  const both: DStream.DStream<[string, [number, string]]> = words.pipe(
    DStream.updateStateByKey((values, state: Option.Option<[number, string]>) =>
      Option.map(state, ([n, text]) => [n + values.length, text])
    ),
  )
  const sums: DStream.DStream<[string, number]> = words.pipe(DStream.updateStateByKey(sum, { initial: [["a", 1]] }))
  assert.deepEqual([both.operation, sums.operation], ["updateStateByKey", "updateStateByKey"])
  // @ts-expect-error the keys are strings
  words.pipe(DStream.updateStateByKey(sum, { initial: [[1, 1]] }))
  // @ts-expect-error the state is a number
  words.pipe(DStream.updateStateByKey(sum, { initial: [["a", "b"]] }))
})

Deno.test("updateStateByKey() reports wrong options before start", async () => {
  const states = DStream.updateStateByKey(Testing.input<Pair>([[]]), sum, { partitions: 0 })
  const error = await Effect.runPromise(Effect.flip(Testing.run(states)))
  assert.match(error.message, /^updateStateByKey at .*: partitions is 0/)
})

Deno.test("updateStateByKey() fails the batch if its function returns no Option, as untyped code can", async () => {
  for (const [given, what] of [[7, "number"], [undefined, "undefined"], [null, "null"]] as const) {
    const untyped = (() => given) as unknown as () => Option.Option<number>
    const output = DStream.print(DStream.updateStateByKey(Testing.input<[string, number]>([[["a", 1]]]), untyped))
    const { exit } = await Effect.runPromise(Testing.runOutputs([output]))
    assert.match(
      String(Exit.isFailure(exit) ? exit.cause.reasons[0] : exit),
      new RegExp(`failed in updateStateByKey at .*: its function must give an Option, but gave: ${what}`),
    )
  }
})

Deno.test("updateStateByKey() names the key for which its function throws", async () => {
  const careful = (_: number, key: string, __: ReadonlyArray<number>, state: Option.Option<number>) => {
    if (key === "b") throw new RangeError("not b")
    return state
  }
  const input = Testing.input<[string, number]>([[["a", 1], ["b", 1], ["c", 1]]])
  const { exit } = await Effect.runPromise(
    Testing.runOutputs([DStream.print(DStream.updateStateByKeyTimed(input, careful, { partitions: 1 }))]),
  )
  assert.match(String(Exit.isFailure(exit) && exit.cause), /failed in updateStateByKeyTimed at .*: key b: not b/)
})
