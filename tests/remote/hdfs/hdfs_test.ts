/** Everything that needs an HDFS server, in one file: the server is started once. */
import { hdfsServer } from "../../servers/hdfs_server.ts"
import { testHdfsEndToEnd } from "./end_to_end_cases.ts"
import { testHdfsFiles } from "./files_cases.ts"
import { testHdfsStore } from "./store_cases.ts"

const server = hdfsServer(import.meta.url)
testHdfsFiles(server)
testHdfsStore(server)
testHdfsEndToEnd(server)
