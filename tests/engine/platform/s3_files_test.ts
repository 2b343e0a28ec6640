import * as Effect from "effect/Effect"
import { makeFiles } from "../../../lib/engine/files.ts"
import { testFiles } from "../../rdd/files/files_contract.ts"
import { s3Server } from "../../servers/s3_server.ts"

const servers = [s3Server(import.meta.url, "moto"), s3Server(import.meta.url, "s3proxy")]

for (const { available, bucket, kind, provide } of servers) {
  testFiles(`S3, ${kind}`, {
    ignore: !available,
    needsDirectories: false,
    place: Effect.gen(function* () {
      const folder = `s3://${yield* bucket}/deep/down`
      const files = yield* provide(makeFiles)
      yield* files.makeDirectory(folder)
      return { files, folder }
    }),
  })
}
