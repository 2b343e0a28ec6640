/** Compares our failures with Spark's errors: by message, through a table where the texts differ on purpose. */
import * as Cause from "effect/Cause"
import * as Option from "effect/Option"
import type { ErrorSpec } from "./case.ts"
import { isVague } from "./functions.ts"

/** Spark's texts, and what they are called here. */
const mappings: ReadonlyArray<readonly [spark: RegExp, ours: RegExp]> = [
  [
    /^Only one StreamingContext may be started in this JVM/,
    /^Only one StreamingContext may be started in this process/,
  ],
  [
    /^Transform function must not return null\. Return SparkContext\.emptyRDD\(\)/,
    /^Transform function must not return null\. Return RDD\.empty\(\)/,
  ],
  [/^Cannot call methods on a stopped SparkContext/, /^The SparkContext of .* has been stopped/],
  [/^parameter rdd null is illegal/, /rdd is null, but must be an RDD/],
  [/^Positive number of partitions required/, /partitions is -?\d+, but must be a positive whole number/],
  [
    /^Number of partitions \(-?\d+\) (must be positive|cannot be negative)/,
    /is -?\d+, but must be a positive whole number|must be positive/,
  ],
  [/^Number of partitions cannot be negative but found/, /partitions is -?\d+, but must be a positive whole number/],
  [/^step cannot be 0/, /step is 0, but must be other than 0/],
  [/^Cannot run program/, /Cannot run program/],
  [/^Output directory .* already exists/, /Output directory .* already exists/],
  [/^\w+@.* has not been initialized/, /^StreamingContext has not been started/],
  [/^head of empty (list|array)/, /List of DStreams to (transform|union) is empty/],
]

/** An error and what caused it, outermost first. */
const chain = (error: unknown): ReadonlyArray<unknown> => {
  const found: Array<unknown> = []
  let next: unknown = error
  while (next !== undefined && next !== null && found.length < 16 && !found.includes(next)) {
    found.push(next)
    next = typeof next !== "object"
      ? undefined
      : "reason" in next
      ? next.reason
      : "cause" in next
      ? next.cause
      : undefined
  }
  return found
}

const messageOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error)

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""

/** An error in one line. */
export const showError = (error: unknown): string => {
  const [first, ...rest] = chain(error)
  return [tagOf(first), ...rest.map(tagOf)].filter((tag) => tag !== "").join("/") +
    `: ${messageOf(first)}`.slice(0, 200)
}

/** What a failed effect failed with: its error, or its defect. */
export const errorOf = (cause: Cause.Cause<unknown>): unknown =>
  Option.getOrElse(Cause.findErrorOption(cause), () => Cause.squash(cause))

const placeholders = /<site>|<tmp>|<id>|\.\.\.$/g

const pattern = (text: string): RegExp =>
  new RegExp(
    text.split(placeholders).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").trimEnd()).join("[^]*?"),
  )

const texted = (expected: ErrorSpec, message: string): boolean => {
  // A whole number has no decimals here.
  const text = (expected.message ?? "").replace(/^requirement failed: /, "").replace(/(?<=\d)\.0\b/g, "")
  return pattern(text).test(message) || mappings.some(([spark, ours]) => spark.test(text) && ours.test(message))
}

/** What fails inside of tasks. */
const taskErrors: ReadonlySet<string> = new Set(["FunctionFailed", "ProcessFailed"])

/** Whether one of ours stands for one of Spark's. */
export const matches = (expected: ErrorSpec, error: unknown): boolean => {
  const all = chain(error)
  const wanted = expected.task ?? expected
  if (expected.task !== undefined && !all.some((each) => taskErrors.has(tagOf(each)))) return false
  if (wanted.class === "UserError") {
    const message = messageOf(all.at(-1))
    return message === wanted.message || isVague(message)
  }
  // What the JVM says of a null or of a value of another kind has no text that could be kept.
  if (/^java\.lang\.(NullPointer|ClassCast)Exception$/.test(wanted.class)) return all.at(-1) instanceof TypeError
  return all.some((each) => texted(wanted, messageOf(each)))
}

/** Whether the text of an event's failure stands for one of Spark's. */
export const matchesText = (expected: ErrorSpec, message: string): boolean => texted(expected.task ?? expected, message)
