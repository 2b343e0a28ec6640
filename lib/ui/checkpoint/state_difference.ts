/**
 * Compares the states of two checkpoints key by key.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { giveWayIfDue } from "../../core/pace.ts"
import type { Contents } from "./contents.ts"
import type { StateDifference } from "./difference.ts"
import { type Inspected, shown } from "./inspecting.ts"
import { isSameValue } from "./same_value.ts"
import { restore, RestoredState } from "./states.ts"

const none = new RestoredState([])

/** The state of an operator; undefined if it cannot be restored, which the findings say. */
const stateOf = (
  { recovered: { states, summary } }: Contents,
  name: string,
): Effect.Effect<RestoredState | undefined> => {
  const captures = summary?.operators[name] === undefined ? [] : states.get(name) ?? []
  return captures.length === 0 ? Effect.succeed(none) : Effect.orElseSucceed(restore(captures), () => undefined)
}

const compareState = (name: string, before: RestoredState, after: RestoredState, limit: number): StateDifference => {
  let [added, removed, changed] = [0, 0, 0]
  const firstAdded: Array<StateDifference["firstAdded"][number]> = []
  const firstRemoved: Array<StateDifference["firstRemoved"][number]> = []
  const firstChanged: Array<StateDifference["firstChanged"][number]> = []
  before.forEach(({ key, value }) => {
    const now = after.find(key)
    if (now === undefined) {
      if (removed++ < limit) firstRemoved.push({ key: shown(key), value: shown(value) })
    } else if (!isSameValue(value, now.value)) {
      if (changed++ < limit) firstChanged.push({ key: shown(key), before: shown(value), after: shown(now.value) })
    }
    return true
  })
  after.forEach(({ key, value }) => {
    if (before.find(key) === undefined && added++ < limit) firstAdded.push({ key: shown(key), value: shown(value) })
    return true
  })
  const keys = { before: before.keys, after: after.keys }
  return { name, keys, added, removed, changed, firstAdded, firstRemoved, firstChanged }
}

/** Compares all states. Gives those that differ, with the first `limit` keys of each kind of change. */
export const compareStates = Effect.fnUntraced(
  function* (
    { contents: first }: Inspected,
    { contents: second }: Inspected,
    limit: number,
  ): Effect.fn.Return<ReadonlyArray<StateDifference>> {
    const differences: Array<StateDifference> = []
    const names = new Set([first, second].flatMap(({ recovered }) => Array.from(recovered.states.keys())))
    for (const name of Array.from(names).sort()) {
      const before = yield* stateOf(first, name)
      const after = yield* stateOf(second, name)
      if (before === undefined || after === undefined) continue
      const difference = compareState(name, before, after, limit)
      if (difference.added + difference.removed + difference.changed > 0) differences.push(difference)
      yield* giveWayIfDue
    }
    return differences
  },
)
