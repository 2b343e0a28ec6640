/** The streams of a case in accounts. Composite operations are written with simpler ones, as Spark writes them. */
import * as Effect from "effect/Effect"
import { RDD } from "../../../mod.ts"
import { type FunctionRef, type Given, idsOf, type InputSpec, lookUp, missing, type NodeSpec } from "../case.ts"
import { combineFn, predicateFn, UserError } from "../functions.ts"
import { type AnyRDD, rddNode, rddProgram } from "../rdd_nodes.ts"
import { rddOf } from "../streams.ts"
import type { Evaluation, Ledger, Stream } from "./ledger.ts"
import { SparkError } from "./records.ts"
import { mapWithState, updateState } from "./state.ts"
import { type Inverse, inverseWindow, window } from "./windows.ts"

/** The streams of an account by their ids. */
export interface Streams {
  readonly ledger: Ledger
  readonly streams: Map<string, Stream>
  /** The snapshots of the streams of `mapWithState`. */
  readonly snapshots: Map<Stream, Stream>
  /** How often the state of a stream is checkpointed in Spark, in milliseconds. */
  readonly checkpoints: ReadonlyMap<string, number>
}

type Build = (all: Streams, parents: ReadonlyArray<Stream>, node: NodeSpec) => Stream

const SPARK = "org.apache.spark.SparkException"

const batchesOf = (ledger: Ledger, { batches = [], partitions = 2 }: InputSpec): Stream =>
  ledger.timed(ledger.batchMs, (time): Evaluation<AnyRDD | undefined> => {
    const given: Given = batches[(time - ledger.zeroTime) / ledger.batchMs - 1] ?? null
    const past = (time - ledger.zeroTime) / ledger.batchMs > batches.length
    if (given !== null && "throw" in given) return Effect.fail(new UserError(given.throw))
    return Effect.succeed(given === null && !past ? undefined : rddOf(given ?? [], partitions))
  })

const queueOf = (ledger: Ledger, { rdds = [], oneAtATime = true, partitions = 2, ...spec }: InputSpec): Stream => {
  const queue = rdds.map((given) => rddOf(given, partitions))
  const whenEmpty = spec.default === undefined
    ? RDD.parallelize([], { partitions: 1 })
    : rddOf(spec.default, partitions)
  return ledger.timed(ledger.batchMs, () =>
    Effect.sync((): AnyRDD => {
      const taken = queue.splice(0, oneAtATime ? 1 : queue.length)
      return taken.length === 0 ? whenEmpty : taken.length === 1 ? taken[0] as AnyRDD : RDD.unionAll(taken)
    }))
}

const inputs: Readonly<Record<string, (ledger: Ledger, spec: InputSpec) => Stream>> = {
  batches: batchesOf,
  queue: queueOf,
  constant: (ledger, { data }) =>
    ledger.timed(ledger.batchMs, () => Effect.succeed(rddOf(data ?? [], ledger.parallelism))),
}

/** Applies an RDD operation in each batch. Without a parent's RDD the stream has none, or the batch fails. */
const applied = (
  ledger: Ledger,
  parents: ReadonlyArray<Stream>,
  apply: (rdds: ReadonlyArray<AnyRDD>, time: number) => AnyRDD | null,
  whenNone?: (time: number) => SparkError,
): Stream =>
  ledger.timed(parents[0]?.slide ?? ledger.batchMs, (time) =>
    Effect.gen(function* () {
      const rdds: Array<AnyRDD> = []
      for (const parent of parents) {
        const rdd = yield* parent.at(time)
        if (rdd !== undefined) rdds.push(rdd)
        else if (whenNone === undefined) return undefined
        else return yield* Effect.fail(whenNone(time))
      }
      const result = yield* Effect.try({ try: () => apply(rdds, time), catch: (error) => error })
      return result ?? (yield* Effect.fail(
        new SparkError(
          SPARK,
          "Transform function must not return null. Return SparkContext.emptyRDD() instead to represent no element as the " +
            "result of transformation.",
        ),
      ))
    }))

