/**
 * What back-pressure has to know of the windows of a graph.
 *
 * @module
 */
import type { AnyDStream } from "../dstream/dstream.ts"
import type { AnyGraph } from "../dstream/graph/graph.ts"
import { nodes } from "../dstream/graph/nodes.ts"
import type { WindowShape } from "../receiver/window_load.ts"

/**
 * The most slides that a window counts as. In longer windows, one slide changes the time of a batch less than chance does,
 * so that full windows cannot be predicted from the first slides.
 */
const MOST_SLIDES = 30

/** Finds the longest slide in a graph, and how many of them the longest window covers. */
export const windowShape = (graph: AnyGraph, zeroTime: number, batchDuration: number): WindowShape => {
  const streams = nodes(graph)
  const slide = streams.reduce((longest, { slideDuration = 0 }) => Math.max(longest, slideDuration), batchDuration)
  // For how long a record is processed. A window over windows adds to it.
  const durations = new Map<AnyDStream, number>()
  for (const stream of streams) {
    const { lookBack = 0 } = stream.traits
    const before = stream.parents.map((parent) => durations.get(parent) ?? batchDuration)
    durations.set(stream, Math.max(batchDuration, ...before) + Math.max(0, lookBack - batchDuration))
  }
  const slides = Math.ceil(Math.max(...durations.values()) / slide)
  return {
    slide: slide / batchDuration,
    slides: Math.min(slides, MOST_SLIDES),
    slideEnd: (time) => zeroTime + slide * Math.ceil((time - zeroTime) / slide),
  }
}
