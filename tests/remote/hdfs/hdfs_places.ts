/** Directories in HDFS for tests. */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { makeFiles, runtimeFiles } from "../../../lib/engine/files.ts"
import type { Files } from "../../../lib/rdd/files/files.ts"
import type { HdfsServer } from "../../servers/hdfs_server.ts"

/** The configuration of a user of HDFS. Addresses of `hdfs://` URLs are those of the server. */
export const configuration = (server: HdfsServer, user = server.superuser): Context.Context<never> =>
  Context.make(
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnvRecord({ HADOOP_USER_NAME: user, HDFS_NAMENODE_HTTP_ADDRESS: server.http() }),
  )

/** Runs an effect as a user of HDFS. */
export const as = (server: HdfsServer, user?: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideContext(effect, configuration(server, user))

/** An empty directory, removed when the scope closes. */
export const temporaryDirectory = (
  server: HdfsServer,
  scheme: "hdfs" | "webhdfs" = "hdfs",
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => {
      const path = `/tests/${crypto.randomUUID()}`
      const directory = scheme === "hdfs" ? `hdfs://${server.rpc()}${path}` : `webhdfs://${server.http()}${path}`
      return Effect.orDie(Effect.as(as(server)(runtimeFiles.makeDirectory(directory)), directory))
    }),
    (directory) => Effect.orDie(as(server)(runtimeFiles.remove(directory))),
  )

/** Declares a test with files of the superuser, and a directory of its own. */
export const testHdfs = (
  server: HdfsServer,
  name: string,
  body: (files: Files, folder: string) => Effect.Effect<unknown, unknown, Scope.Scope>,
  ignore = !server.available,
): void =>
  Deno.test({
    name: `${name} [hdfs]`,
    ignore,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: () =>
      Effect.runPromise(Effect.scoped(Effect.gen(function* () {
        yield* body(yield* as(server)(makeFiles), yield* temporaryDirectory(server))
      }))),
  })
