/** The time from a small block of received text to the printed output. */
import { DStream, type RDD, Text } from "@dstream/dstream"
import type * as Console from "effect/Console"
import { checksum, textBytes } from "./data.ts"
import { linesOf, wordCount } from "./hand_loops.ts"
import { interleaved } from "./measure.ts"
import { textRDD } from "./lines.ts"
import type { Bench } from "./report.ts"
import { open } from "./session.ts"
import { HAND } from "./workload.ts"

const LINES = 1000
const PRINTED = "block to printed output"
const WITH_TEXT = "the same with Text.split"

/** The lines of the first records, without the line that has the batch time. */
const checked = (printed: ReadonlyArray<string>): () => number => () =>
  checksum([[printed.join("").split("\n").filter((line) => line.startsWith("(")).join("\n"), 1]])

/** A context that prints the first counts of words of each batch. */
const printing = async (name: string, split: (line: string) => ReadonlyArray<string>, block: RDD.RDD<string>) => {
  const queue = DStream.rddQueue<string>()
  const printed: Array<string> = []
  const console: Console.Console = { ...globalThis.console, log: (text: string) => void printed.push(text) }
  const session = await open(
    DStream.queueStream(queue).pipe(
      DStream.flatMap(split),
      DStream.map((word) => [word, 1]),
      DStream.reduceByKey((a, b) => a + b),
      DStream.print(),
    ),
    { console },
  )
  const run = async () => {
    queue.push(block)
    printed.length = 0
    await session.batch()
    return checked(printed)
  }
  return { name, run, close: session.close }
}

/** The benchmarks of this file. */
export const latency: Readonly<Record<string, Bench>> = {
  latency: async (size) => {
    const bytes = textBytes(0, LINES)
    const block = textRDD(bytes)
    const plain = await printing(PRINTED, (line) => line.split(" "), block)
    const text = await printing(WITH_TEXT, Text.split(" "), block)
    const byHand = {
      name: HAND,
      run: () => {
        const first = Array.from(wordCount(linesOf(bytes))).slice(0, 10)
        return checked([first.map(([word, { n }]) => `(${word},${n})`).join("\n")])
      },
    }
    const figures = await interleaved([byHand, plain, text], size.rounds(400))
    await plain.close()
    await text.close()
    return {
      title: `word count of ${LINES.toLocaleString("en")} lines, from a block of bytes to printed output`,
      figures,
      goals: [PRINTED, WITH_TEXT].map((of) => ({ of, most: 1 })),
    }
  },
}
