/**
 * Aliases: `persist`, `cache` and `checkpoint` change a stream and return it, so the id of such a node is one more name of
 * the same stream.
 */
import { type Case, idsOf, nodesOf, type NodeSpec, type OutputSpec, type StepSpec } from "./case.ts"

/** Operations that change a stream and return it. */
export const changing: ReadonlySet<string> = new Set(["persist", "cache", "checkpoint"])

const aliasesOf = (golden: Case): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  for (const node of nodesOf(golden)) {
    const [stream] = idsOf(node) ?? []
    if (!changing.has(node.op) || node.id === undefined || stream === undefined || node.id === stream) continue
    names.set(node.id, names.get(stream) ?? stream)
  }
  return names
}

/** Calls each stream by its first name wherever the case mentions one of its aliases. */
export const withoutAliases = (golden: Case): Case => {
  if (golden.kind !== "stream" && golden.kind !== "script") return golden
  const names = aliasesOf(golden)
  if (names.size === 0) return golden
  const first = (id: string): string => names.get(id) ?? id
  const renamed = <T extends NodeSpec | OutputSpec | StepSpec>(spec: T): T => {
    const own = "op" in spec && changing.has(String(spec.op)) && typeof spec.id === "string"
      ? { ...spec, id: first(spec.id) }
      : spec
    if (typeof own.in === "string") return { ...own, in: first(own.in) }
    return Array.isArray(own.in) ? { ...own, in: own.in.map((id) => typeof id === "string" ? first(id) : id) } : own
  }
  return {
    ...golden,
    ...(golden.nodes === undefined ? {} : { nodes: golden.nodes.map(renamed) }),
    ...(golden.outputs === undefined ? {} : { outputs: golden.outputs.map(renamed) }),
    ...(golden.steps === undefined ? {} : { steps: golden.steps.map(renamed) }),
  }
}
