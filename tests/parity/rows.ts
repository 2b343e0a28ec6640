import { context } from "./context.ts"
import { dstream } from "./dstream.ts"
import { flumeAndBahir } from "./flume_and_bahir.ts"
import { inputs } from "./inputs.ts"
import { kafka } from "./kafka.ts"
import { kinesis } from "./kinesis.ts"
import { listeners } from "./listeners.ts"
import { pairs } from "./pairs.ts"
import { actionRows } from "./rdd_actions.ts"
import { creation } from "./rdd_creation.ts"
import { rddPairs } from "./rdd_pairs.ts"
import { transformations } from "./rdd_transformations.ts"
import { receivers } from "./receivers.ts"
import type { Row } from "./row.ts"
import { state } from "./state.ts"
import { time } from "./time.ts"

/** All operations of Spark, in the order of the list. */
export const rows: ReadonlyArray<Row> = [
  ...time,
  ...context,
  ...dstream,
  ...pairs,
  ...state,
  ...inputs,
  ...receivers,
  ...listeners,
  ...creation,
  ...transformations,
  ...actionRows,
  ...rddPairs,
  ...kafka,
  ...kinesis,
  ...flumeAndBahir,
]
