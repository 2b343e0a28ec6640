/**
 * A worker that gets the origin of a graph, imports its module, and answers with the fingerprint and the export's name.
 */
import { fingerprint } from "../../lib/dstream/graph/fingerprint.ts"
import { make } from "../../lib/dstream/graph/graph.ts"
import { buildOf, exportNameOf, type Origin } from "../../lib/dstream/graph/origin.ts"

globalThis.addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return
  const origin: Origin = event.data
  const namespace = await import(origin.module)
  const made = fingerprint(make(buildOf(origin)(origin.config)))
  event.ports[0]?.postMessage({ made, exportName: exportNameOf(namespace, origin) })
})
