import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"

/** Code with a common mistake, a part of the message that the compiler must give, and the most characters of all messages. */
const mistakes: Record<string, readonly [code: string, message: string, most: number]> = {
  "an operator of pairs on other records": [
    "lines.pipe(DStream.reduceByKey((a, b) => a + b))",
    "the records must be pairs: [key, value]",
    500,
  ],
  "an operator of pairs on other records, amid others": [
    "lines.pipe(DStream.map((line) => line.length), DStream.reduceByKey((a, b) => a + b), DStream.print())",
    "Argument of type 'Mistake<\"the records must be pairs: [key, value]",
    550,
  ],
  "a window of pairs on other records": [
    'lines.pipe(DStream.reduceByKeyAndWindow((a, b) => a + b, "10 seconds"))',
    "the records must be pairs",
    650,
  ],
  "mapValues on other records": [
    "lines.pipe(DStream.mapValues((n) => String(n)))",
    "the records must be pairs: [key, value]",
    900,
  ],
  "an operator of pairs with a typed function on other records": [
    "nums.pipe(DStream.reduceByKey((a: number, b: number) => a + b))",
    "the records must be pairs: [key, value]",
    900,
  ],
  "a join of other records": ["nums.pipe(DStream.join(pairs))", "the records must be pairs: [key, value]", 900],
  "a state of other records": [
    "nums.pipe(DStream.updateStateByKey((_: ReadonlyArray<number>, sum: Option.Option<number>) => sum))",
    "the records must be pairs: [key, value]",
    900,
  ],
  "groupByKey of a stream of other records": [
    "DStream.groupByKey(nums)",
    "the records must be pairs: [key, value]",
    1050,
  ],
  "count with parentheses": ["lines.pipe(DStream.count())", "write .pipe(DStream.count) or DStream.count(stream)", 400],
  "count with parentheses, after another operator": [
    "lines.pipe(DStream.map((line) => line.length), DStream.count())",
    "Argument of type 'Mistake<\"write .pipe(DStream.count) or DStream.count(stream)",
    450,
  ],
  "a slide that is no option": [
    'lines.pipe(DStream.window("10 seconds", "2 seconds"))',
    "the arguments are a duration such as",
    550,
  ],
  "a window's arguments in the order of Spark": [
    'pairs.pipe(DStream.reduceByKeyAndWindow((a, b) => a + b, (a, b) => a - b, "10 seconds", "2 seconds"))',
    "options such as { slide:",
    700,
  ],
  "a misspelt duration of a window": [
    'lines.pipe(DStream.window("10 secnds", { slide: "2 seconds" }))',
    "a duration such as",
    550,
  ],
  "a misspelt duration of a window of a stream": [
    'DStream.window(nums, "10 secs")',
    "the arguments are a stream, a duration such as",
    330,
  ],
  "a misspelt duration of a window in a pipe": [
    'nums.pipe(DStream.window("10 secs"))',
    "the arguments are a duration such as",
    500,
  ],
  "a misspelt duration in the settings of a context": [
    'StreamingContext.makeWith({ gracefulStopTimeout: "10 secs" })',
    "a duration is a number of milliseconds or a text such as",
    500,
  ],
  "a time limit of zero in the settings of a context": [
    "StreamingContext.makeWith({ gracefulStopTimeout: 0 })",
    "a duration must be above 0 and of whole milliseconds",
    500,
  ],
  "a misspelt batch interval": [
    'Scheduler.layer("1 secnd")',
    "a duration is a number of milliseconds or a text such as",
    250,
  ],
  "updateStateByKey without the type of the state": [
    "pairs.pipe(DStream.updateStateByKey((ones, sum) => Option.some(Option.getOrElse(sum, () => 0) + ones.length)))",
    "annotate the state: (values, state: Option.Option<number>) => ...",
    350,
  ],
  "updateStateByKey of a stream without the type of the state": [
    "DStream.updateStateByKey(pairs, (ones, sum) => Option.some(ones.length + Option.getOrElse(sum, () => 0)))",
    "annotate the state: (values, state: Option.Option<number>) => ...",
    300,
  ],
  "StateSpec.function without the type of the state": [
    "pairs.pipe(DStream.mapWithState(StateSpec.function((key, _, sum) => (sum.update(sum.get() + 1), key))))",
    "annotate the state: (key: string, value: Option.Option<number>, state: StateSpec.State<number>) => ...",
    350,
  ],
  "Receiver.make without the type of the store": [
    'Receiver.make({ name: "Words", onStart: (store) => store.one("word") })',
    "annotate the store: (store: Receiver.Store<string>) => ...",
    350,
  ],
}

const root = new URL("../../", import.meta.url)
const names = ["dstream", "receiver", "scheduler", "state_spec", "streaming_context"] as const
const namespaces = {
  dstream: "DStream",
  receiver: "Receiver",
  scheduler: "Scheduler",
  state_spec: "StateSpec",
  streaming_context: "StreamingContext",
} as const
const head = [
  ...names.map((name) => `import * as ${namespaces[name]} from "${new URL(`lib/${name}.ts`, root).href}"`),
  'import { Option } from "effect"',
  'const lines = DStream.socketTextStream("localhost", 9999)',
  "const pairs = DStream.map(lines, (word) => [word, 1])",
  "const nums = DStream.map(lines, (line) => line.length)",
  "console.log(pairs, nums, Option, Receiver, Scheduler, StateSpec, StreamingContext)",
  "",
].join("\n")

/** Checks one file for each mistake and returns the messages of the compiler by file, without code and places. */
const check = async (folder: string): Promise<ReadonlyArray<string>> => {
  const files = Object.values(mistakes).map(([code], i) => [`${folder}/mistake_${i}.ts`, code] as const)
  for (const [file, code] of files) await Deno.writeTextFile(file, `${head}${code}\n`)
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--config", new URL("deno.json", root).pathname, ...files.map(([file]) => file)],
    env: { NO_COLOR: "1" },
  }).output()
  const messages = new Map<string, string>()
  for (const error of new TextDecoder().decode(stderr).split(/\n\n(?=TS\d)/)) {
    const file = /mistake_\d+\.ts/.exec(error)?.[0] ?? ""
    const from = error.search(/TS\d+ \[ERROR\]/)
    const text = error.slice(Math.max(0, from)).split("\n").filter((line) => /^(TS\d| {2})/.test(line)).join("\n")
    messages.set(file, `${messages.get(file) ?? ""}${text.replace(/\n {4}at [^]*$/, "")}\n`)
  }
  return files.map((_, i) => messages.get(`mistake_${i}.ts`) ?? "")
}

describe("the compiler's message for a common mistake is short and says what to write", () => {
  let folder = ""
  let messages: ReadonlyArray<string> = []
  before(async () => {
    folder = await Deno.makeTempDir()
    messages = await check(folder)
  })
  after(() => Deno.remove(folder, { recursive: true }))
  for (const [i, [mistake, [, message, most]]] of Object.entries(mistakes).entries()) {
    it(mistake, () => {
      const text = messages[i] ?? ""
      assert.ok(text.includes(message), text)
      assert.ok(text.length <= most, `${text.length} characters:\n${text}`)
    })
  }
})
