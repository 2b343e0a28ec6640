import * as Effect from "effect/Effect"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import type * as RDD from "../../../lib/rdd.ts"
import { testFiles } from "../../rdd/files/files_contract.ts"
import { as, temporaryDirectory } from "./hdfs_places.ts"
import type { HdfsServer } from "./hdfs_server.ts"

/** Files whose operations are done as a user. */
const filesAs = (server: HdfsServer, user?: string): RDD.Files => {
  const doing = <A, E>(effect: Effect.Effect<A, E>) => Effect.suspend(() => as(server, user)(effect))
  const files = runtimeFiles
  return {
    makeDirectory: (path) => doing(files.makeDirectory(path)),
    write: (path, pieces, options) => doing(files.write(path, pieces, options)),
    append: (path, pieces) => doing(files.append(path, pieces)),
    read: (path, from, to) => doing(files.read(path, from, to)),
    rename: (from, to) => doing(files.rename(from, to)),
    remove: (path) => doing(files.remove(path)),
    exists: (path) => doing(files.exists(path)),
    list: (path) => doing(files.list(path)),
    listNew: (path, isKnown) => doing(files.listNew(path, isKnown)),
    stat: (path) => doing(files.stat(path)),
  }
}

/** Declares the tests of files. */
export const testHdfsFiles = (server: HdfsServer): void => {
  for (const scheme of ["hdfs", "webhdfs"] as const) {
    testFiles(scheme, {
      place: Effect.map(temporaryDirectory(server, scheme), (folder) => ({ files: filesAs(server), folder })),
      forbiddenNames: ["a:b"],
      ignore: !server.available,
    })
  }
}
