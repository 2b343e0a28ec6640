import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import * as DStream from "../../../lib/dstream.ts"
import * as OutputPolicy from "../../../lib/output_policy.ts"
import * as Partitioner from "../../../lib/partitioner.ts"
import * as RDD from "../../../lib/rdd.ts"
import * as StateSpec from "../../../lib/state_spec.ts"
import { Testing } from "../../../lib/testing.ts"
import { engines, onEngines } from "../../streaming/support.ts"
import { sorted } from "../batches.ts"

/** What the function does with the state for a record. */
type Ask = "add" | "remove" | "look" | "fail"
type Given = readonly [key: string, ask: Ask]
type Batches = ReadonlyArray<ReadonlyArray<Given> | null>
type Seen = readonly [key: string, what: string]
type Count = readonly [key: string, count: number]

/** Counts the records that say `add`, and returns what it did and saw. */
const counting = (key: string, ask: Option.Option<Ask>, state: StateSpec.State<number>): Seen => {
  if (state.isTimingOut()) return [key, `idle ${state}`]
  const before = Option.getOrElse(state.getOption(), () => 0)
  if (Option.isNone(ask)) throw new TypeError("a call without a value")
  if (ask.value === "fail") throw new RangeError("poison")
  if (ask.value === "add") state.update(before + 1)
  if (ask.value === "remove") state.remove()
  return [key, `${ask.value} ${before} ${state}`]
}

interface Model {
  readonly records: ReadonlyArray<Seen>
  readonly snapshot: ReadonlyArray<Count>
}

/** The expected records and snapshot of each batch; undefined for a batch that fails. */
const oracle = (
  batches: Batches,
  initial: ReadonlyArray<Count> = [],
  timeout = Infinity,
): ReadonlyArray<Model | undefined> => {
  let state: ReadonlyMap<string, readonly [count: number, time: number]> | undefined
  return batches.map((batch, i) => {
    const time = (i + 1) * 1000
    const next = new Map(state ?? initial.map(([key, count]) => [key, [count, time] as const]))
    const records: Array<Seen> = []
    if (batch?.some(([, ask]) => ask === "fail")) return undefined
    for (const [key, ask] of batch ?? []) {
      const before = next.get(key)?.[0]
      const after = ask === "add" ? (before ?? 0) + 1 : ask === "remove" ? undefined : before
      if (after === undefined) next.delete(key)
      else next.set(key, [after, time])
      records.push([key, `${ask} ${before ?? 0} ${after ?? "<state not set>"}`])
    }
    for (const [key, [count, last]] of Array.from(next)) {
      if (time - last <= timeout) continue
      records.push([key, `idle ${count}`])
      next.delete(key)
    }
    state = next
    return { records: sorted(records), snapshot: sorted(Array.from(next, ([key, [count]]) => [key, count] as const)) }
  })
}

/** An output that stores the records of each batch. */
const noting = <A>(stream: DStream.DStream<A>, into: Map<number, ReadonlyArray<A>>) =>
  DStream.foreachRDD(
    stream,
    (rdd, { time }) => Effect.map(RDD.collect(rdd), (records) => void into.set(time, sorted(records))),
  )

const run = async (
  batches: Batches,
  spec: StateSpec.StateSpec<string, Ask, number, Seen>,
  options: Testing.Options,
): Promise<ReadonlyArray<Model | undefined>> => {
  const [records, snapshots] = [new Map<number, ReadonlyArray<Seen>>(), new Map<number, ReadonlyArray<Count>>()]
  const mapped = DStream.mapWithState(Testing.input(batches), spec)
  const outputs = [noting(mapped, records), noting(DStream.stateSnapshots(mapped), snapshots)] as const
  await Effect.runPromise(Testing.runOutputs(outputs, options))
  return batches.map((_, i) => {
    const [found, snapshot] = [records.get((i + 1) * 1000), snapshots.get((i + 1) * 1000)]
    return found === undefined || snapshot === undefined ? undefined : { records: found, snapshot }
  })
}

