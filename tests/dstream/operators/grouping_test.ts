import * as DStream from "../../../lib/dstream.ts"
import { agrees, groups } from "../pairs.ts"

Deno.test("groupByKey() gives the values of each key in their order", () => agrees(DStream.groupByKey(), groups))
