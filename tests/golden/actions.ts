/** The actions of recordings. Adding one is one line of the table. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Partitioner, RDD, StorageLevel } from "../../mod.ts"
import type { Testing } from "../../lib/testing.ts"
import { lookUp, type NodeSpec } from "./case.ts"
import { folder, listing } from "./files.ts"
import { combineFn } from "./functions.ts"
import { type AnyRDD, drawing, zeroOf } from "./rdd_nodes.ts"
import { decode } from "./values.ts"

/** An action on an RDD. */
export type Action = (rdd: AnyRDD) => Ran
type Ran = Effect.Effect<unknown, unknown, Testing.Services>
type Pairs = RDD.RDD<readonly [unknown, unknown], unknown>
type Numbers = RDD.RDD<number, unknown>

const keyed = (action: (rdd: Pairs) => Ran): () => Action => () => (rdd) => action(rdd as Pairs)

const known = /^(Hash|Range)Partitioner$/

/** Names a partitioner as recordings do. Gives null without one, and for partitioners that Spark does not have. */
export const partitionerName = (partitioner: Option.Option<Partitioner.Partitioner>): string | null =>
  Option.isSome(partitioner) && known.test(partitioner.value.name) ? Partitioner.show(partitioner.value) : null

const elements = (part: ReadonlyArray<unknown>): ReadonlyArray<unknown> => [...part]

/** Gives the elements of each partition. */
export const glomCollect: Action = (rdd) => RDD.runJob(rdd, elements) as Ran

const reducing =
  (action: (rdd: AnyRDD, f: (a: unknown, b: unknown) => unknown, node: NodeSpec) => ReturnType<Action>) =>
  (node: NodeSpec): Action => {
    const f = combineFn(node.f)
    return (rdd) => action(rdd, f, node)
  }

const aggregating = (
  action: (rdd: AnyRDD, seq: never, comb: never, node: NodeSpec) => ReturnType<Action>,
) =>
(node: NodeSpec): Action => {
  const [seq, comb] = [combineFn(node.seq) as never, combineFn(node.comb) as never]
  return (rdd) => action(rdd, seq, comb, node)
}

const numeric = (action: (rdd: Numbers) => Ran): () => Action => () => (rdd) => action(rdd as Numbers)

const depth = (node: NodeSpec) => ({ depth: node.depth as number | undefined })

