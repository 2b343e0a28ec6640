/**
 * Finds the HDFS that a URL stands for, as the configuration says.
 *
 * @module
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readConfig } from "../../core/config.ts"
import { locationOf } from "./address.ts"
import { type Hdfs, makeHdfs } from "./client.ts"
import { type HdfsError, problemOf } from "./errors.ts"

/** A file or directory in HDFS, and the operations on its server. */
export interface HdfsPlace {
  readonly hdfs: Hdfs
  readonly path: string
  /** The URL of WebHDFS. */
  readonly server: string
  /** The URL of a path on the same server, for messages. */
  readonly urlOf: (path: string) => string
}

const optional = (name: string): Effect.Effect<string | undefined, HdfsError> =>
  readConfig(Config.option(Config.String(name))).pipe(
    Effect.map(Option.getOrUndefined),
    Effect.mapError((why) => problemOf(`cannot read the setting ${name}: ${why}`, "refused")),
  )

/** As in Hadoop: the user of the operating system, unless another is named. */
const user = Effect.flatMap(
  optional("HADOOP_USER_NAME"),
  (name) => name === undefined ? optional("USER") : Effect.succeed(name),
)

/**
 * Finds the server and path of a URL. Reads from the `ConfigProvider`, or else from the environment: `HADOOP_USER_NAME`
 * (or else `USER`), the user that requests are made for; and, for `hdfs://` URLs, `HDFS_NAMENODE_HTTP_ADDRESS`, the
 * address of WebHDFS. Without that one it is port 9870 on the host of the URL.
 */
export const placeOf: (url: string) => Effect.Effect<HdfsPlace, HdfsError> = Effect.fnUntraced(function* (url: string) {
  const isHdfs = /^hdfs:/i.test(url)
  const httpAddress = isHdfs ? yield* optional("HDFS_NAMENODE_HTTP_ADDRESS") : undefined
  const location = locationOf(url, httpAddress)
  if (typeof location === "string") {
    return yield* Effect.fail(problemOf(location))
  }
  const { base, path, root } = location
  return { hdfs: makeHdfs(base, yield* user), path, server: base, urlOf: (path) => root + path }
})
