/** Random programs over pairs: windows, states, joins, failures, batches without an RDD. */
import type { Case, Given, InputSpec, NodeSpec } from "../case.ts"
import { stream } from "../synthetic.ts"

/** Gives a random whole number from 0 up to `n`, exclusive. */
export type Random = (n: number) => number

const LONGEST = 8

const pick = <T>(random: Random, all: readonly [T, ...ReadonlyArray<T>]): T => all[random(all.length)] ?? all[0]

const pairOf = (random: Random) => [pick(random, ["a", "b", "c"]), pick(random, [1, 2, 3, 7])]

const batchOf = (random: Random): Given => {
  const kind = random(12)
  if (kind === 0) return null
  if (kind === 1) return { throw: "no data" }
  return Array.from({ length: random(4) }, () => pairOf(random))
}

interface Stream {
  readonly id: string
  readonly slide: number
  /** Whether it is made of states or windows. */
  readonly isKept: boolean
}

/** The nodes of an operation on `parent`, and the streams that programs may go on with. */
type Make = (
  random: Random,
  id: string,
  parent: Stream,
  others: ReadonlyArray<Stream>,
) => readonly [nodes: ReadonlyArray<NodeSpec>, streams: ReadonlyArray<Stream>]

/** An operation. `keeps`: it looks back at earlier batches. `fails`: its function fails for some records. */
interface Build {
  readonly keeps?: boolean
  readonly fails?: boolean
  readonly make: Make
}

const plain = (spec: (random: Random) => NodeSpec): Make => (random, id, parent) => [
  [{ id, in: parent.id, ...spec(random) }],
  [{ ...parent, id }],
]

const keeping = (spec: (random: Random) => NodeSpec): Build => ({
  keeps: true,
  make: (random, id, parent) => [[{ id, in: parent.id, ...spec(random) }], [{ ...parent, id, isKept: true }]],
})

const sliding = (spec: (random: Random) => NodeSpec): Build => ({
  keeps: true,
  make: (random, id, parent) => {
    const slide = parent.slide * (1 + random(2))
    const window = parent.slide * (1 + random(3))
    return [[{ id, in: parent.id, window, slide, ...spec(random) }], [{ id, slide, isKept: true }]]
  },
})

const joining = (op: string): Build => ({
  make: (random, id, parent, all) => {
    const other = pick(random, [parent, ...all.filter(({ slide }) => slide === parent.slide)])
    const [first, own] = op === "union" ? [id, []] : [`${id}j`, [{ id, op: "mapValues", in: `${id}j`, f: "sumPair" }]]
    return [
      [{ id: first, op, in: [parent.id, other.id] }, ...own],
      [{ id, slide: parent.slide, isKept: parent.isKept || other.isKept }],
    ]
  },
})

const builds: ReadonlyArray<Build> = [
  { fails: true, make: plain(() => ({ op: "mapValues", f: ["failOn", 7] })) },
  { make: plain(() => ({ op: "mapValues", f: ["plus", 1] })) },
  { make: plain(() => ({ op: "filter", f: ["valueGt", 1] })) },
  { make: plain(() => ({ op: "reduceByKey", f: "add" })) },
  { make: plain(() => ({ op: "partitionBy", n: 3 })) },
  { make: plain((random) => ({ op: "transform", rdd: [{ op: "throwAt", time: 1000 * (1 + random(LONGEST)) }] })) },
  joining("union"),
  joining("join"),
  keeping((random) => ({
    op: "updateStateByKey",
    f: pick(random, ["runningSum", "runningCount", "dropWhenIdle"]),
    n: 1 + random(3),
  })),
  { ...keeping(() => ({ op: "updateStateByKey", f: ["failOnValue", 3] })), fails: true },
  keeping(() => ({ op: "updateStateByKey", f: "lastSeen", form: "timed" })),
  sliding(() => ({ op: "window" })),
  sliding(() => ({ op: "reduceByKeyAndWindow", f: "add" })),
  sliding(() => ({ op: "reduceByKeyAndWindow", f: "add", inv: "sub" })),
  sliding(() => ({ op: "reduceByKeyAndWindow", f: "add", inv: "sub", filter: ["valueGt", 2] })),
  {
    keeps: true,
    make: (random, id, { id: parent, slide }) => [
      [
        {
          id: `${id}w`,
          op: "mapWithState",
          in: parent,
          f: pick(random, ["sumReportTimeout", "touchReportTimeout", "toggle"]),
          arity: 4,
          ...(random(2) === 0 ? {} : { timeout: 1000 * (1 + random(3)) }),
        },
        { id: `${id}r`, op: "map", in: `${id}w`, f: ["pairWith", 1] },
        { id, op: "stateSnapshots", in: `${id}w` },
      ],
      [{ id: `${id}r`, slide, isKept: true }, { id, slide, isKept: true }],
    ],
  },
]

/**
 * Makes a random program, as a case that expects nothing yet. Where functions fail, no state or window is made of another
 * one: the documentation does not say what the second one does in a batch in which the first one fails.
 */
export const randomProgram = (random: Random): Case => {
  const batches = 3 + random(LONGEST - 2)
  const inputs = ["s", "t"].map((id): InputSpec => ({
    id,
    batches: Array.from({ length: batches }, () => batchOf(random)),
    partitions: 1 + random(3),
  }))
  const input: Stream = { id: "s", slide: 1000, isKept: false }
  const streams: Array<Stream> = [input, { ...input, id: "t" }]
  const nodes: Array<NodeSpec> = []
  const mayFail = random(2) === 0
  for (let i = 0; i <= random(5); i++) {
    const [first, ...others] = builds.filter((build) => mayFail || build.fails !== true)
    if (first === undefined) break
    const { keeps, make } = pick(random, [first, ...others])
    const parents = streams.filter(({ isKept }) => keeps !== true || !mayFail || !isKept)
    const [added, own] = make(random, `n${i}`, pick(random, [input, ...parents]), streams)
    nodes.push(...added)
    streams.push(...own)
  }
  const outputs = streams.slice(-1 - random(3))
  return stream({ inputs, nodes }, Object.fromEntries(outputs.map(({ id }) => [id, []])))
}
