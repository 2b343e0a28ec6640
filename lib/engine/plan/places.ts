/**
 * The places of a task in a fixed order. Driver and executor mean the same place by the same number.
 *
 * @module
 */
import type { Input, Partition, Place, Task } from "./task.ts"

/** The partitions that an input is made of. */
export const partsOf = (input: Input): ReadonlyArray<Partition> => {
  switch (input.kind) {
    case "combine":
    case "provide":
      return [input.of]
    case "concat":
      return input.parts
    case "zip":
    case "cogroup":
      return input.sides
    case "cartesian":
      return [input.left, input.right]
    case "state":
      return input.initial === undefined ? [input.data] : [input.data, input.initial]
    default:
      return []
  }
}

/** The inputs of a kind that a partition is made of, from the inside out. */
export const inputsOf = <K extends Input["kind"]>(
  { input }: Partition,
  kind: K,
): ReadonlyArray<Extract<Input, { readonly kind: K }>> => [
  ...partsOf(input).flatMap((part) => inputsOf(part, kind)),
  ...input.kind === kind ? [input as Extract<Input, { readonly kind: K }>] : [],
]

/** Replaces the partitions that an input is made of. */
export const withParts = (input: Input, parts: ReadonlyArray<Partition>): Input => {
  const [first, second] = parts
  if (first === undefined) return input
  switch (input.kind) {
    case "combine":
    case "provide":
      return { ...input, of: first }
    case "concat":
      return { ...input, parts }
    case "zip":
    case "cogroup":
      return { ...input, sides: parts }
    case "cartesian":
      return { ...input, left: first, right: second ?? input.right }
    case "state":
      return { ...input, data: first, initial: second }
    default:
      return input
  }
}

const addPlaces = ({ input, steps }: Partition, into: Array<Place>): void => {
  for (const part of partsOf(input)) addPlaces(part, into)
  if ("operation" in input) into.push(input)
  into.push(...steps)
}

/** All places of a task: those of its inputs and steps from the inside out, then those of its write and its layers. */
export const placesOf = ({ layers, partition, write }: Task): ReadonlyArray<Place> => {
  const places: Array<Place> = []
  addPlaces(partition, places)
  if ("operation" in write) places.push(write)
  places.push(...layers)
  return places
}
