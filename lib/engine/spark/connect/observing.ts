/**
 * Rows that come with the answer of an operation that keeps a relation: as metrics that Spark observes while it computes the
 * relation. Otherwise, they would take a job of their own.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf"
import type { Rows, RowsOfTasks } from "../relations.ts"
import type { ExecutePlanResponse } from "./proto/execution_pb.ts"
import { type Expression, ExpressionSchema } from "./proto/expressions_pb.ts"
import { type Relation as Message, RelationSchema } from "./proto/relations_pb.ts"

/** The most rows that are observed. Each is an expression that Spark evaluates for every row of the relation. */
const MOST_ROWS = 64

/** The name of the metric that says whether the observed rows are not all. */
const MORE = "more"

const metric = (sql: string, name: string): Expression =>
  create(ExpressionSchema, { exprType: { case: "expressionString", value: { expression: `${sql} as ${name}` } } })

/** Has Spark observe rows of a relation. Names must not be used again in the session. */
export const observing = (input: Message, { sources, tag, unless }: RowsOfTasks, name: string): Message => {
  if (sources > MOST_ROWS) return input
  const metrics = Array.from(
    { length: sources },
    (_, source) => metric(`max(if(t = ${tag} and s = ${source} and c = 0, b, null))`, `s${source}`),
  )
  metrics.push(metric(`max(if(t = ${unless} or t = ${tag} and c > 0, 1, 0))`, MORE))
  return create(RelationSchema, { relType: { case: "collectMetrics", value: { input, name, metrics } } })
}

/** The rows that Spark has observed; undefined if these are not all. Spark may also answer before it has the metrics. */
export const observedRows = (
  responses: ReadonlyArray<ExecutePlanResponse>,
  { sources, tag }: RowsOfTasks,
  name: string,
): Rows | undefined => {
  const observed = responses.flatMap(({ observedMetrics }) => observedMetrics).find((each) => each.name === name)
  const values = new Map(observed?.keys.map((key, i) => [key, observed.values[i]?.literalType]))
  const more = values.get(MORE)
  if (more?.case !== "integer" || more.value !== 0) return undefined
  const b: Array<Uint8Array> = []
  for (let source = 0; source < sources; source++) {
    const value = values.get(`s${source}`)
    if (value?.case !== "binary") return undefined
    b.push(value.value)
  }
  const zeros = new Int32Array(sources)
  const numbers = Int32Array.from({ length: sources }, (_, source) => source)
  return { p: numbers, t: new Int32Array(sources).fill(tag), s: numbers, c: zeros, b }
}
