/** Graphs that a test makes in its own isolate, and a worker that imports this module makes as well. */
import { module } from "../../lib/dstream/graph/graph.ts"
import { print } from "../../lib/dstream/outputs/print.ts"
import { chain, stub } from "./graph_arbitrary.ts"

interface Config {
  readonly length: number
}

export const filtered = module(import.meta, (config: Config) => [
  print(stub("filter", [chain(config.length)], { functions: [(n: number) => n < config.length] })),
])

const mapped = module(import.meta, (config: Config) => [
  print(stub("map", [chain(config.length)], { functions: [(n: number) => n + config.length] })),
])

/** Calls the second declaration, which is not exported itself. */
export const unexported = (config: Config) => mapped(config)

const counted = module(import.meta, (config: Config) => [print(chain(config.length)), print(chain(1))])

export { counted as renamed }
