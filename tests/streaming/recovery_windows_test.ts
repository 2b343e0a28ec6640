import * as DStream from "../../lib/dstream.ts"
import { Testing } from "../../lib/testing.ts"
import { survives } from "./recovery.ts"

const words = [["a", "b", "a"], ["b"], null, ["c", "a"], [], ["b"], ["d"]]

/** The input as words and as pairs. */
const streams = () => {
  const input = Testing.input<string>(words).pipe(DStream.named("words"))
  return { input, pairs: DStream.map(input, (word): [string, number] => [word, 1]) }
}
const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b

survives("a window", ({ record }) => {
  const { input, pairs } = streams()
  return [
    input.pipe(DStream.window("3 seconds"), DStream.named("recent"), record("windows")),
    pairs.pipe(DStream.groupByKeyAndWindow("2 seconds"), DStream.named("groups"), record("grouped")),
  ]
})

survives("windows that are reduced", ({ record }) => {
  const { pairs } = streams()
  return [
    pairs.pipe(DStream.reduceByKeyAndWindow(add, "3 seconds"), DStream.named("plain"), record("sums")),
    pairs.pipe(
      DStream.reduceByKeyAndWindow(add, "3 seconds", { inverse: subtract, filter: ([, n]) => n > 0 }),
      DStream.named("inverse"),
      record("differences"),
    ),
  ]
})

survives("countByWindow and countByValueAndWindow", ({ record }) => {
  const { input } = streams()
  return [
    input.pipe(DStream.countByWindow("3 seconds"), DStream.named("count"), record("counted")),
    input.pipe(DStream.countByValueAndWindow("2 seconds"), DStream.named("values"), record("valued")),
  ]
})

survives("windows that slide by 2 and by 3 intervals", ({ record }) => {
  const { input, pairs } = streams()
  return [
    pairs.pipe(
      DStream.reduceByKeyAndWindow(add, "4 seconds", { inverse: subtract, slide: "2 seconds" }),
      DStream.named("two"),
      record("twos"),
    ),
    pairs.pipe(
      DStream.reduceByKeyAndWindow(add, "6 seconds", { slide: "3 seconds" }),
      DStream.named("three"),
      record("threes"),
    ),
    input.pipe(DStream.window("3 seconds", { slide: "3 seconds" }), DStream.named("tumbling"), record("tumbled")),
  ]
})

survives("a window of a window, joined", ({ record }) => {
  const { input, pairs } = streams()
  const recent = input.pipe(DStream.window("2 seconds"), DStream.named("recent"))
  const counts = recent.pipe(
    DStream.map((word): [string, number] => [word, 1]),
    DStream.reduceByKeyAndWindow(add, "2 seconds", { inverse: subtract }),
    DStream.named("twice"),
  )
  const joined = pairs.pipe(DStream.window("3 seconds"), DStream.named("wide"), DStream.join(counts))
  return [record("counted")(counts), record("joined")(joined)]
})
