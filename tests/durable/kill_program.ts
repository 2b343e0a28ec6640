/**
 * Writes to a log until it is killed. Prints `found <count>` when it has opened the log, and `done <n>` for each entry that
 * is durable. Arguments: the directory or its URL, the bytes of a segment, and after how many entries the log is cleaned.
 */
import * as Effect from "effect/Effect"
import { storeOf } from "../../lib/durable/store/open.ts"
import { bytesOf, textOf, withLog } from "./logs.ts"

const [directory = "", segmentBytes = "", cleanEvery = "400"] = Deno.args
const PRODUCERS = 4
const CLEAN_EVERY = Number(cleanEvery)

/** Written at once, so that a line is complete in the pipe before the entry counts as acknowledged. */
const print = (line: string) => Deno.stdout.writeSync(bytesOf(`${line}\n`))

let next = 0
const program = Effect.flatMap(storeOf(directory, "the program"), (store) =>
  withLog(
    store,
    {
      segmentBytes: Number(segmentBytes),
      onEntry: (_, bytes) => {
        next = Number(textOf(bytes).split(" ")[0]) + 1
      },
    },
    (log) => {
      print(`found ${next}`)
      const produce = Effect.gen(function* () {
        const n = next++
        const entry = bytesOf(`${n} ${"x".repeat(n % 300)}`)
        if (n % 5 === 0) yield* log.submit([entry], false).done
        else {
          yield* log.append(entry)
          print(`done ${n}`)
        }
        if (n % CLEAN_EVERY === CLEAN_EVERY - 1) {
          const first = yield* log.clean(log.end.segment - 3)
          print(`cleaned ${first}`)
        }
      })
      return Effect.all(Array.from({ length: PRODUCERS }, () => Effect.forever(produce)), { concurrency: "unbounded" })
    },
  ))

if (import.meta.main) await Effect.runPromise(program)
