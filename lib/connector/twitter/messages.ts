/**
 * What the lines of a stream say.
 *
 * @module
 */
import type { TwitterReason } from "./errors.ts"
import { describeProblem, fieldsOf, listOf } from "./requests.ts"

/** A post, before it becomes a record. */
export interface PostMessage {
  readonly kind: "post"
  /** The ID of the post: 1 to 19 digits. */
  readonly id: string
  /** The IDs and tags of the rules that it matches. */
  readonly rules: ReadonlyArray<{ readonly id: unknown; readonly tag: unknown }>
  readonly value: unknown
}

/** What a line says. */
export type Message =
  | PostMessage
  /** X ends the connection. */
  | { readonly kind: "end"; readonly reason: TwitterReason; readonly problem: string }
  /** Something else, or nothing that X should send. The stream goes on. */
  | { readonly kind: "other"; readonly problem: string }

/** The problems after which X ends the connection, by the last part of their types. */
const ENDS: Readonly<Record<string, TwitterReason>> = {
  "operational-disconnect": "Dropped",
  "client-disconnected": "Dropped",
  "streaming-connection": "RateLimited",
  "usage-capped": "RateLimited",
}

const endOf = (problem: unknown): TwitterReason | undefined =>
  ENDS[String(fieldsOf(problem)["type"]).replace(/.*\//, "")]

/** Reads a line. */
export const messageOf = (line: string): Message => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // The error of the runtime would show a part of the line.
    return { kind: "other", problem: "X has sent a line that is no JSON" }
  }
  const { data, errors, matching_rules, type } = fieldsOf(value)
  const { id } = fieldsOf(data)
  if (typeof id === "string" && /^\d{1,19}$/.test(id)) {
    const rules = listOf(matching_rules).map(fieldsOf).map(({ id, tag }) => ({ id, tag }))
    return { kind: "post", id, rules, value }
  }
  const problems = type === undefined ? listOf(errors) : [value]
  const reason = problems.map(endOf).find((reason) => reason !== undefined)
  const said = problems.map(describeProblem).join("; ")
  if (reason !== undefined) return { kind: "end", reason, problem: `X ends the connection: ${said}` }
  return {
    kind: "other",
    problem: said === "" ? "X has sent a message that is no post" : `X reports a problem: ${said}`,
  }
}
