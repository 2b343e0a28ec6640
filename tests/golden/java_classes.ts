/** The Java class that Spark throws for each of our errors. Comparisons need both the class and the text to agree. */

/** Lists an error and its causes, outermost first. */
export const chainOf = (error: unknown): ReadonlyArray<unknown> => {
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

/** Gives the text of an error. */
export const messageOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error)

/** Gives the tag of an error, or else its name. */
export const tagOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return ""
  return "_tag" in error ? String(error._tag) : "name" in error ? String(error.name) : ""
}

const ARGUMENT = "java.lang.IllegalArgumentException"
const STATE = "java.lang.IllegalStateException"
const SPARK = "org.apache.spark.SparkException"
const UNSUPPORTED = "org.apache.spark.SparkUnsupportedOperationException"
const NO_ELEMENT = "java.util.NoSuchElementException"

/** The Java class for each tag. Of several rows for a tag the first one counts whose text matches. */
const rows: ReadonlyArray<readonly [tag: string, javaClass: string, text?: RegExp]> = [
  ["UserError", "UserError"],
  ["InvalidGraph", "java.lang.Exception", /The (window|slide) duration of windowed DStream/],
  ["InvalidGraph", NO_ELEMENT, /List of DStreams to (transform|union) is empty/],
  ["InvalidGraph", ARGUMENT],
  ["InvalidOption", ARGUMENT],
  ["InvalidStateChange", ARGUMENT],
  ["RememberAlreadySet", ARGUMENT],
  ["AlreadyStopped", STATE],
  ["AnotherContextActive", STATE],
  ["SparkContextStopped", STATE],
  ["ProcessFailed", "java.io.IOException", /Cannot run program/],
  ["ProcessFailed", STATE],
  ["Mismatch", ARGUMENT, /unequal numbers of partitions/],
  ["Mismatch", SPARK, /same number of elements in each partition/],
  ["ParentWithoutRDD", SPARK],
  ["UnionWithoutRDD", SPARK],
  ["TransformWithoutResult", SPARK],
  ["NotStarted", SPARK],
  ["UnsupportedKey", SPARK],
  ["EmptyCollection", UNSUPPORTED],
  ["NoRange", UNSUPPORTED],
  ["NoSuchElementError", NO_ELEMENT],
  ["IntervalDurationMismatch", "java.lang.Exception"],
  ["FileError", "org.apache.hadoop.mapred.FileAlreadyExistsException", /already exists/],
]

/** The classes that stand for a `TypeError`. JavaScript does not tell which of the two the JVM would throw. */
const typeErrors = ["java.lang.NullPointerException", "java.lang.ClassCastException"]

/** The classes of one error of a chain: its Java class, or its own tag where Spark has no such error. */
const ownClasses = (error: unknown): ReadonlyArray<string> => {
  if (error instanceof TypeError) return typeErrors
  const [tag, message] = [tagOf(error), messageOf(error)]
  const row = rows.find(([name, , text]) => name === tag && text?.test(message) !== false)
  return row === undefined ? [] : [row[1]]
}

/** Tags of errors that only say where their cause happened. */
const wrappers: ReadonlySet<string> = new Set(["", "JobFailed", "BatchFailed", "FunctionFailed", "Error"])

/**
 * Gives the classes that an error may have in a recording: those of the innermost cause that has any. The class of an error
 * that only DStream has is its tag.
 */
export const classesOf = (error: unknown): ReadonlyArray<string> => {
  const chain = chainOf(error).toReversed()
  const known = chain.map(ownClasses).find((classes) => classes.length > 0)
  if (known !== undefined) return known
  return chain.map(tagOf).filter((tag) => !wrappers.has(tag)).slice(0, 1)
}

/** Tells whether a task failed: then the error has a partition. Mismatches of `zip` are no task failures in recordings. */
export const isInTask = (error: unknown): boolean => {
  const chain = chainOf(error)
  const hasPartition = (each: unknown) =>
    typeof each === "object" && each !== null && "partition" in each && typeof each.partition === "number"
  return chain.some(hasPartition) && !chain.some((each) => tagOf(each) === "Mismatch")
}
