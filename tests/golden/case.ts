/** What a file of golden cases holds. */

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

/** What one batch of an input gives. */
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

/** Which order matters. `lists` is of relaxations: none, nor that in lists. */
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

/** What Spark gave for one output of a `stream` case. */
export interface OutputsSpec {
  readonly slideMs: number
  readonly batches: ReadonlyArray<EntrySpec>
}

/** An error as Spark gave it; `task` is what happened inside of a task. */
export interface ErrorSpec {
  readonly class: string
  readonly message?: string | null
  readonly task?: ErrorSpec
  readonly phase?: string
  readonly at?: string
}

/** What an output gave in one batch. */
export interface EntrySpec {
  readonly time: number
  readonly output?: ReadonlyArray<unknown> | null
  readonly partitions?: ReadonlyArray<ReadonlyArray<unknown>>
  readonly partitioner?: string
  readonly called?: boolean
  readonly value?: unknown
  readonly error?: ErrorSpec
  /** Whether it is not compared. Recordings do not say so; relaxations do. */
  readonly free?: boolean
}

/** A batch that failed, or an output in it. */
export interface BatchErrorSpec {
  readonly time: number
  readonly phase: "generate" | "job"
  readonly outputOpId?: number
  readonly error: ErrorSpec
  /** As in an entry. */
  readonly free?: boolean
}

/** What a step, a call or an action gave. */
export interface ResultSpec {
  readonly value?: unknown
  readonly error?: ErrorSpec
  /** As in an entry. */
  readonly free?: boolean
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
  readonly in?: string
  readonly batches?: unknown
  readonly [field: string]: unknown
}

/** What Spark did. */
export interface Expected {
  /** Of a script the plain lists; `"free"` where relaxations leave an output uncompared. */
  readonly outputs?: Readonly<Record<string, OutputsSpec | ReadonlyArray<EntrySpec> | "free">>
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
  /** Outputs whose records are written in any order. Relaxations say so. */
  readonly unordered?: ReadonlyArray<string>
  /** `jobs`: outputs are numbered among those that have something to do in a batch. Relaxations say so. */
  readonly numbering?: "jobs"
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

/** Something that the library does not have (yet). */
export class Missing extends Error {
  override readonly name = "Missing"
}

const lacking = new Set<string>()

/** Says what a case needs and the library lacks. Noted aside as well: user code inside of a job may swallow it. */
export const missing = (what: string): never => {
  lacking.add(what)
  throw new Missing(what)
}

/** What was missing since this was last asked. */
export const takeMissing = (): ReadonlyArray<string> => {
  const found = Array.from(lacking)
  lacking.clear()
  return found
}

/** Looks an entry up in a table of what there is. */
export const lookUp = <T>(table: Readonly<Record<string, T>>, name: string, kind: string): T => {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  return found ?? missing(kind === "" ? name : `${kind} ${name}`)
}