const key = fc.constantFrom("a", "b", "c", "d", "\u0000", "7")
const gap: fc.Arbitrary<null | ReadonlyArray<Given>> = fc.constantFrom(null, [])
const batchesOf = (...asks: ReadonlyArray<Ask>): fc.Arbitrary<Batches> =>
  fc.array(fc.oneof(gap, fc.array(fc.tuple(key, fc.constantFrom(...asks)), { maxLength: 6 })), {
    minLength: 1,
    maxLength: 12,
  })
const counts: fc.Arbitrary<ReadonlyArray<Count>> = fc.array(fc.tuple(key, fc.nat(9)), { maxLength: 4 })
const options = fc.record({ engine: fc.constantFrom(...engines), parallelism: fc.integer({ min: 1, max: 4 }) })

Deno.test("mapWithState() updates a Map record by record, and stateSnapshots() gives its entries", () =>
  fc.assert(
    fc.asyncProperty(batchesOf("add", "remove", "look"), counts, options, async (batches, initial, how) => {
      const spec = StateSpec.function(counting).pipe(StateSpec.initialState(RDD.parallelize(initial)))
      assert.deepEqual(await run(batches, spec, how), oracle(batches, initial))
    }),
    { numRuns: 60 },
  ))

Deno.test("mapWithState() removes keys in the first batch in which they have been idle for longer than the timeout", () =>
  fc.assert(
    fc.asyncProperty(
      batchesOf("add", "remove", "look"),
      counts,
      fc.constantFrom(0, 500, 1000, 2000, 2500, 4000),
      options,
      async (batches, initial, timeout, how) => {
        const spec = StateSpec.function(counting).pipe(StateSpec.initialState(initial), StateSpec.timeout(timeout))
        assert.deepEqual(await run(batches, spec, how), oracle(batches, initial, timeout))
      },
    ),
    { numRuns: 80 },
  ))

for (const policy of [OutputPolicy.continueOn, OutputPolicy.skip]) {
  Deno.test(`mapWithState() leaves batches in which its function fails out of the state, under ${policy._tag}`, () =>
    fc.assert(
      fc.asyncProperty(
        batchesOf("add", "add", "add", "look", "remove", "fail"),
        counts,
        fc.constantFrom(Infinity, 0, 1000, 3000),
        options,
        async (batches, initial, timeout, how) => {
          const plain = StateSpec.function(counting).pipe(StateSpec.initialState(initial))
          const spec = timeout === Infinity ? plain : StateSpec.timeout(plain, timeout)
          const expected = oracle(batches, initial, timeout)
          assert.deepEqual(await run(batches, spec, { ...how, onFailure: policy }), expected)
        },
      ),
      { numRuns: 40 },
    ))
}

onEngines("mapWithState() runs a retry on the state of the batch before", (engine) =>
  Effect.gen(function* () {
    let failures = 0
    const seen = new Map<number, ReadonlyArray<Seen>>()
    const spec = StateSpec.function((key: string, ask: Option.Option<Ask>, state: StateSpec.State<number>) => {
      const result = counting(key, ask, state)
      if (key === "z" && failures++ < 2) throw new RangeError("not yet")
      return result
    })
    const input = Testing.input<Given>([[["a", "add"]], [["a", "add"], ["b", "add"], ["z", "add"]], [["a", "add"]]])
    const onFailure = OutputPolicy.retry(Schedule.recurs(3))
    yield* Testing.runOutputs([noting(DStream.mapWithState(input, spec), seen)], { engine, onFailure })
    assert.equal(failures, 3)
    assert.deepEqual(Array.from(seen.values()), [
      [["a", "add 0 1"]],
      [["a", "add 1 2"], ["b", "add 0 1"], ["z", "add 0 1"]],
      [["a", "add 2 3"]],
    ])
  }))

