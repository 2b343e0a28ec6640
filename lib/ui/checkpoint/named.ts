/**
 * The entries of one state, or the records of the kept RDDs of one stream.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { CorruptBlock } from "../../core/codec.ts"
import type { LogError } from "../../durable/errors.ts"
import { keptRecords } from "./blocks.ts"
import type { Contents } from "./contents.ts"
import { NameMissing } from "./errors.ts"
import { shown } from "./inspecting.ts"
import type { NamedEntries } from "./inspection.ts"
import { restore } from "./states.ts"

/** Reads the first entries that a checkpoint has under a name, at most `limit` of a state and of each RDD. */
export const namedEntries = Effect.fnUntraced(
  function* (
    contents: Contents,
    name: string,
    limit: number,
  ): Effect.fn.Return<NamedEntries, NameMissing | CorruptBlock | LogError> {
    const { kept, states } = contents.recovered
    const captures = states.get(name) ?? []
    if (captures.length > 0) {
      const state = (yield* restore(captures)).first(limit).map(({ key, value, writtenAt }) => ({
        key: shown(key),
        value: shown(value),
        ...(writtenAt !== undefined && { writtenAt }),
      }))
      return { name, state }
    }
    const entries = Array.from(kept.get(name) ?? []).sort(([a], [b]) => a - b)
    if (entries.length === 0) {
      const known = [...states.keys(), ...kept.keys()].sort()
      return yield* new NameMissing({ directory: contents.directory.store.location, name, known })
    }
    const records = yield* Effect.forEach(
      entries,
      ([time, entry]) =>
        Effect.map(keptRecords(contents, entry), (partitions) => ({
          time,
          records: partitions.flat().slice(0, limit).map(shown),
        })),
    )
    return { name, records }
  },
)
