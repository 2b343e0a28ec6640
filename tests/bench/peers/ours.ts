/**
 * Runs a workload of the comparison on the library, as the peers' programs do: `mapstate records=10000 keys=1000000 warmUp=5
 * batches=10`. Prints the times of the batches, and a checksum of all outputs, those of the warm-up included.
 */
import { RDD } from "@dstream/dstream"
import { processMillis } from "../cpu.ts"
import { counts } from "../empty.ts"
import { openKeyed } from "../keyed_session.ts"
import * as Lines from "../lines.ts"
import { megabytes } from "../memory.ts"
import * as Numbers from "../numbers.ts"
import { REPORT } from "../output.ts"
import * as Pairs from "../pairs.ts"
import { open } from "../session.ts"
import { mapState, updateState } from "../states.ts"
import { chain as windowChain } from "../windows.ts"
import { start, type Workload } from "../workload.ts"
import type { Timings } from "./engine.ts"

const WINDOW = 30

/** A started workload. A batch gives a function for the checksum of its output. */
interface Started {
  readonly batch: () => Promise<() => number>
  readonly close: () => Promise<void>
}

type Start = (records: number, keys: number) => Promise<Started>

const of = <I, A, B, C>(work: Workload<I, A, B, C>): Start => (records) => start(work, records)

const keyed = (chain: (keys: number) => Parameters<typeof openKeyed>[2]): Start => async (records, keys) => {
  const session = await openKeyed(records, keys, chain(keys))
  return {
    batch: async () => {
      const sum = await session.batch()
      return () => sum
    },
    close: session.close,
  }
}

const starts: Readonly<Record<string, Start>> = {
  "wordcount": of(Lines.wordCount),
  "wordcount-bytes": of(Lines.wordCountOfBytes),
  "grep": of(Lines.grep),
  "mapfilter-ints": of(Numbers.mapFilterInts),
  "mapfilter-doubles": of(Numbers.mapFilterDoubles),
  "join": of(Pairs.join),
  "groupbykey": of(Pairs.groupByKey),
  "sortbykey": of(Pairs.sortByKey),
  "window": keyed(() => windowChain(WINDOW, false)),
  "window-inverse": keyed(() => windowChain(WINDOW, true)),
  "updatestate": keyed(updateState.chain),
  "mapstate": keyed(mapState.chain),
  "empty": async () => {
    const { batch, close } = await open(counts(RDD.parallelize<string>([], { partitions: 1 })))
    return { batch: () => batch().then(() => () => 0), close }
  },
}

const [name = "", ...rest] = Deno.args
const given = new Map(rest.map((arg) => arg.split("=")).map(([key = "", value]) => [key, Number(value)]))
const number = (key: string) => given.get(key) ?? 0
const begin = starts[name]
if (begin === undefined) throw new Error(`There is no workload ${name}`)

const [warmUp, batches] = [number("warmUp"), number("batches")]
const { batch, close } = await begin(number("records"), number("keys"))
const wall: Array<number> = []
let [checksum, from] = [0, 0]
for (let i = 0; i < warmUp + batches; i++) {
  if (i === warmUp) from = processMillis?.() ?? NaN
  const time = performance.now()
  const sum = await batch()
  if (i >= warmUp) wall.push(performance.now() - time)
  checksum = (checksum + sum()) | 0
}
const cpu = ((processMillis?.() ?? NaN) - from) / batches
const timings: Timings = { wall, cpu, megabytes: await megabytes(Deno.pid, "VmHWM") ?? 0, checksum }
await close()
console.log(REPORT + JSON.stringify(timings))
