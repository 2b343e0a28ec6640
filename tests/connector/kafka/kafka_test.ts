/** The tests of Kafka that can share a broker. Those of `faults_test.ts` stop theirs. */
import "./rdd.ts"
import "./stream.ts"
import "./losses.ts"
import "./sink.ts"
import "./positions.ts"
import "./security.ts"
import "./in_workers.ts"
