/**
 * The RDD of an input stream: a node that marks where data enters the graph.
 *
 * @module
 */
import { withCallSite } from "../../core/call_site.ts"
import { type AnyRDD, make } from "../../rdd/rdd.ts"
import type { AnyDStream } from "../dstream.ts"

/** Makes the node of a stream whose records the driver has. A graph copy has the same node, without a parent. */
export const entry = (stream: AnyDStream, parent?: AnyRDD): AnyRDD =>
  withCallSite(stream.site, () => make(stream.operation, parent === undefined ? [] : [parent], { kind: "input" }))

/** Makes the node of a stream whose records are read where tasks run. A graph copy makes the parent too, from the position. */
export const plannedEntry = (stream: AnyDStream, parent: AnyRDD, position: unknown): AnyRDD =>
  withCallSite(stream.site, () => make(stream.operation, [parent], { kind: "input", planned: { position } }))
