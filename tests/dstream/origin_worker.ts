/**
 * A worker that gets the origin of a graph, imports its module, and answers with the fingerprint.
 */
import { fingerprint } from "../../lib/dstream/graph/fingerprint.ts"
import { make } from "../../lib/dstream/graph/graph.ts"
import { buildOf, type Origin } from "../../lib/dstream/graph/origin.ts"

globalThis.addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return
  const origin: Origin = event.data
  await import(origin.module)
  event.ports[0]?.postMessage(fingerprint(make(buildOf(origin)(origin.config))))
})
