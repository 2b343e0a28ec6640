import { isLib, type Rule } from "./rule.ts"
import { type Import, importsOf, resolve } from "./source.ts"

interface Arrow extends Import {
  readonly to: string
}

/** The shortest way from a file back to itself along imports; undefined where there is none. */
const circleThrough = (
  start: string,
  arrows: ReadonlyMap<string, ReadonlyArray<Arrow>>,
): ReadonlyArray<string> | undefined => {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const { to } of arrows.get(next) ?? []) {
      if (to === start) {
        const way = [start]
        for (let at: string | undefined = next; at !== undefined && at !== start; at = cameFrom.get(at)) way.unshift(at)
        return [start, ...way]
      }
      if (!cameFrom.has(to)) {
        cameFrom.set(to, next)
        queue.push(to)
      }
    }
  }
  return undefined
}

/**
 * No file of the library imports itself through others. Type-only imports count: types that need each other have to be
 * read together, so they belong in one file. A barrel may export itself under its own name.
 */
export const noCircles: Rule = (files) => {
  const arrows = new Map(
    files.filter(({ path }) => isLib(path)).map((file) => [
      file.path,
      importsOf(file).flatMap((it): ReadonlyArray<Arrow> => {
        const to = resolve(file.path, it.specifier)
        return to === undefined || to === file.path ? [] : [{ ...it, to }]
      }),
    ]),
  )
  const seen = new Set<string>()
  return [...arrows.keys()].sort().flatMap((path) => {
    const circle = circleThrough(path, arrows)
    if (circle === undefined || circle.some((file) => seen.has(file))) return []
    for (const file of circle) seen.add(file)
    const line = arrows.get(path)?.find(({ to }) => to === circle[1])?.line
    return [{ path, ...(line === undefined ? {} : { line }), message: `import circle: ${circle.join(" > ")}` }]
  })
}
