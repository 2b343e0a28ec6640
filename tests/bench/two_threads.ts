/** Two threads against one: a graph in two sessions that take turns. */
import type { Graph, RDD } from "@dstream/dstream"
import { make } from "../../lib/rdd/rdd.ts"
import { fromText } from "../../lib/rdd/text_block.ts"
import { interleaved } from "./measure.ts"
import type { Report } from "./report.ts"
import { open } from "./session.ts"

const ONE = "one thread"
const TWO = "two threads"

/** How many partitions the input of a batch has. */
export const PARTITIONS = 2

/** An RDD of lines that are bytes, as receivers make them: a partition of each text. */
export const textsRDD = (texts: ReadonlyArray<string>): RDD.RDD<string> => {
  const bytes = texts.map((text) => new TextEncoder().encode(text))
  return make("text", [], { kind: "source", partitions: bytes.length, load: (index) => fromText(bytes[index]!) })
}

/** A graph to run on one thread and on two. */
export interface Threaded {
  readonly title: string
  readonly graph: Graph.Graph<never, never>
  /** Gives the graph the input of a batch. */
  readonly push: (round: number) => void
  /** The checksum of what the last batch has given. */
  readonly sum: () => number
  readonly rounds: number
  readonly warmUp: number
  /** The least speed of two threads in percent of that of one. */
  readonly goal: number
}

/** Measures batches of a graph on one thread and on two. */
export const twoAgainstOne = async (
  { goal, graph, push, rounds, sum, title, warmUp }: Threaded,
): Promise<Report> => {
  const one = await open(graph)
  const two = await open(graph, { master: "local[2]" })
  const figures = await interleaved(
    [{ name: ONE, session: one }, { name: TWO, session: two }].map(({ name, session }) => ({
      name,
      run: async (round: number) => {
        push(round)
        await session.batch()
        return sum
      },
    })),
    rounds,
    warmUp,
  )
  await one.close()
  await two.close()
  return {
    title: `${title}, one thread and two`,
    isWall: true,
    figures,
    goals: [{ what: `${TWO} against one`, of: TWO, base: ONE, percent: goal }],
  }
}
