/** The RDD operations of recordings: of `rdd` cases, and inside of `transform`. Adding one is one line of the table. */
import { Partitioner, RDD } from "../../mod.ts"
import { idsOf, lookUp, missing, type NodeSpec } from "./case.ts"
import { combineFn, flatMapFn, mapFn, partitionFn, predicateFn, UserError, zipFn } from "./functions.ts"
import { decode, decodeAll } from "./values.ts"

/** An RDD of a case. */
export type AnyRDD = RDD.RDD<unknown, unknown>
type Pairs = RDD.RDD<readonly [unknown, unknown], unknown>

/** Applies an operation to RDDs in the batch at a time; outside of batches the time is 0. */
export type Apply = (rdds: ReadonlyArray<AnyRDD>, time: number) => AnyRDD | null

/** Gives the first RDD, or an empty one where there is none. */
export const one = (rdds: ReadonlyArray<AnyRDD>): AnyRDD => rdds[0] ?? RDD.empty()
const pairs = (rdds: ReadonlyArray<AnyRDD>, i = 0): Pairs => (rdds[i] ?? RDD.empty()) as Pairs

/** Gives the option for the `n` partitions of a node; undefined if it has no `n`. */
export const partitions = ({ n }: NodeSpec): { readonly partitions: number } | undefined =>
  n === undefined ? undefined : { partitions: n }

const sort = (node: NodeSpec) => ({ ascending: node.asc !== false, ...partitions(node) })

const hashOf = ({ n = 2 }: NodeSpec) => Partitioner.hash(n)

/** Gives the zero value of a fold or an aggregation. */
export const zeroOf = (node: NodeSpec): never => decode(node.zero) as never

/** Looks up the functions of `combineByKey`. */
export const combiners = (node: NodeSpec): RDD.Combiners<unknown, unknown> => ({
  createCombiner: mapFn(node.create as NodeSpec["f"]),
  mergeValue: combineFn(node.mergeValue),
  mergeCombiners: combineFn(node.mergeCombiners),
})

const preserving = ({ preserve }: NodeSpec) => ({ preservesPartitioning: preserve === true })

const mapOf =
  (change: (rdd: AnyRDD, f: (x: unknown) => unknown, node: NodeSpec) => AnyRDD) => (node: NodeSpec): Apply => {
    const f = mapFn(node.f)
    return (rdds) => change(one(rdds), f, node)
  }

const plainly = (change: (rdd: AnyRDD, node: NodeSpec) => AnyRDD) => (node: NodeSpec): Apply => (rdds) =>
  change(one(rdds), node)

const keyed = (change: (rdd: Pairs, node: NodeSpec) => AnyRDD) => (node: NodeSpec): Apply => (rdds) =>
  change(pairs(rdds), node)

const binary = (change: (a: AnyRDD, b: AnyRDD, node: NodeSpec) => AnyRDD) => (node: NodeSpec): Apply => (rdds) =>
  change(one(rdds), rdds[1] ?? RDD.empty(), node)

const joining =
  (change: (a: Pairs, b: Pairs, options: Partitioner.PartitionOptions | undefined) => AnyRDD) =>
  (node: NodeSpec): Apply =>
  (rdds) => change(pairs(rdds), pairs(rdds, 1), partitions(node))

const onPartitions = (node: NodeSpec): Apply => {
  const f = partitionFn(node.f)
  return (rdds) => RDD.mapPartitions(one(rdds), f, preserving(node))
}

/** Gives the options of a node that samples. */
export const drawing = (node: NodeSpec): RDD.SampleOptions => ({
  seed: node.seed as number | undefined,
  withReplacement: node.withReplacement === true,
})

const cogroup = (node: NodeSpec): Apply => ([first, ...rest]) =>
  rest.length === 1
    ? RDD.cogroup(first as Pairs, rest[0] as Pairs, partitions(node))
    : RDD.cogroup(first as Pairs, rest as Array<Pairs>, partitions(node)) as AnyRDD

