import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as OutputPolicy from "../../lib/output_policy.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Sqlite from "../../lib/sqlite.ts"
import { Testing } from "../../lib/testing.ts"
import { survives } from "./recovery.ts"

const words = [["a", "b"], ["a"], ["bad", "c"], ["b", "a"], []]

const add = (a: number, b: number) => a + b

/** An output that fails in the batches that have a bad word. */
const failing = (name: string, stream: DStream.DStream<string>) =>
  stream.pipe(
    DStream.foreachRDD((rdd) =>
      Effect.flatMap(RDD.collect(rdd), (found) => found.includes("bad") ? Effect.fail("a bad word") : Effect.void)
    ),
    DStream.nameOutput(name),
  )

for (const policy of [OutputPolicy.skip, OutputPolicy.continueOn]) {
  survives(`an output that fails, with the policy ${policy._tag},`, ({ record }) => {
    const input = Testing.input<string>(words).pipe(DStream.named("words"))
    const counts = input.pipe(
      DStream.map((word): [string, number] => [word, 1]),
      DStream.reduceByKeyAndWindow(add, "2 seconds"),
      DStream.named("counts"),
    )
    const checked = input.pipe(
      DStream.map((word): [string, number] => {
        if (word === "bad") throw new RangeError(word)
        return [word, 1]
      }),
      DStream.updateStateByKey((ones: ReadonlyArray<number>, total: Option.Option<number>) =>
        Option.some(ones.length + Option.getOrElse(total, () => 0))
      ),
      DStream.named("checked"),
    )
    return [failing("failing", input), record("counted")(counts), record("passed")(checked)]
  }, { settings: { onFailure: policy } })
}

const folder = Deno.makeTempDirSync()
let databases = 0

survives("saveToSql", ({ lasting }) => {
  const path = lasting("path", () => `${folder}/${databases++}.db`)
  const database = new DatabaseSync(path)
  database.exec("CREATE TABLE IF NOT EXISTS words (time INTEGER, word TEXT)")
  database.close()
  return [
    Testing.input<string>(words).pipe(
      DStream.named("words"),
      DStream.saveToSql(Sqlite.sink({ path }), {
        name: "saved",
        table: "words",
        columns: ["time", "word"],
        row: (word, time) => [time, word],
      }),
    ),
  ]
}, {
  result: ({ lasting }) => {
    const database = new DatabaseSync(lasting("path", () => ""))
    const rows = database.prepare("SELECT time, word FROM words ORDER BY time, word").all().map((row) => ({ ...row }))
    database.close()
    return rows
  },
})

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }))
