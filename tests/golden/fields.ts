/**
 * The fields that recordings may have. A field that is not listed here may change what a case means: the runner reports the
 * case as not understood and does not run it, so that it can neither pass nor fail.
 */

type Fields = ReadonlySet<string>
type Table = Readonly<Record<string, Fields>>
type Plain = Readonly<Record<string, unknown>>

const words = (text: string): Fields => new Set(text.split(" ").filter((word) => word !== ""))
const table = (rows: Readonly<Record<string, string>>): Table =>
  Object.fromEntries(
    Object.entries(rows).flatMap(([names, text]) => names.split(" ").map((name) => [name, words(text)])),
  )

const options = "batchMs clockStart checkpoint remember conf sentinel"

const ofCase = words(
  `id description kind refs ${options} numBatches informative recordOrder recordStdout recordFiles recordEvents ` +
    "inputs nodes outputs steps rdds actions calls keys n expected",
)

const ofExpected = words("outputs batchErrors error order stdout files events steps results hashCodes partition")

const ofError = words("class message task cause rootCause phase at")

const ofEntry = words("time output partitions numPartitions partitioner called value error")

const inputs = table({
  batches: "batches partitions",
  queue: "rdds oneAtATime default partitions",
  constant: "data",
  textFiles: "dir",
  binaryRecords: "dir recordLength",
  files: "dir newFilesOnly nameSuffix",
})

const nodes = table({
  "map flatMap filter mapValues flatMapValues reduce": "f",
  "mapPartitions mapPartitionsWithIndex": "f preserve",
  "glom count union unionAll stateSnapshots cache": "",
  "cogroup join leftOuterJoin rightOuterJoin fullOuterJoin groupByKey countByValue repartition partitionBy": "n",
  reduceByKey: "f n",
  combineByKey: "create mergeValue mergeCombiners n mapSideCombine",
  "transform transformWith transformAll": "rdd",
  "window countByWindow": "window slide",
  reduceByWindow: "window slide f inv",
  "countByValueAndWindow groupByKeyAndWindow": "window slide n",
  reduceByKeyAndWindow: "window slide f inv filter n",
  updateStateByKey: "f form initial n rememberPartitioner",
  mapWithState: "f arity initial timeout n",
  persist: "level",
  checkpoint: "ms",
})

const rddNodes = table({
  "map flatMap filter keyBy mapValues flatMapValues": "f",
  "mapPartitions mapPartitionsWithIndex zipPartitions": "f preserve",
  "mapWithTime returnNull glom union unionAll cartesian zip zipWithIndex zipWithUniqueId emptyRDD cache keys values":
    "",
  throwAt: "time message",
  parallelize: "data n",
  range: "start end step n",
  "distinct intersection subtract repartition partitionBy groupByKey cogroup groupWith": "n",
  "join leftOuterJoin rightOuterJoin fullOuterJoin subtractByKey repartitionAndSortWithinPartitions": "n",
  sortBy: "f asc n",
  sortByKey: "asc n",
  "groupBy reduceByKey": "f n",
  coalesce: "n shuffle",
  sample: "fraction seed withReplacement",
  randomSplit: "weights seed index",
  pipe: "command",
  persist: "level",
  foldByKey: "zero f n",
  aggregateByKey: "zero seq comb n",
  combineByKey: "create mergeValue mergeCombiners n mapSideCombine",
  sampleByKey: "fractions seed withReplacement",
  filterByRange: "lower upper",
})

const actions = table({
  "collect glomCollect count first isEmpty max min countByValue countByKey collectAsMap toLocalIterator": "",
  "foreachAccumulate foreachPartitionCount getNumPartitions partitioner isCheckpointed checkpoint localCheckpoint": "",
  "sum mean variance stdev popVariance popStdev sampleVariance sampleStdev stats storageLevel cache unpersist": "",
  "take top takeOrdered": "n",
  "reduce reduceByKeyLocally": "f",
  treeReduce: "f depth",
  fold: "zero f",
  aggregate: "zero seq comb",
  treeAggregate: "zero seq comb depth",
  lookup: "key",
  collectPartitions: "ids",
  takeSample: "n seed withReplacement",
  histogram: "buckets edges even",
  persist: "level",
  saveAsTextFile: "twice",
  countApproxDistinct: "relativeSD",
})

const outputs = table({
  "collect called printDefault": "",
  print: "num",
  "saveAsTextFiles saveAsObjectFiles": "prefix suffix dir",
  failAt: "time message",
  rddAction: "rdd action",
})

const steps = table({
  "create getActiveOrCreate": options,
  "build start state getActive cacheStream stateCheckpointDuration checkpointDuration rememberDuration": "",
  "slideDuration storageLevel zeroTime inputName inputId clock sparkContextStopped countOnSparkContext queueSize": "",
  "generatedTimes isCheckpointingEnabled": "",
  advance: "batches keepError",
  stop: "stopSparkContext graceful",
  "remember checkpointStream awaitOrTimeout settle": "ms",
  checkpointDir: "dir",
  "recover checkpointFiles": "",
  persistStream: "level",
  slice: "from to",
  "getOrCompute rddStorageLevel rddIsCheckpointed": "time",
  push: "rdds",
  mkdir: "dir",
  writeFile: "dir name mtime text bytes",
  deleteFile: "dir name",
  renameDir: "dir from to name",
  unionOfContexts: "",
})

const isPlain = (value: unknown): value is Plain => typeof value === "object" && value !== null && !Array.isArray(value)

const common = words("id description op kind type in do ctx compare")

