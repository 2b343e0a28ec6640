/** The DStream operations of recordings. Adding one is one line of the table. */
import { DStream, Partitioner, RDD } from "../../mod.ts"
import { type FunctionRef, lookUp, type NodeSpec } from "./case.ts"
import { combineFn, flatMapFn, mapFn, partitionFn, predicateFn } from "./functions.ts"
import { type AnyRDD, combiners, partitions, rddProgram } from "./rdd_nodes.ts"
import { stateNodes } from "./state_nodes.ts"

/** A stream of a case. */
export type Stream = DStream.DStream<unknown, unknown>
type Pairs = DStream.DStream<readonly [unknown, unknown], unknown>
/** Makes the stream of a node from the streams that it names. */
export type Build = (node: NodeSpec, streams: ReadonlyArray<Stream>) => Stream

const one = (streams: ReadonlyArray<Stream>): Stream => streams[0] as Stream

const unary = (build: (stream: Stream, node: NodeSpec) => Stream): Build => (node, streams) => build(one(streams), node)

const keyed = (build: (stream: Pairs, node: NodeSpec) => Stream): Build => (node, streams) =>
  build(one(streams) as Pairs, node)

const binary =
  (build: (a: Pairs, b: Pairs, options: { readonly partitions: number } | undefined) => Stream): Build =>
  (node, streams) => build(streams[0] as Pairs, streams[1] as Pairs, partitions(node))

const program = (node: NodeSpec) => {
  const apply = rddProgram(node.rdd ?? [])
  return (rdds: ReadonlyArray<AnyRDD>, time: number) => apply(rdds, time) as AnyRDD
}

const onPartitions = unary((s, node) =>
  DStream.mapPartitions(s, partitionFn(node.f), { preservesPartitioning: node.preserve === true })
)

const sliding = ({ slide }: NodeSpec) => ({ slide: slide === undefined ? undefined : Number(slide) })

const inverting = (node: NodeSpec) => ({
  ...sliding(node),
  inverse: node.inv === undefined ? undefined : combineFn(node.inv as FunctionRef),
})

const table: Readonly<Record<string, Build>> = {
  map: unary((s, { f }) => DStream.map(s, mapFn(f))),
  flatMap: unary((s, { f }) => DStream.flatMap(s, flatMapFn(f))),
  filter: unary((s, { f }) => DStream.filter(s, predicateFn(f))),
  mapPartitions: onPartitions,
  mapPartitionsWithIndex: onPartitions,
  glom: unary(DStream.glom),
  count: unary(DStream.count),
  reduce: unary((s, { f }) => DStream.reduce(s, combineFn(f))),
  countByValue: unary((s, node) => DStream.countByValue(s, partitions(node))),
  repartition: unary((s, { n = 1 }) => DStream.repartition(s, n)),
  union: (_, [a, b]) => DStream.union(a as Stream, b as Stream),
  unionAll: (_, streams) => DStream.unionAll(streams as unknown as DStream.DStreams) as Stream,
  mapValues: keyed((s, { f }) => DStream.mapValues(s, mapFn(f))),
  flatMapValues: keyed((s, { f }) => DStream.flatMapValues(s, flatMapFn(f))),
  groupByKey: keyed((s, node) => DStream.groupByKey(s, partitions(node))),
  reduceByKey: keyed((s, node) => DStream.reduceByKey(s, combineFn(node.f), partitions(node))),
  combineByKey: keyed((s, node) =>
    DStream.combineByKey(s, combiners(node), { mapSideCombine: node.mapSideCombine !== false, partitions: node.n ?? 2 })
  ),
  // Spark's streams have no partitionBy: the recordings transform RDDs.
  partitionBy: keyed((s, { n = 2 }) =>
    DStream.transform(s, (rdd) => RDD.partitionBy(rdd, Partitioner.hash(n))) as Stream
  ),
  cogroup: binary((a, b, options) => DStream.cogroup(a, b, options)),
  join: binary((a, b, options) => DStream.join(a, b, options)),
  leftOuterJoin: binary((a, b, options) => DStream.leftOuterJoin(a, b, options)),
  rightOuterJoin: binary((a, b, options) => DStream.rightOuterJoin(a, b, options)),
  fullOuterJoin: binary((a, b, options) => DStream.fullOuterJoin(a, b, options)),
  transform: unary((s, node) => {
    const run = program(node)
    return DStream.transform(s, (rdd, { time }) => run([rdd], time))
  }),
  transformWith: (node, [a, b]) => {
    const run = program(node)
    return DStream.transformWith(a as Stream, b as Stream, (rdd, other, { time }) => run([rdd, other], time))
  },
  transformAll: (node, streams) => {
    const run = program(node)
    return DStream.transformAll(
      streams as unknown as DStream.DStreams,
      (rdds, { time }) => run(rdds as ReadonlyArray<AnyRDD>, time),
    ) as Stream
  },
  ...stateNodes,
  window: unary((s, node) => DStream.window(s, Number(node.window), sliding(node))),
  reduceByWindow: unary((s, node) =>
    DStream.reduceByWindow(s, combineFn(node.f), Number(node.window), inverting(node))
  ),
  countByWindow: unary((s, node) => DStream.countByWindow(s, Number(node.window), sliding(node))),
  countByValueAndWindow: unary((s, node) =>
    DStream.countByValueAndWindow(s, Number(node.window), { ...sliding(node), ...partitions(node) })
  ),
  groupByKeyAndWindow: keyed((s, node) =>
    DStream.groupByKeyAndWindow(s, Number(node.window), { ...sliding(node), ...partitions(node) })
  ),
  reduceByKeyAndWindow: keyed((s, node) =>
    DStream.reduceByKeyAndWindow(s, combineFn(node.f), Number(node.window), {
      ...inverting(node),
      ...partitions(node),
      filter: node.filter === undefined ? undefined : predicateFn(node.filter as FunctionRef),
    })
  ),
}

/** Makes the stream of a node. */
export const streamNode = (node: NodeSpec, streams: ReadonlyArray<Stream>): Stream =>
  lookUp(table, node.op, "")(node, streams)