Deno.test("mapWithState() calls its function for the records of a partition in their order", async () => {
  const spec = StateSpec.function(counting).pipe(StateSpec.numPartitions(1))
  const asks = Testing.input<Given>([[["a", "add"], ["b", "add"], ["a", "add"], ["a", "remove"], ["a", "add"]]])
  assert.deepEqual(await Effect.runPromise(Testing.run(DStream.mapWithState(asks, spec))), [[
    ["a", "add 0 1"],
    ["b", "add 0 1"],
    ["a", "add 1 2"],
    ["a", "remove 2 <state not set>"],
    ["a", "add 0 1"],
  ]])
})

Deno.test("mapWithState() with a timed function passes the batch time, and has no record for None", async () => {
  const spec = StateSpec.timed((time, key: string, ask: Option.Option<Ask>, state: StateSpec.State<number>) => {
    if (state.isTimingOut()) return Option.some([key, -time])
    state.update(time)
    return Option.contains(ask, "add") ? Option.some([key, time]) : Option.none()
  })
  const asks = Testing.input<Given>([[["a", "add"], ["b", "look"]], [["a", "add"]], [], []])
  const mapped = asks.pipe(DStream.mapWithState(spec.pipe(StateSpec.timeout("1 second"), StateSpec.numPartitions(1))))
  assert.deepEqual(await Effect.runPromise(Testing.run(mapped)), [
    [["a", 1000]],
    [["a", 2000]],
    [["b", -3000]],
    [["a", -4000]],
  ])
})

Deno.test("mapWithState() starts from the last of several initial states of a key", async () => {
  const spec = StateSpec.function(counting).pipe(StateSpec.initialState([["a", 1], ["a", 7]]))
  const mapped = DStream.mapWithState(Testing.input<Given>([[["a", "look"]]]), spec)
  assert.deepEqual(await Effect.runPromise(Testing.run(mapped)), [[["a", "look 7 7"]]])
})

Deno.test("mapWithState() gives records that do not count as partitioned by key", async () => {
  const swapped = StateSpec.function((key: string, _: Option.Option<string>, __: StateSpec.State<number>) => ["x", key])
  const sums = Testing.input<readonly [string, string]>([[["a", ""], ["b", ""], ["c", ""], ["d", ""]]]).pipe(
    DStream.mapWithState(swapped),
    DStream.map(([x, key]): [string, number] => [x, key.length]),
    DStream.reduceByKey((a, b) => a + b),
  )
  assert.deepEqual(await Effect.runPromise(Testing.run(sums)), [[["x", 4]]])
})

onEngines(
  "mapWithState() updates each partition once, whatever its outputs compute",
  (engine) =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const spec = StateSpec.function((key: string, ask: Option.Option<Ask>, state: StateSpec.State<number>) => {
        calls.push(key)
        return counting(key, ask, state)
      }).pipe(StateSpec.numPartitions(4))
      const batch: ReadonlyArray<Given> = [["a", "add"], ["b", "add"], ["c", "add"], ["d", "add"]]
      const few = DStream.mapWithState(Testing.input([batch, batch]), spec)
      yield* Testing.runOutputs([DStream.print(few, 1)], { engine })
      assert.deepEqual(sorted(calls), ["a", "a", "b", "b", "c", "c", "d", "d"])
      calls.length = 0
      const seen = new Map<number, ReadonlyArray<Count>>()
      const many = DStream.mapWithState(Testing.input([batch, batch]), spec)
      const outputs = [
        ...Array.from({ length: 99 }, () => noting(DStream.map(many, ([key]) => key), new Map())),
        noting(DStream.stateSnapshots(many), seen),
      ] as const
      yield* Testing.runOutputs(outputs as never, { engine })
      assert.equal(calls.length, 8)
      assert.deepEqual(seen.get(2000), [["a", 2], ["b", 2], ["c", 2], ["d", 2]])
    }),
)

onEngines("stateSnapshots() alone keeps the state updated", (engine) =>
  Effect.gen(function* () {
    const batches: Batches = [[["a", "add"]], null, [["a", "add"], ["b", "add"]], [], []]
    const spec = StateSpec.function(counting).pipe(StateSpec.timeout(1000))
    const snapshots = DStream.stateSnapshots(DStream.mapWithState(Testing.input(batches), spec))
    const found = yield* Testing.run(snapshots, { engine })
    assert.deepEqual(found.map((each) => each && sorted(each)), oracle(batches, [], 1000).map((each) => each?.snapshot))
  }))