const beyond = (what: string, known: Fields | undefined, value: unknown): string | undefined => {
  if (!isPlain(value)) return `${what} is not an object`
  const field = known === undefined ? undefined : Object.keys(value).find((key) => !known.has(key) && !common.has(key))
  return field === undefined ? undefined : `field ${field} of ${what}`
}

const comparisons: ReadonlyArray<unknown> = [undefined, "list", "set", "group", "cogroup"]

/** A comparison that the runner does not know. */
const inComparison = ({ compare }: Plain): string | undefined =>
  comparisons.includes(compare) ? undefined : `compare ${String(compare)}`

/** A field that the table does not list for `name`. Names that are not in the table are reported when they are looked up. */
const described = (all: Table, name: unknown, value: Plain, extra = ""): string | undefined => {
  const known = Object.hasOwn(all, String(name)) ? all[String(name)] : undefined
  return beyond(String(name), known && new Set([...known, ...words(extra)]), value)
}

const listed = (value: Plain, field: string, each: (item: Plain) => string | undefined): string | undefined => {
  const list = value[field]
  if (list === undefined) return undefined
  if (!Array.isArray(list)) return `${field} is not a list`
  for (const item of list) {
    const found = isPlain(item) ? each(item) : `${field} holds ${JSON.stringify(item)}`
    if (found !== undefined) return found
  }
  return undefined
}

const inRDDNode = (node: Plain) => described(rddNodes, node.op, node)
const inNode = (node: Plain) => described(nodes, node.op, node) ?? listed(node, "rdd", inRDDNode)
const inAction = (action: Plain) => described(actions, action.op, action) ?? inComparison(action)
const inInput = (input: Plain) => described(inputs, input.kind ?? "batches", input)
const inOutput = (output: Plain) =>
  described(outputs, output.kind ?? "collect", output, "partitions") ?? inComparison(output) ??
    listed(output, "rdd", inRDDNode) ??
    (output.action === undefined
      ? undefined
      : isPlain(output.action)
      ? inAction(output.action)
      : "an action that is not an object")

const definitions: Readonly<Record<string, (step: Plain) => string | undefined>> = {
  input: inInput,
  node: inNode,
  output: inOutput,
}

const inStep = (step: Plain) => {
  const name = String(step.do)
  return Object.hasOwn(definitions, name) ? definitions[name]?.(step) : described(steps, name, step)
}

/** A field that a part must have and does not. */
const lacking = (what: string, needed: ReadonlyArray<string>, value: Plain): string | undefined => {
  const field = needed.find((key) => value[key] === undefined)
  return field === undefined ? undefined : `${what} without ${field}`
}

const inError = (error: unknown): string | undefined => {
  const own = beyond("an error", ofError, error)
  if (own !== undefined || !isPlain(error)) return own
  return lacking("an error", ["class", "message"], error) ??
    [error.task, error.cause].map((inner) => inner === undefined ? undefined : inError(inner)).find((found) =>
      found !== undefined
    )
}

const inResult = (known: Fields, needed: ReadonlyArray<string> = []) => (result: Plain) =>
  beyond("a result", known, result) ?? lacking("a result", needed, result) ??
    (result.error === undefined ? undefined : inError(result.error))

const inOutputs = (given: unknown): string | undefined => {
  if (given === undefined) return undefined
  if (!isPlain(given)) return "outputs that are not an object"
  for (const output of Object.values(given)) {
    const batches = isPlain(output) ? output : { batches: output, slideMs: 0 }
    const found = beyond("an expected output", words("slideMs batches"), batches) ??
      lacking("an expected output", ["slideMs", "batches"], batches) ??
      listed(batches, "batches", inResult(ofEntry, ["time"]))
    if (found !== undefined) return found
  }
  return undefined
}

/** What a case says that it has recorded has to be there. */
const recordedFields: Readonly<Record<string, string>> = {
  recordOrder: "order",
  recordStdout: "stdout",
  recordFiles: "files",
  recordEvents: "events",
}

const inExpected = (golden: Plain): string | undefined => {
  const { expected } = golden
  if (!isPlain(expected)) return "a case without expected results"
  const recorded = expected.error === undefined
    ? Object.entries(recordedFields).flatMap(([flag, field]) => golden[flag] === true ? [field] : [])
    : []
  return beyond("expected", ofExpected, expected) ?? lacking("expected", recorded, expected) ??
    inOutputs(expected.outputs) ??
    listed(expected, "batchErrors", inResult(words("time phase outputOpId error"), ["time", "phase", "error"])) ??
    listed(expected, "steps", inResult(words("value error"), ["do"])) ??
    listed(expected, "results", inResult(words("value error"))) ??
    listed(expected, "events", (event) => lacking("an event", ["event"], event)) ??
    listed(
      expected,
      "files",
      (file) => beyond("a file", words("file text"), file) ?? lacking("a file", ["file"], file),
    ) ??
    (expected.error === undefined ? undefined : inError(expected.error))
}

/** Names what the runner does not understand of a case: a field, or a part of another shape. */
export const notUnderstood = (golden: unknown): string | undefined => {
  if (!isPlain(golden)) return "a case that is not an object"
  if (typeof golden.id !== "string" || typeof golden.kind !== "string") return "a case without an id and a kind"
  const inNodes = golden.kind === "rdd" ? inRDDNode : inNode
  return beyond("a case", ofCase, golden) ?? inExpected(golden) ?? listed(golden, "inputs", inInput) ??
    listed(golden, "nodes", inNodes) ?? listed(golden, "outputs", inOutput) ?? listed(golden, "steps", inStep) ??
    listed(golden, "actions", inAction) ??
    listed(golden, "rdds", (rdd) => beyond("an RDD", words("data slices"), rdd)) ??
    listed(golden, "calls", (call) => beyond("a call", words("fn args"), call))
}
