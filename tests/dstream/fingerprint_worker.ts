import { fingerprint } from "../../lib/dstream/graph/fingerprint.ts"
import { module } from "../../lib/dstream/graph/graph.ts"
import { print } from "../../lib/dstream/outputs/print.ts"
import { chain, stub } from "./graph_arbitrary.ts"

/** A graph that the test makes in its own isolate, and in a worker that runs this module. */
export const outputs = module(import.meta, (config: { readonly length: number }) => [
  print(stub("filter", [chain(config.length)], { functions: [(n: number) => n < config.length] })),
])

globalThis.addEventListener("message", (event) => {
  if (event instanceof MessageEvent) event.ports[0]?.postMessage(fingerprint(outputs(event.data)))
})