/** The union of the RDDs that a stream has at several times, once a slide. */
const lookingBack = <A>(self: DStream.DStream<A>, slideDuration: number, times: ReadonlyArray<number>) =>
  DStream.make(
    "lookingBack",
    [self],
    [],
    Effect.fnUntraced(function* () {
      const batch = yield* DStream.Batch
      const parts: Array<RDD.RDD<readonly [number, A]>> = []
      for (const time of times.map((ago) => batch.time - ago).filter((time) => time > batch.zeroTime)) {
        const rdd = yield* Effect.provideService(self, DStream.Batch, batch.at(time))
        parts.push(RDD.map(rdd, (record) => [time, record] as const))
      }
      return RDD.unionAll(parts)
    }),
    { slideDuration, lookBack: Math.max(...times) },
  ) as DStream.DStream<readonly [number, A]>

onEngines(
  "stateSnapshots() shows the state of its batch, also when it is computed later",
  (engine) =>
    Effect.gen(function* () {
      const batches: Batches = [
        [["a", "add"], ["b", "add"]],
        [["a", "add"]],
        [["b", "remove"], ["c", "add"]],
        [["a", "remove"], ["b", "add"]],
        [["a", "add"], ["d", "add"]],
        [["a", "add"]],
      ]
      const expected = oracle(batches).map((each) => each?.snapshot ?? [])
      for (
        const [slide, times] of [[1000, [0, 1000, 2000]], [1000, [2000]], [3000, [2000, 0, 1000]], [3000, [
          1000,
        ]]] as const
      ) {
        for (const alsoEveryBatch of [false, true]) {
          const seen = new Map<number, ReadonlyArray<readonly [number, Count]>>()
          const mapped = DStream.mapWithState(Testing.input(batches), StateSpec.function(counting))
          const back = noting(lookingBack(DStream.stateSnapshots(mapped), slide, times), seen)
          const all = noting(mapped, new Map())
          yield* Testing.runOutputs(alsoEveryBatch ? [all, back] : [back], { engine })
          const wanted = batches.flatMap((_, i) => {
            const now = (i + 1) * 1000
            const records = times.flatMap((ago) =>
              (expected[(now - ago) / 1000 - 1] ?? []).map((record) => [now - ago, record] as const)
            )
            return now % slide === 0 ? [[now, sorted(records)] as const] : []
          })
          assert.deepEqual(Array.from(seen), wanted)
        }
      }
    }),
)

Deno.test("mapWithState() operators have separate states, named or not", async () => {
  const input = Testing.input<Given>([[["a", "add"]], [["a", "add"]]])
  const one = DStream.mapWithState(input, StateSpec.function(counting))
  const two = DStream.mapWithState(input, StateSpec.function(counting)).pipe(DStream.named("second"))
  assert.deepEqual(await Effect.runPromise(Testing.run(DStream.union(one, two))), [
    [["a", "add 0 1"], ["a", "add 0 1"]],
    [["a", "add 1 2"], ["a", "add 1 2"]],
  ])
})

onEngines(
  "mapWithState() shares its state with its named copy, which has snapshots as well",
  (engine) =>
    Effect.gen(function* () {
      let calls = 0
      const spec = StateSpec.function((key: string, ask: Option.Option<Ask>, state: StateSpec.State<number>) => {
        calls++
        return counting(key, ask, state)
      })
      const mapped = DStream.mapWithState(Testing.input<Given>([[["a", "add"]], [["a", "add"]]]), spec)
      const named = mapped.pipe(DStream.named("counts"))
      const [records, snapshots] = [new Map<number, ReadonlyArray<Seen>>(), new Map<number, ReadonlyArray<Count>>()]
      const outputs = [noting(mapped, records), noting(DStream.stateSnapshots(named), snapshots)] as const
      yield* Testing.runOutputs(outputs, { engine })
      assert.deepEqual([calls, records.get(2000), snapshots.get(2000)], [2, [["a", "add 1 2"]], [["a", 2]]])
    }),
)

