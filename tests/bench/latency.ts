/** The time from a small block of received text to the printed output. */
import { DStream } from "@dstream/dstream"
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

/** The benchmarks of this file. */
export const latency: Readonly<Record<string, Bench>> = {
  latency: async (size) => {
    const bytes = textBytes(0, LINES)
    const queue = DStream.rddQueue<string>()
    const printed: Array<string> = []
    const console: Console.Console = { ...globalThis.console, log: (text: string) => void printed.push(text) }
    const session = await open(
      DStream.queueStream(queue).pipe(
        DStream.flatMap((line) => line.split(" ")),
        DStream.map((word) => [word, 1]),
        DStream.reduceByKey((a, b) => a + b),
        DStream.print(),
      ),
      { console },
    )
    const block = textRDD(bytes)
    const figures = await interleaved([
      {
        name: HAND,
        run: () => {
          const first = Array.from(wordCount(linesOf(bytes))).slice(0, 10)
          const text = first.map(([word, { n }]) => `(${word},${n})`).join("\n")
          return () => checksum([[text, 1]])
        },
      },
      {
        name: PRINTED,
        run: async () => {
          queue.push(block)
          printed.length = 0
          await session.batch()
          return () => checksum([[printed.join("").split("\n").filter((line) => line.startsWith("(")).join("\n"), 1]])
        },
      },
    ], size.rounds(400))
    await session.close()
    return {
      title: `word count of ${LINES.toLocaleString("en")} lines, from a block of bytes to printed output`,
      figures,
      goals: [{ of: PRINTED, most: 1 }],
    }
  },
}
