/**
 * Writes numbers to a log in HDFS until it is killed. Prints `found <count>` when it has opened the log, and `done <n>`
 * for each entry that is durable. The argument is the URL of the directory.
 */
import * as Effect from "effect/Effect"
import { hdfsStore } from "../../../lib/durable/store/hdfs.ts"
import { bytesOf, textOf, withLog } from "../../durable/logs.ts"

/** Written at once, so that a line is complete in the pipe before the entry counts as acknowledged. */
const print = (line: string) => Deno.stdout.writeSync(bytesOf(`${line}\n`))

if (import.meta.main) {
  let next = 0
  const onEntry = (_: unknown, bytes: Uint8Array) => {
    next = Number(textOf(bytes)) + 1
  }
  await Effect.runPromise(withLog(hdfsStore(Deno.args[0] ?? ""), { segmentBytes: 300, onEntry }, (log) => {
    print(`found ${next}`)
    return Effect.forever(Effect.gen(function* () {
      const n = next++
      yield* log.append(bytesOf(String(n)))
      print(`done ${n}`)
    }))
  }))
}
