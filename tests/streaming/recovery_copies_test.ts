import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as Graph from "../../lib/graph.ts"
import { Testing } from "../../lib/testing.ts"
import { EVERY, survives } from "./recovery.ts"

let world: Testing.World

const add = (a: number, b: number) => a + b
const subtract = (a: number, b: number) => a - b

/** A graph that other isolates can make again, with both kinds of window and a state. */
const graph = Graph.module(import.meta, (batches: ReadonlyArray<ReadonlyArray<string> | null>) => {
  const words = Testing.input<string>(batches).pipe(DStream.named("words"))
  const pairs = DStream.map(words, (word): [string, number] => [word, 1])
  return [
    pairs.pipe(
      DStream.updateStateByKey((ones: ReadonlyArray<number>, total: Option.Option<number>) =>
        Option.some(ones.length + Option.getOrElse(total, () => 0))
      ),
      DStream.named("counts"),
      world.record("counted"),
    ),
    pairs.pipe(
      DStream.reduceByKeyAndWindow(add, "3 seconds", { inverse: subtract }),
      DStream.named("inverse"),
      world.record("differences"),
    ),
    pairs.pipe(DStream.reduceByKeyAndWindow(add, "3 seconds"), DStream.named("plain"), world.record("sums")),
    words.pipe(DStream.window("4 seconds", { slide: "2 seconds" }), DStream.named("recent"), world.record("windows")),
  ]
})

const batches = [["a", "b", "a"], ["b"], null, ["c", "a"], [], ["b"]]

survives("a graph with copies on loopback", (given) => {
  world = given
  return graph(batches)
}, { engine: "loopback", batches: batches.length, every: 2 * EVERY })
