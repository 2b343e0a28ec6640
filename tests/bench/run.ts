/** Benches, for information: `deno task bench`, or with the names of some. */
import { batches } from "./batches.ts"

await batches()
