import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as StateSpec from "../../lib/state_spec.ts"
import { Testing } from "../../lib/testing.ts"
import { survives } from "./recovery.ts"

const words = [["a", "b", "a"], ["b"], null, ["c", "a"], []]

const pairs = (given: ReadonlyArray<ReadonlyArray<string> | null> = words) =>
  Testing.input<string>(given).pipe(DStream.named("words"), DStream.map((word): [string, number] => [word, 1]))

const sum = (ones: ReadonlyArray<number>, total: Option.Option<number>) =>
  Option.some(ones.length + Option.getOrElse(total, () => 0))

survives("mapWithState with timeouts", ({ record }) => {
  const spec = StateSpec.function((word: string, one: Option.Option<number>, total: StateSpec.State<number>) => {
    if (total.isTimingOut()) return `${word} timed out at ${Option.getOrNull(total.getOption())}`
    const sum = Option.getOrElse(one, () => 0) + Option.getOrElse(total.getOption(), () => 0)
    total.update(sum)
    return `${word} ${sum}`
  }).pipe(StateSpec.timeout("1500 millis"))
  const counts = pairs().pipe(DStream.mapWithState(spec), DStream.named("counts"))
  return [record("counted")(counts), record("snapshots")(DStream.stateSnapshots(counts))]
})

survives("updateStateByKey", ({ record }) => [
  pairs().pipe(DStream.updateStateByKey(sum), DStream.named("counts"), record("counted")),
])

survives("updateStateByKey from an initial state, rescaled", ({ record }) => [
  pairs().pipe(
    DStream.updateStateByKey(sum, { initial: RDD.parallelize([["z", 5], ["a", 10]] as Array<[string, number]>) }),
    DStream.named("counts"),
    record("counted"),
  ),
], { parallelism: 3, rescaledTo: 2 })

survives("updateStatePartitions", ({ record }) => [
  pairs().pipe(
    DStream.updateStatePartitions((entries: ReadonlyArray<DStream.StateEntry<string, number, string>>) =>
      entries.flatMap(([word, ones, seen]): Array<[string, string]> =>
        word === "b" && ones.length === 0 ? [] : [[word, `${Option.getOrElse(seen, () => "")}${ones.length}`]]
      )
    ),
    DStream.named("history"),
    record("histories"),
  ),
])

survives("a state of a state, transformed and joined", ({ record }) => {
  // A join fails in a batch in which one of its streams has no RDD.
  const words = pairs([["a", "b", "a"], ["b"], [], ["c", "a"], []])
  const counts = words.pipe(DStream.updateStateByKey(sum), DStream.named("counts"))
  const ofCounts = counts.pipe(
    DStream.map(([word, count]): [number, string] => [count, word]),
    DStream.updateStateByKey((words: ReadonlyArray<string>, most: Option.Option<number>) =>
      Option.some(Math.max(words.length, Option.getOrElse(most, () => 0)))
    ),
    DStream.named("most"),
  )
  const joined = counts.pipe(
    DStream.transform((rdd) => Effect.succeed(RDD.filter(rdd, ([, count]) => count > 1))),
    DStream.leftOuterJoin(words),
  )
  return [record("mosts")(ofCounts), record("joined")(joined)]
})
