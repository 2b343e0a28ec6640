import fc from "fast-check"
import * as Effect from "effect/Effect"
import { type AnyDStream, type DStream, isDStream, make, named, type NodeOptions } from "../../lib/dstream/dstream.ts"
import { type Graph, make as makeGraph } from "../../lib/dstream/graph/graph.ts"
import type { AnyOutput } from "../../lib/dstream/outputs/output.ts"
import { print } from "../../lib/dstream/outputs/print.ts"
import type { Callable } from "../../lib/rdd/primitive.ts"

/** A stream that is never evaluated. */
export const stub = (
  operation: string,
  parents: ReadonlyArray<AnyDStream> = [],
  { functions = [], ...options }: NodeOptions & { readonly functions?: ReadonlyArray<Callable> } = {},
): DStream<unknown> => make(operation, parents, functions, (..._) => Effect.never, options)

/** A chain of one input and `length - 1` maps: its last stream. */
export const chain = (length: number): DStream<unknown> => {
  let last = stub("constant")
  for (let i = 1; i < length; i++) last = stub("map", [last])
  return last
}

/** A shape, as plain data, that graphs can be built from again and again. */
export interface Shape {
  readonly streams: ReadonlyArray<{
    readonly operation: string
    /** Indices of streams before this one. */
    readonly parents: ReadonlyArray<number>
    readonly name: string | undefined
  }>
  readonly outputs: ReadonlyArray<number>
}

/** Random acyclic graphs with shared streams, streams used twice by another, and streams that no output needs. */
export const shape: fc.Arbitrary<Shape> = fc.record({
  streams: fc.array(
    fc.record({
      operation: fc.constantFrom("map", "filter", "union", 'odd "one"'),
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      name: fc.option(fc.string(), { nil: undefined, freq: 3 }),
    }),
    { minLength: 1, maxLength: 30 },
  ),
  outputs: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
}).map(({ streams, outputs }) => ({
  streams: streams.map(({ parents, ...rest }, i) => ({
    ...rest,
    parents: i === 0 ? [] : parents.map((parent) => parent % i),
  })),
  outputs: outputs.map((output) => output % streams.length),
}))

/** Makes a graph of a list of outputs, which must not be empty. */
export const graphOf = (outputs: ReadonlyArray<AnyOutput>): Graph<unknown, unknown> => {
  const [first, ...rest] = outputs
  if (first === undefined) throw new Error("no outputs")
  return makeGraph([first, ...rest])
}

const at = <A>(all: ReadonlyArray<A>, index: number): A => {
  const found = all[index]
  if (found === undefined) throw new Error(`nothing at ${index}`)
  return found
}

/** Builds the graph of a shape, with new streams. */
export const build = ({ streams, outputs }: Shape): Graph<unknown, unknown> => {
  const built: Array<AnyDStream> = []
  for (const { operation, parents, name } of streams) {
    const stream = stub(operation, parents.map((parent) => at(built, parent)), { functions: [() => operation] })
    built.push(name === undefined ? stream : named(stream, name))
  }
  return graphOf(outputs.map((output) => print(at(built, output))))
}

/** Lists the streams that the outputs of a shape need, parents before children, by recursion. */
export const reachable = ({ streams, outputs }: Shape): ReadonlyArray<number> => {
  const found: Array<number> = []
  const visit = (index: number): void => {
    if (found.includes(index)) return
    at(streams, index).parents.forEach(visit)
    found.push(index)
  }
  outputs.forEach(visit)
  return found
}

/** A chain of streams that take their parent twice, and the number of times that `parents` was read in it. */
export const counting = (length: number): { readonly last: AnyDStream; readonly reads: () => number } => {
  let reads = 0
  let last: AnyDStream = stub("constant")
  for (let i = 1; i < length; i++) {
    const inner: AnyDStream = stub("map", [last, last])
    const parents = inner.parents
    last = Object.create(inner, { parents: { get: () => (reads++, parents) } })
    if (!isDStream(last)) throw new Error("not a stream")
  }
  return { last, reads: () => reads }
}