const noParent = (time: number) => new SparkError(SPARK, `Couldn't generate RDD from parent at time ${time} ms`)
const noUnion = (time: number) =>
  new SparkError(SPARK, `Could not generate RDD from a parent for unifying at time ${time} ms`)

/** An RDD operation of the same name. Keyed operations have the default parallelism where they say nothing else. */
const same = (whenNone?: typeof noParent): Build => ({ ledger }, parents, node) =>
  applied(ledger, parents, rddNode({ ...node, n: node.n ?? ledger.parallelism }), whenNone)

/** As {@link same} for operations that do not depend on the default parallelism. */
const local: Build = ({ ledger }, parents, node) => applied(ledger, parents, rddNode(node))

const transforming: Build = ({ ledger }, parents, node) =>
  applied(ledger, parents, rddProgram(node.rdd ?? []), noParent)

const uniting: Build = ({ ledger }, parents) => applied(ledger, parents, (rdds) => RDD.unionAll(rdds), noUnion)

/** One RDD operation after another on a stream. */
const chain = (ledger: Ledger, parent: Stream, nodes: ReadonlyArray<NodeSpec>, whenNone?: typeof noParent): Stream =>
  applied(ledger, [parent], rddProgram(nodes), whenNone)

const mapOf = (ledger: Ledger, parent: Stream, f: (x: unknown) => unknown): Stream =>
  applied(ledger, [parent], ([rdd = RDD.empty()]) => RDD.map(rdd, f as never))

const one = (parents: ReadonlyArray<Stream>): Stream => parents[0] ?? missing("a node without a stream")

const reduced = (ledger: Ledger, parent: Stream, f: FunctionRef | undefined): Stream => {
  const pairs = mapOf(ledger, parent, (x) => [null, x])
  return mapOf(ledger, chain(ledger, pairs, [{ op: "reduceByKey", f: f ?? "(none)", n: 1 }]), (pair) => second(pair))
}

const second = (pair: unknown): unknown => (pair as readonly [unknown, unknown])[1]

const slideOf = (node: NodeSpec, parent: Stream): number => node.slide === undefined ? parent.slide : Number(node.slide)

const framed = (ledger: Ledger, parent: Stream, node: NodeSpec): Stream =>
  window(ledger, parent, Number(node.window), slideOf(node, parent))

const inverse = (ledger: Ledger, parent: Stream, node: NodeSpec, how: Partial<Inverse> = {}): Stream =>
  inverseWindow(ledger, parent, {
    reduce: combineFn(node.f ?? "add"),
    inverse: combineFn(node.inv ?? "sub"),
    filter: () => true,
    partitions: node.n ?? ledger.parallelism,
    window: Number(node.window),
    slide: slideOf(node, parent),
    ...how,
  })

const filterOf = (node: NodeSpec) => node.filter === undefined ? () => true : predicateFn(node.filter as FunctionRef)

