/** The shapes of recordings: a file of cases, a case, and what Spark did with it. */

/** A name, or a name with arguments. */
export type FunctionRef = string | readonly [string, ...ReadonlyArray<unknown>]

/** A node of a graph or of an RDD program, or an action. Fields beside these depend on `op`. */
export interface NodeSpec {
  readonly id?: string
  readonly op: string
  readonly in?: string | ReadonlyArray<string>
  readonly f?: FunctionRef
  readonly n?: number
  readonly rdd?: ReadonlyArray<NodeSpec>
  readonly compare?: Compare
  readonly [field: string]: unknown
}

/** The data of an input in one batch. */
export type Given =
  | null
  | ReadonlyArray<unknown>
  | { readonly emptyRDD: true }
  | { readonly throw: string }

/** An input stream. */
export interface InputSpec {
  readonly id: string
  readonly kind?: string
  readonly batches?: ReadonlyArray<Given>
  readonly partitions?: number
  readonly rdds?: ReadonlyArray<Given>
  readonly oneAtATime?: boolean
  readonly default?: Exclude<Given, { readonly throw: string }>
  readonly data?: ReadonlyArray<unknown> | null
  readonly [field: string]: unknown
}

/**
 * The order that counts in a comparison. Recordings use the first four. `lists` ignores the order of the records and the
 * order inside records that are lists; only the rule for open orders sets it.
 */
export type Compare = "list" | "set" | "group" | "cogroup" | "lists"

/** An output of a graph. */
export interface OutputSpec {
  readonly id: string
  readonly in: string
  readonly kind?: string
  readonly compare?: Compare
  readonly partitions?: "exact" | "informative"
  readonly num?: number
  readonly time?: number
  readonly message?: string
  readonly rdd?: ReadonlyArray<NodeSpec>
  readonly action?: NodeSpec
  readonly [field: string]: unknown
}

/** The recorded entries of one output of a `stream` case. */
export interface OutputsSpec {
  readonly slideMs: number
  readonly batches: ReadonlyArray<EntrySpec>
}

/** A recorded error. `class` is a Java class, or one of our tags where only DStream has such an error. */
export interface ErrorSpec {
  readonly class: string
  readonly message?: string | null
  /** The error inside the task, when a task failed. */
  readonly task?: ErrorSpec
  readonly cause?: ErrorSpec
  readonly rootCause?: string
  readonly phase?: string
  readonly at?: string
}

/** What an output gave in one batch. */
export interface EntrySpec {
  readonly time: number
  readonly output?: ReadonlyArray<unknown> | null
  readonly partitions?: ReadonlyArray<ReadonlyArray<unknown>>
  readonly numPartitions?: number
  readonly partitioner?: string
  readonly called?: boolean
  readonly value?: unknown
  readonly error?: ErrorSpec
}

/** A batch that failed, or one output of it. */
export interface BatchErrorSpec {
  readonly time: number
  readonly phase: "generate" | "job"
  readonly outputOpId?: number
  readonly error: ErrorSpec
}

/** The result of a step, a call or an action. */
export interface ResultSpec {
  readonly value?: unknown
  readonly error?: ErrorSpec
}

/** How a context is set up. */
export interface ContextSpec {
  readonly batchMs?: number
  readonly clockStart?: number
  readonly checkpoint?: boolean
  readonly remember?: number
  readonly sentinel?: boolean
  readonly conf?: Readonly<Record<string, string>>
}

/** A step of a script. Fields beside these depend on `do`. */
export interface StepSpec extends ContextSpec {
  readonly do: string
  readonly ctx?: string
  readonly in?: string | ReadonlyArray<readonly [context: string, stream: string]>
  readonly batches?: unknown
  readonly [field: string]: unknown
}

/** What Spark did. */
export interface Expected {
  /** By output: of a `stream` case with its slide, of a script the plain list of entries. */
  readonly outputs?: Readonly<Record<string, OutputsSpec | ReadonlyArray<EntrySpec>>>
  readonly batchErrors?: ReadonlyArray<BatchErrorSpec>
  readonly error?: ErrorSpec
  readonly order?: ReadonlyArray<string>
  readonly stdout?: string
  readonly files?: ReadonlyArray<{ readonly file: string; readonly text?: string }>
  readonly events?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly steps?: ReadonlyArray<ResultSpec & { readonly do: string }>
  readonly results?: ReadonlyArray<ResultSpec>
  readonly hashCodes?: ReadonlyArray<number>
  readonly partition?: Readonly<Record<string, ReadonlyArray<number>>>
}

/** A golden case: a small program, and what Spark did with it. */
export interface Case extends ContextSpec {
  readonly id: string
  readonly kind: string
  readonly numBatches?: number
  readonly informative?: boolean
  /** Outputs that write their records in any order. Only the rule for open orders sets it. */
  readonly unordered?: ReadonlyArray<string>
  readonly inputs?: ReadonlyArray<InputSpec>
  readonly nodes?: ReadonlyArray<NodeSpec>
  readonly outputs?: ReadonlyArray<OutputSpec>
  readonly steps?: ReadonlyArray<StepSpec>
  readonly rdds?: ReadonlyArray<
    { readonly id: string; readonly data: ReadonlyArray<unknown>; readonly slices?: number }
  >
  readonly actions?: ReadonlyArray<NodeSpec>
  readonly calls?: ReadonlyArray<{ readonly fn: string; readonly args: ReadonlyArray<unknown> }>
  readonly keys?: ReadonlyArray<unknown>
  readonly n?: ReadonlyArray<number>
  readonly expected: Expected
}

/** A file of cases. */
export interface Family {
  readonly family: string
  readonly cases: ReadonlyArray<Case>
}

/** What differs between a run and its recording, one line each. Empty when the case passes. */
export type Differences = ReadonlyArray<string>

/** The case needs something that the library or the runner does not have. */
export class Missing extends Error {
  override readonly name = "Missing"
}

const noted = new Set<string>()

/**
 * Throws {@link Missing}. The name is noted as well, because code inside of a job may turn the error into a failed batch.
 */
export const missing = (what: string): never => {
  noted.add(what)
  throw new Missing(what)
}

/** Gives what was missing since the last call of this function. */
export const takeMissing = (): ReadonlyArray<string> => {
  const found = Array.from(noted)
  noted.clear()
  return found
}

/** Looks up an entry of a table by name; reports it as missing where there is none. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, name: string, kind: string): T => {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  return found ?? missing(kind === "" ? name : `${kind} ${name}`)
}

/** Gives the ids that a node has under `in`; undefined where it continues the node before it. */
export const idsOf = (node: { readonly in?: string | ReadonlyArray<string> }): ReadonlyArray<string> | undefined =>
  node.in === undefined ? undefined : typeof node.in === "string" ? [node.in] : node.in

/** Counts the batches of a case: `numBatches`, or as many as its longest input has. */
export const batchesOf = ({ inputs = [], numBatches }: Case): number =>
  numBatches ?? Math.max(0, ...inputs.map(({ batches }) => batches?.length ?? 0))

/** Gives all nodes of a case: those of its graph, and those that steps define. */
export const nodesOf = ({ nodes = [], steps = [] }: Case): ReadonlyArray<NodeSpec> => [
  ...nodes,
  ...steps.flatMap((step) => step.do === "node" ? [step as unknown as NodeSpec] : []),
]

/** Gives all outputs of a case: those of its graph, and those that steps define. */
export const outputsOf = ({ outputs = [], steps = [] }: Case): ReadonlyArray<OutputSpec> => [
  ...outputs,
  ...steps.flatMap((step) => step.do === "output" ? [step as unknown as OutputSpec] : []),
]
