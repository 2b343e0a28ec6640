/** Compares our failures with Spark's errors: the class, whether a task failed, and the text. */
import * as Cause from "effect/Cause"
import * as Option from "effect/Option"
import type { ErrorSpec } from "./case.ts"
import { hasOpenText } from "./functions.ts"
import { chainOf, classesOf, isInTask, messageOf, tagOf } from "./java_classes.ts"
import { show } from "./values.ts"

/** Texts of Spark that the library words in its own way. */
const wordings: ReadonlyArray<readonly [spark: RegExp, ours: RegExp]> = [
  [
    /^Only one StreamingContext may be started in this JVM\. Currently running StreamingContext was started at ?<site>$/,
    /^Only one StreamingContext may be started in this process\. Currently running StreamingContext was started at /,
  ],
  [
    /^Transform function must not return null\. Return SparkContext\.emptyRDD\(\) instead to represent no element as the result of transformation\.$/,
    /^Transform function must not return null\. Return RDD\.empty\(\) instead to represent no element as the result of transformation\.$/,
  ],
  [/^Cannot call methods on a stopped SparkContext\. ?\.\.\.$/, /^The SparkContext of .* has been stopped/],
  [
    /^parameter rdd null is illegal, which will lead to NPE in the following transformation$/,
    /rdd is null, but must be an RDD/,
  ],
  [/^Positive number of partitions required$/, /partitions is -?\d+, but must be a positive whole number/],
  [
    /^Number of partitions \(-?\d+\) (must be positive|cannot be negative)\.?$/,
    /is -?\d+, but must be a positive whole number|must be positive/,
  ],
  [/^Number of partitions cannot be negative but found -?\d+\.?$/, /partitions is -?\d+, but must be a positive whole/],
  [/^step cannot be 0$/, /step is 0, but must be other than 0/],
  [/^Cannot run program "[^"]+".*/, /Cannot run program/],
  [/^Output directory file:<tmp>\/[\w/.-]+ already exists$/, /Output directory .* already exists/],
  [/^\w+@<id> has not been initialized$/, /^StreamingContext has not been started/],
  [/^head of empty (list|array)$/, /List of DStreams to (transform|union) is empty/],
]

/** Describes an error in one line, with the tags of its causes. */
export const showError = (error: unknown): string => {
  const [first, ...rest] = chainOf(error)
  return [tagOf(first), ...rest.map(tagOf)].filter((tag) => tag !== "").join("/") +
    `: ${messageOf(first)}`.slice(0, 200)
}

/** Gives the error, or else the defect, of a failed effect. */
export const errorOf = (cause: Cause.Cause<unknown>): unknown =>
  Option.getOrElse(Cause.findErrorOption(cause), () => Cause.squash(cause))

const placeholders = /<site>|<tmp>|<id>|\.\.\.$/

/** Matches a text that stands alone, or between the marks with which the library quotes it or adds details. */
const pattern = (text: string): RegExp => {
  const parts = text.split(placeholders).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").trimEnd())
  return new RegExp(`(?:^|: |"|\\n)${parts.join("[^\\n]*?")}(?:$|[:;"\\n]| \\(|\\. |, but )`)
}

/** Tells whether a text of the library says what a text of Spark says. */
export const matchesText = (spark: string, ours: string): boolean => {
  // The library writes whole numbers without `.0`.
  const text = spark.replace(/^requirement failed: /, "").replace(/(?<=\d)\.0\b/g, "")
  if (text === "") return false
  return pattern(text).test(ours) || wordings.some(([wording, own]) => wording.test(text) && own.test(ours))
}

const SPARK = "org.apache.spark.SparkException"
const ABORTED = "Job aborted due to stage failure"

const differenceIn = (expected: ErrorSpec, error: unknown): string | undefined => {
  const wanted = expected.task ?? expected
  if ((expected.task !== undefined) !== isInTask(error)) {
    return expected.task === undefined ? "a task failed, but none should" : "no task failed"
  }
  if (expected.task !== undefined && (expected.class !== SPARK || expected.message !== ABORTED)) {
    return `a failed task is ${SPARK} "${ABORTED}"`
  }
  const classes = classesOf(error)
  if (!classes.includes(wanted.class)) return `its class is ${classes.join(" or ") || "unknown"}`
  const chain = chainOf(error)
  const innermost = chain.at(-1)
  if (wanted.class === "UserError" && messageOf(innermost) !== wanted.message && !hasOpenText(messageOf(innermost))) {
    return "its text"
  }
  // The texts of the JVM about nulls and wrong classes have no counterpart in JavaScript.
  const isCompared = wanted.class === "UserError" || innermost instanceof TypeError
  const causes = [wanted.cause?.message, wanted.rootCause, expected.cause?.message, expected.rootCause]
  const absent = [isCompared ? undefined : wanted.message, ...causes].find((text) =>
    typeof text === "string" && !chain.some((each) => matchesText(text, messageOf(each)))
  )
  return absent === undefined ? undefined : `nothing says ${show(absent)}`
}

/** Compares an error with a recorded one. */
export const compareErrors = (what: string, expected: ErrorSpec, error: unknown): string | undefined => {
  const difference = differenceIn(expected, error)
  const { class: name, message } = expected.task ?? expected
  return difference === undefined
    ? undefined
    : `${what}: expected ${name} ${show(message)}, got ${showError(error)} (${difference})`
}

/** Tells whether an error stands for a recorded one. */
export const matches = (expected: ErrorSpec, error: unknown): boolean => differenceIn(expected, error) === undefined

/** Writes an error of the library as recordings have it. */
export const specOf = (error: unknown): ErrorSpec => {
  const own = { class: classesOf(error)[0] ?? "unknown", message: messageOf(chainOf(error).at(-1)) }
  return isInTask(error) ? { class: SPARK, message: ABORTED, task: own } : own
}