const table: Readonly<Record<string, (node: NodeSpec) => Apply>> = {
  parallelize: (node) => () => RDD.parallelize(decodeAll(node.data as ReadonlyArray<unknown>), partitions(node)),
  emptyRDD: () => () => RDD.empty(),
  range: (node) => () =>
    RDD.range(node.start as number, node.end as number, { step: node.step as number | undefined, ...partitions(node) }),
  map: mapOf((rdd, f) => RDD.map(rdd, f)),
  flatMap: (node) => {
    const f = flatMapFn(node.f)
    return (rdds) => RDD.flatMap(one(rdds), f)
  },
  filter: (node) => {
    const f = predicateFn(node.f)
    return (rdds) => RDD.filter(one(rdds), f)
  },
  mapPartitions: onPartitions,
  mapPartitionsWithIndex: (node) => {
    const f = partitionFn(node.f)
    return (rdds) => RDD.mapPartitionsWithIndex(one(rdds), (index, part) => f(part, index), preserving(node))
  },
  mapWithTime: () => (rdds, time) => RDD.map(one(rdds), (x) => [x, time]),
  throwAt: (node) => (rdds, time) => {
    if (time !== node.time) return one(rdds)
    throw new UserError(String(node.message ?? `boom at ${time}`))
  },
  returnNull: () => () => null,
  glom: plainly(RDD.glom),
  distinct: plainly((rdd, node) => RDD.distinct(rdd, partitions(node))),
  union: binary((a, b) => RDD.union(a, b)),
  unionAll: () => (rdds) => RDD.unionAll(rdds),
  intersection: binary((a, b, node) => RDD.intersection(a, b, partitions(node))),
  subtract: binary((a, b, node) => RDD.subtract(a, b, partitions(node))),
  cartesian: binary((a, b) => RDD.cartesian(a, b)),
  zip: binary((a, b) => RDD.zip(a, b)),
  zipPartitions: (node) => {
    const f = zipFn(node.f)
    return ([a = RDD.empty(), b = RDD.empty()]) => RDD.zipPartitions(a, b, f, preserving(node))
  },
  zipWithIndex: plainly(RDD.zipWithIndex),
  zipWithUniqueId: plainly(RDD.zipWithUniqueId),
  sortBy: mapOf((rdd, f, node) => RDD.sortBy(rdd, f, sort(node))),
  groupBy: mapOf((rdd, f, node) => RDD.groupBy(rdd, f, partitions(node))),
  keyBy: mapOf((rdd, f) => RDD.keyBy(rdd, f)),
  coalesce: plainly((rdd, node) => RDD.coalesce(rdd, node.n ?? 1, { shuffle: node.shuffle === true })),
  repartition: plainly((rdd, node) => RDD.repartition(rdd, node.n ?? 1)),
  sample: plainly((rdd, node) => RDD.sample(rdd, Number(node.fraction), drawing(node))),
  randomSplit: plainly((rdd, node) =>
    RDD.randomSplit(rdd, node.weights as ReadonlyArray<number>, drawing(node))[Number(node.index)] ?? missing("split")
  ),
  pipe: plainly((rdd, node) => RDD.pipe(rdd, node.command as RDD.Command)),
  persist: plainly((rdd, { level }) => RDD.persist(rdd, level as never)),
  cache: plainly(RDD.cache),
  keys: keyed(RDD.keys),
  values: keyed(RDD.values),
  mapValues: (node) => {
    const f = mapFn(node.f)
    return (rdds) => RDD.mapValues(pairs(rdds), f)
  },
  flatMapValues: (node) => {
    const f = flatMapFn(node.f)
    return (rdds) => RDD.flatMapValues(pairs(rdds), f)
  },
  partitionBy: keyed((rdd, node) => RDD.partitionBy(rdd, hashOf(node))),
  reduceByKey: (node) => {
    const f = combineFn(node.f)
    return (rdds) => RDD.reduceByKey(pairs(rdds), f, partitions(node))
  },
  groupByKey: keyed((rdd, node) => RDD.groupByKey(rdd, partitions(node))),
  foldByKey: (node) => {
    const f = combineFn(node.f)
    return (rdds) => RDD.foldByKey(pairs(rdds), zeroOf(node), f, partitions(node)) as AnyRDD
  },
  aggregateByKey: (node) => {
    const [seq, comb] = [combineFn(node.seq), combineFn(node.comb)]
    return (rdds) => RDD.aggregateByKey(pairs(rdds), zeroOf(node), seq as never, comb as never, partitions(node))
  },
  combineByKey: (node) => {
    const functions = combiners(node)
    const options = { mapSideCombine: node.mapSideCombine !== false, ...partitions(node) }
    return (rdds) => RDD.combineByKey(pairs(rdds), functions, options)
  },
  cogroup,
  groupWith: cogroup,
  join: joining((a, b, options) => RDD.join(a, b, options)),
  leftOuterJoin: joining((a, b, options) => RDD.leftOuterJoin(a, b, options)),
  rightOuterJoin: joining((a, b, options) => RDD.rightOuterJoin(a, b, options)),
  fullOuterJoin: joining((a, b, options) => RDD.fullOuterJoin(a, b, options)),
  subtractByKey: joining((a, b, options) => RDD.subtractByKey(a, b, options)),
  sampleByKey: keyed((rdd, node) =>
    RDD.sampleByKey(rdd, decode(node.fractions) as ReadonlyArray<readonly [unknown, number]>, drawing(node))
  ),
  filterByRange: keyed((rdd, node) => RDD.filterByRange(rdd, decode(node.lower), decode(node.upper))),
  sortByKey: keyed((rdd, node) => RDD.sortByKey(rdd, sort(node))),
  repartitionAndSortWithinPartitions: keyed((rdd, node) => RDD.repartitionAndSortWithinPartitions(rdd, hashOf(node))),
}

/** Looks up the operation of a node. */
export const rddNode = (node: NodeSpec): Apply => lookUp(table, node.op, "")(node)

/** Applies nodes one after another. The nodes call the given RDDs in0, in1, … */
export const rddProgram = (specs: ReadonlyArray<NodeSpec>): Apply => {
  const steps = specs.map((spec) => ({ id: spec.id, ids: idsOf(spec), apply: rddNode(spec) }))
  return (rdds, time) => {
    const known = new Map(rdds.map((rdd, i) => [`in${i}`, rdd]))
    let last: AnyRDD | null = one(rdds)
    for (const { id, ids, apply } of steps) {
      const parents: ReadonlyArray<AnyRDD | null> = ids?.map((each) => known.get(each) ?? missing(`RDD ${each}`)) ??
        [last]
      last = apply(parents.filter((rdd) => rdd !== null), time)
      if (id !== undefined && last !== null) known.set(id, last)
    }
    return last
  }
}
