import * as Effect from "effect/Effect"
import type { LogStore } from "../../../lib/durable/log_store.ts"
import { hdfsStore } from "../../../lib/durable/store/hdfs.ts"
import { runtimeFiles } from "../../../lib/engine/files.ts"
import { testStore } from "../../durable/store_contract.ts"
import { as, temporaryDirectory } from "./hdfs_places.ts"
import type { HdfsServer } from "../../servers/hdfs_server.ts"

/** A store whose operations are done as the superuser. */
const storeAs = (server: HdfsServer, url: string): LogStore => {
  const store = hdfsStore(url)
  return {
    location: store.location,
    lock: as(server)(store.lock),
    list: as(server)(store.list),
    read: (file, from, length) => as(server)(store.read(file, from, length)),
    create: (file) =>
      Effect.map(as(server)(store.create(file)), ({ append, sync }) => ({
        append: (pieces) => as(server)(append(pieces)),
        sync: as(server)(sync),
      })),
    sync: (file) => as(server)(store.sync(file)),
    remove: (file) => as(server)(store.remove(file)),
  }
}

/** Declares the tests of the store of logs. */
export const testHdfsStore = (server: HdfsServer): void => {
  if (!server.available) return
  testStore(
    "hdfs",
    Effect.map(temporaryDirectory(server), (directory) => ({
      open: () => storeAs(server, `${directory}/deep/down`),
      putForeignFile: (name) => {
        const { makeDirectory, write } = runtimeFiles
        const put = Effect.andThen(makeDirectory(`${directory}/deep/down`), write(`${directory}/deep/down/${name}`, []))
        return Effect.orDie(as(server)(put))
      },
    })),
  )
}