const nodes: Readonly<Record<string, Build>> = {
  map: local,
  flatMap: local,
  filter: local,
  mapPartitions: local,
  mapValues: local,
  flatMapValues: local,
  glom: local,
  groupByKey: same(),
  reduceByKey: same(),
  combineByKey: ({ ledger }, parents, node) => applied(ledger, parents, rddNode({ ...node, n: node.n ?? 2 })),
  repartition: same(noParent),
  partitionBy: ({ ledger }, parents, node) => applied(ledger, parents, rddNode({ ...node, n: node.n ?? 2 }), noParent),
  cogroup: same(noParent),
  join: same(noParent),
  leftOuterJoin: same(noParent),
  rightOuterJoin: same(noParent),
  fullOuterJoin: same(noParent),
  union: uniting,
  unionAll: uniting,
  transform: transforming,
  transformWith: transforming,
  transformAll: transforming,
  reduce: ({ ledger }, parents, node) => reduced(ledger, one(parents), node.f),
  count: ({ ledger }, parents) => {
    const n = ledger.parallelism
    return chain(ledger, one(parents), [
      { op: "map", f: ["constant", { pair: [null, 1] }], id: "ones" },
      { op: "parallelize", in: [], data: [{ pair: [null, 0] }], n: 1, id: "zero" },
      { op: "union", in: ["ones", "zero"] },
      { op: "reduceByKey", f: "add", n },
      { op: "map", f: "second" },
    ], noParent)
  },
  countByValue: ({ ledger }, parents, node) =>
    chain(ledger, one(parents), [
      { op: "map", f: "pairWithOne" },
      { op: "reduceByKey", f: "add", n: node.n ?? ledger.parallelism },
    ]),
  window: ({ ledger }, parents, node) => framed(ledger, one(parents), node),
  reduceByWindow: ({ ledger }, parents, node) => {
    const parent = one(parents)
    if (node.inv === undefined) return reduced(ledger, framed(ledger, reduced(ledger, parent, node.f), node), node.f)
    const pairs = mapOf(ledger, parent, (x) => [null, x])
    return mapOf(ledger, inverse(ledger, pairs, node, { partitions: 1 }), second)
  },
  countByWindow: ({ ledger }, parents, node) => {
    const counts = mapOf(ledger, one(parents), () => [null, 1])
    const values = mapOf(ledger, inverse(ledger, counts, node, { partitions: 1 }), second)
    // Where Spark gives nothing before the first record, DStream counts 0.
    return ledger.dialect.windows
      ? applied(
        ledger,
        [values],
        ([rdd = RDD.empty()]) => RDD.mapPartitions(rdd, (part) => part.length === 0 ? [0] : part),
      )
      : values
  },
  countByValueAndWindow: ({ ledger }, parents, node) => {
    const pairs = mapOf(ledger, one(parents), (x) => [x, 1])
    return inverse(ledger, pairs, node, { filter: ([, count]) => count !== 0 })
  },
  groupByKeyAndWindow: ({ ledger }, parents, node) => {
    const n = node.n ?? ledger.parallelism
    const groups = chain(ledger, one(parents), [{ op: "groupByKey", n }])
    return chain(ledger, framed(ledger, groups, node), [{ op: "reduceByKey", f: "concatLists", n }])
  },
  reduceByKeyAndWindow: ({ ledger }, parents, node) => {
    if (node.inv !== undefined) {
      return inverse(ledger, one(parents), node, { filter: filterOf(node) as Inverse["filter"] })
    }
    const reduce: NodeSpec = { op: "reduceByKey", f: node.f ?? "(none)", n: node.n ?? ledger.parallelism }
    const values = chain(ledger, framed(ledger, chain(ledger, one(parents), [reduce]), node), [reduce])
    return applied(ledger, [values], ([rdd = RDD.empty()]) => RDD.filter(rdd, filterOf(node)))
  },
  updateStateByKey: ({ ledger }, parents, node) => updateState(ledger, one(parents), node),
  mapWithState: ({ checkpoints, ledger, snapshots }, parents, node) => {
    const { records, snapshots: own } = mapWithState(ledger, one(parents), node, checkpoints.get(String(node.id)))
    snapshots.set(records, own)
    return records
  },
  stateSnapshots: ({ snapshots }, parents) => snapshots.get(one(parents)) ?? missing("snapshots"),
}

/** Adds an input to an account. */
export const addInput = ({ ledger, streams }: Streams, spec: InputSpec): void => {
  streams.set(spec.id, lookUp(inputs, spec.kind ?? "batches", "account of input")(ledger, spec))
}

/** Looks up a stream of an account. */
export const streamOf = ({ streams }: Streams, id: string): Stream => streams.get(id) ?? missing(`stream ${id}`)

/** Adds a node to an account. */
export const addNode = (all: Streams, node: NodeSpec): void => {
  const parents = (idsOf(node) ?? []).map((id) => streamOf(all, id))
  if (node.op === "persist" || node.op === "cache" || node.op === "checkpoint") return
  const stream = lookUp(nodes, node.op, "account of")(all, parents, node)
  if (node.id !== undefined) all.streams.set(node.id, stream)
}
