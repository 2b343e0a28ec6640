/**
 * What WebHDFS answers when it does not do what it was asked for.
 *
 * @module
 */
import * as Data from "effect/Data"

/**
 * Kinds of failures. `open`: a writer has the file open. `busy`: the server has done nothing, or could not be reached,
 * but may do so later. `lost`: there was no answer, or none of WebHDFS, and the request may have been carried out.
 */
export type HdfsReason = "missing" | "exists" | "refused" | "full" | "open" | "busy" | "lost" | "other"

/** A request to HDFS failed. */
export class HdfsError extends Data.Error<{
  readonly reason: HdfsReason
  /** What went wrong, and what to do if that is known. */
  readonly problem: string
  /** The class of the Java exception, such as `FileNotFoundException`. Empty if there was no answer of WebHDFS. */
  readonly exception: string
}> {
  readonly _tag = "HdfsError" as const
  override get message(): string {
    return this.exception === "" ? this.problem : `${this.problem} (${this.exception})`
  }
}

/** An error that HDFS itself has not reported. */
export const problemOf = (problem: string, reason: HdfsReason = "other"): HdfsError =>
  new HdfsError({ reason, problem, exception: "" })

const reasons: Readonly<Record<string, HdfsReason>> = {
  FileNotFoundException: "missing",
  ParentNotDirectoryException: "missing",
  FileAlreadyExistsException: "exists",
  PathIsNotEmptyDirectoryException: "exists",
  AccessControlException: "refused",
  AuthenticationException: "refused",
  AuthorizationException: "refused",
  SecurityException: "refused",
  DSQuotaExceededException: "full",
  NSQuotaExceededException: "full",
  QuotaByStorageTypeExceededException: "full",
  AlreadyBeingCreatedException: "open",
  RecoveryInProgressException: "open",
  NotReplicatedYetException: "busy",
  RetriableException: "busy",
}

/** What to do about an exception, where Hadoop does not say it. */
const advice: Readonly<Record<string, string>> = {
  AccessControlException: "Set HADOOP_USER_NAME to a user that may do this, or change the permissions",
  StandbyException: "Use the address of the active NameNode",
}

/** The members of an object; none of anything else. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {}

/** A text without the lines of a stack trace, in one line. DataNodes add the trace to their messages. */
const withoutTrace = (text: string): string => text.replaceAll(/\s*\n\s+at [^\n]*/g, "").replaceAll(/\s+/g, " ").trim()

/** The error for an answer: its status and what its JSON has been parsed to, if it was JSON. */
export const errorOfAnswer = (status: number, server: string, answer: unknown): HdfsError => {
  const { exception, message } = membersOf(membersOf(answer)["RemoteException"])
  if (typeof exception === "string") {
    const problem = withoutTrace(String(message)).replace(/\.$/, "")
    const todo = advice[exception]
    return new HdfsError({
      reason: reasons[exception] ?? "other",
      problem: todo === undefined ? problem : `${problem}. ${todo}`,
      exception,
    })
  }
  const problem = status === 401
    ? `${server} asks for a login (HTTP status 401), and only the authentication "simple" is supported. Use a gateway`
    : `${server} answers with HTTP status ${status}, but not as WebHDFS does. Check that this is the HTTP address of a NameNode`
  return new HdfsError({
    reason: status === 401 ? "refused" : status >= 500 ? "lost" : "other",
    problem,
    exception: "",
  })
}

/** No connection was made, in the words of Deno, Node and Bun. */
const NOT_CONNECTED = /refused|ECONNREFUSED|dns error|ENOTFOUND|EAI_AGAIN|unreachable|Unable to connect/i

/** Deno did not allow the connection. */
const NOT_ALLOWED = /Requires net access/

/** The error for a request without an answer; `why` names the server. */
export const noAnswer = (why: string): HdfsError =>
  NOT_ALLOWED.test(why) ? problemOf(why, "refused") : problemOf(
    `${why}. Check that HDFS runs there, and that this is its HTTP address`,
    NOT_CONNECTED.test(why) ? "busy" : "lost",
  )