Deno.test("mapWithState() types follow the spec's", () => {
  const words = Testing.input<readonly [string, number]>([])
  const spec = StateSpec.function((key: string, _: Option.Option<number>, __: StateSpec.State<number>) => [key, 1])
  const mapped = words.pipe(DStream.mapWithState(spec.pipe(StateSpec.timeout("1 second"))), DStream.named("mapped"))
  const records: DStream.DStream<[string, number]> = mapped
  const snapshots: DStream.DStream<[string, number]> = mapped.pipe(DStream.stateSnapshots)
  assert.deepEqual([records.name, snapshots.operation], ["mapped", "stateSnapshots"])
  const byNumber = StateSpec.function((key: number, _: Option.Option<number>, __: StateSpec.State<number>) => key)
  // @ts-expect-error the keys are strings
  words.pipe(DStream.mapWithState(byNumber))
  // @ts-expect-error the state is a number
  spec.pipe(StateSpec.initialState([["a", "b"]]))
  // @ts-expect-error there is no state
  DStream.stateSnapshots(words)
})

Deno.test("mapWithState() reports wrong options before start", async () => {
  const spec = StateSpec.function(counting)
  const wrong = [
    [StateSpec.timeout(spec, -5), /StateSpec\.timeout: duration is -5/],
    [StateSpec.timeout(spec, Infinity), /StateSpec\.timeout: duration is Infinity/],
    [StateSpec.numPartitions(spec, 0), /^mapWithState at .*: partitions is 0/],
  ] as const
  for (const [each, message] of wrong) {
    const mapped = DStream.mapWithState(Testing.input<Given>([[]]), each)
    assert.match((await Effect.runPromise(Effect.flip(Testing.run(mapped)))).message, message)
  }
})

Deno.test("mapWithState() reports a missing spec before start, and the key for which its function throws", async () => {
  const bare = counting as unknown as typeof spec
  const spec = StateSpec.function((key: string, _: Option.Option<number>, state: StateSpec.State<number>) => {
    if (key === "b") throw new RangeError("not b")
    state.update(1)
  })
  const input = Testing.input<[string, number]>([[["a", 1], ["b", 1], ["c", 1]]])
  const refused = await Effect.runPromise(Effect.flip(Testing.run(DStream.mapWithState(input, bare))))
  assert.match(
    refused.message,
    /mapWithState at .*: it takes a StateSpec: make one of the function with StateSpec.function/,
  )
  const failed = await Effect.runPromise(Effect.flip(Testing.run(DStream.mapWithState(input, spec))))
  assert.match(failed.message, /failed in mapWithState at .*: key b: not b/)
})

onEngines(
  "mapWithState() partitions its state by the last of numPartitions() and partitioner()",
  (engine) =>
    Effect.gen(function* () {
      const given = Testing.input<Given>([[["a", "add"], ["b", "add"]], [["b", "add"], ["a", "add"]]])
      const keys = (spec: StateSpec.StateSpec<string, Ask, number, Seen>) =>
        Effect.map(
          Testing.runPartitions(DStream.stateSnapshots(DStream.mapWithState(given, spec)), { engine }),
          (batches) =>
            batches.map((parts) => parts?.map((part) => part.map(([key, count]) => `${key}${count}`).toSorted())),
        )
      const spec = StateSpec.function(counting)
      const swapped = Partitioner.make({
        name: "swapped",
        numPartitions: 2,
        getPartition: (key) => key === "a" ? 1 : 0,
      })
      const hashed = spec.pipe(StateSpec.partitioner(swapped), StateSpec.numPartitions(3))
      assert.deepEqual(yield* keys(hashed), [[[], ["a1"], ["b1"]], [[], ["a2"], ["b2"]]])
      const placed = spec.pipe(StateSpec.numPartitions(3), StateSpec.partitioner(swapped))
      assert.deepEqual(yield* keys(placed), [[["b1"], ["a1"]], [["b2"], ["a2"]]])
    }),
)
