/**
 * The names by which a checkpoint finds inputs, states, windows and outputs again.
 *
 * @module
 */
import { type AnyDStream, originalOf } from "../dstream.ts"
import type { AnyOutput } from "../outputs/output.ts"
import type { AnyGraph } from "./graph.ts"
import { calledAt, inputsAmong, nodes } from "./nodes.ts"
import type { Problem } from "./validate.ts"

/** What a checkpoint keeps of a stream. */
export type Durable = "input" | "state" | "window"

/** What a checkpoint keeps of a stream; undefined if nothing. */
export const durableKind = ({ traits }: AnyDStream): Durable | undefined => {
  if (traits.source !== undefined) return "input"
  if (traits.keeps === "always") return "state"
  return traits.keeps === undefined ? undefined : "window"
}

/**
 * The names of streams, by their originals. An operator that is made of several streams has one name for all of them: its parts
 * have it with their place behind it, such as `recent/0`.
 */
export const durableNames = (graph: AnyGraph): ReadonlyMap<AnyDStream, string> => {
  const names = new Map<AnyDStream, string>()
  const all = nodes(graph)
  for (const stream of all) if (stream.name !== undefined) names.set(originalOf(stream), stream.name)
  // Children come after their parents, and parts have their names from the children.
  for (const stream of all.toReversed()) {
    const name = names.get(originalOf(stream))
    if (name === undefined) continue
    for (const [i, parent] of stream.parents.entries()) {
      const own = originalOf(parent)
      const isPart = parent.traits.isInternal === true || parent.site.long === stream.site.long
      if (isPart && !names.has(own)) names.set(own, `${name}/${i}`)
    }
  }
  return names
}

const kinds: Readonly<Record<Durable, string>> = {
  input: "an input",
  state: "a stateful operator",
  window: "a window",
}

/** Lists what lacks a name although a checkpoint needs one. */
export const nameProblems = (graph: AnyGraph): ReadonlyArray<Problem> => {
  const names = durableNames(graph)
  const streams = nodes(graph)
  const isInput = new Set(inputsAmong(streams).map(originalOf))
  const unnamed = (it: AnyDStream | AnyOutput, what: string, call: string): Problem => ({
    operator: it.operation,
    callSite: it.site,
    text: `${what} needs a name, because the context has a checkpoint: add ${call}`,
  })
  const seen = new Set<string>()
  // Parts of one operator lack one name together.
  const called = calledAt(streams)
  return [
    ...streams.flatMap((stream): ReadonlyArray<Problem> => {
      const own = originalOf(stream)
      const kind = durableKind(own)
      if (kind === undefined || names.has(own) || (kind === "input" && !isInput.has(own))) return []
      if (seen.has(own.site.long)) return []
      seen.add(own.site.long)
      return [unnamed(called.get(own.site.long) ?? own, kinds[kind], 'DStream.named("…")')]
    }),
    ...graph.outputs.flatMap((output): ReadonlyArray<Problem> =>
      output.name === undefined ? [unnamed(output, "an output", 'DStream.nameOutput("…")')] : []
    ),
  ]
}