const table: Readonly<Record<string, (node: NodeSpec) => Action>> = {
  collect: () => RDD.collect,
  glomCollect: () => glomCollect,
  collectPartitions: ({ ids }) => (rdd) => RDD.runJob(rdd, elements, ids as ReadonlyArray<number>) as Ran,
  count: () => RDD.count,
  first: () => RDD.first,
  take: ({ n = 0 }) => (rdd) => RDD.take(rdd, n),
  isEmpty: () => RDD.isEmpty,
  top: ({ n = 0 }) => (rdd) => RDD.top(rdd, n),
  takeOrdered: ({ n = 0 }) => (rdd) => RDD.takeOrdered(rdd, n),
  max: () => (rdd) => RDD.max(rdd),
  min: () => (rdd) => RDD.min(rdd),
  reduce: reducing((rdd, f) => RDD.reduce(rdd, f)),
  treeReduce: reducing((rdd, f, node) => RDD.treeReduce(rdd, f, depth(node))),
  fold: reducing((rdd, f, node) => RDD.fold(rdd, zeroOf(node) as unknown, f)),
  aggregate: aggregating((rdd, seq, comb, node) => RDD.aggregate(rdd, zeroOf(node), seq, comb)),
  treeAggregate: aggregating((rdd, seq, comb, node) => RDD.treeAggregate(rdd, zeroOf(node), seq, comb, depth(node))),
  countByValue: () => RDD.countByValue,
  countByKey: keyed(RDD.countByKey),
  collectAsMap: keyed(RDD.collectAsMap),
  reduceByKeyLocally: (node) => {
    const f = combineFn(node.f)
    return (rdd) => RDD.reduceByKeyLocally(rdd as Pairs, f)
  },
  lookup: ({ key }) => (rdd) => RDD.lookup(rdd as Pairs, decode(key)),
  foreachAccumulate: () => (rdd) =>
    Effect.suspend(() => {
      let sum = 0
      return Effect.map(RDD.foreach(rdd as Numbers, (n) => void (sum += n)), () => sum)
    }),
  foreachPartitionCount: () => (rdd) =>
    Effect.suspend(() => {
      let count = 0
      return Effect.map(RDD.foreachPartition(rdd, () => void count++), () => count)
    }),
  toLocalIterator: () => (rdd) => Stream.runCollect(RDD.toLocalIterator(rdd)),
  takeSample: (node) => (rdd) => RDD.takeSample(rdd, node.n ?? 0, drawing(node)),
  sum: numeric(RDD.sum),
  mean: numeric(RDD.mean),
  variance: numeric(RDD.variance),
  stdev: numeric(RDD.stdev),
  countApproxDistinct: ({ relativeSD }) => (rdd) =>
    RDD.countApproxDistinct(rdd, { relativeSD: relativeSD as number | undefined }),
  popVariance: numeric(RDD.popVariance),
  popStdev: numeric(RDD.popStdev),
  sampleVariance: numeric(RDD.sampleVariance),
  sampleStdev: numeric(RDD.sampleStdev),
  stats: numeric((rdd) =>
    Effect.map(
      RDD.stats(rdd),
      (found) => [found.count, found.mean, found.sum, found.min, found.max, found.variance, found.stdev],
    )
  ),
  histogram: (node) => (rdd) => {
    const numbers = rdd as Numbers
    return node.edges === undefined
      ? RDD.histogram(numbers, Number(node.buckets))
      : RDD.histogram(numbers, node.edges as ReadonlyArray<number>, { even: node.even === true })
  },
  storageLevel: () => (rdd) => Effect.sync(() => RDD.getStorageLevel(rdd)),
  isCheckpointed: () => (rdd) => Effect.sync(() => RDD.isCheckpointed(rdd)),
  saveAsTextFile: ({ twice }) => (rdd) =>
    Effect.scoped(Effect.gen(function* () {
      const path = `${yield* folder}/rdd`
      yield* RDD.saveAsTextFile(rdd, path)
      if (twice === true) yield* RDD.saveAsTextFile(rdd, path)
      return yield* Effect.promise(() => listing(path))
    })),
  getNumPartitions: () => RDD.getNumPartitions,
  partitioner: () => (rdd) => Effect.map(RDD.partitioner(rdd), partitionerName),
}

/** An action that changes its RDD in Spark: it gives the RDD to use from now on, and its result. */
export type Change = (rdd: AnyRDD) => Effect.Effect<readonly [AnyRDD, unknown], unknown, Testing.Services>

const persisting = (change: (rdd: AnyRDD, node: NodeSpec) => AnyRDD) => (node: NodeSpec): Change => (rdd) =>
  Effect.sync(() => {
    const changed = change(rdd, node)
    return [changed, RDD.getStorageLevel(changed)]
  })

const unpersisted = (rdd: AnyRDD): AnyRDD => {
  const [parent] = rdd.parents
  return RDD.getStorageLevel(rdd) === "NONE" || parent === undefined ? rdd : unpersisted(parent as AnyRDD)
}

// RDDs are checkpointed in memory: the library needs no directory.
const checkpointing = (): Change => (rdd) => Effect.map(RDD.localCheckpoint(rdd), (changed) => [changed, undefined])

const changes: Readonly<Record<string, (node: NodeSpec) => Change>> = {
  persist: (node) => (rdd) =>
    Effect.andThen(
      Effect.fromResult(StorageLevel.parse(String(node.level ?? "MEMORY_ONLY"))),
      persisting((rdd, { level }) => RDD.persist(rdd, level as never))(node)(rdd),
    ),
  cache: persisting(RDD.cache),
  unpersist: () => (rdd) =>
    Effect.map(RDD.unpersist(rdd), () => {
      const plain = unpersisted(rdd)
      return [plain, RDD.getStorageLevel(plain)]
    }),
  checkpoint: checkpointing,
  localCheckpoint: checkpointing,
}

/** Gives the change that an action makes to its RDD; undefined for other actions. */
export const changeOf = (node: NodeSpec): Change | undefined =>
  Object.hasOwn(changes, node.op) ? changes[node.op]?.(node) : undefined

/** Gives the action that a node names. */
export const actionOf = (node: NodeSpec): Action => lookUp(table, node.op, "action")(node)
