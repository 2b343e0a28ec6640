/**
 * The rules of the filtered stream, which X keeps for the app.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { TwitterError } from "./errors.ts"
import type { FilteredOptions } from "./options.ts"
import { type Api, describeProblem, fieldsOf, listOf, type Sent } from "./requests.ts"

/** A rule as X keeps it. */
export interface KeptRule {
  readonly id: string
  readonly value: string
  readonly tag: string
}

/** A rule that is wanted, with its whole tag. */
export type WantedRule = Pick<KeptRule, "value" | "tag">

/** How the rules at X become those that are wanted. */
export interface RuleChanges {
  readonly add: ReadonlyArray<WantedRule>
  /** The IDs of rules to delete. */
  readonly remove: ReadonlyArray<string>
  /** The IDs of rules that are there and wanted. */
  readonly keep: ReadonlyArray<string>
}

/** The path of the rules. */
const PATH = "/2/tweets/search/stream/rules"

const DEFAULT_PREFIX = "dstream:"

/** The wanted rules with their tags, and the beginning of the tags. */
export const wantedRules = ({ ruleTagPrefix: prefix = DEFAULT_PREFIX, rules = [] }: FilteredOptions): {
  readonly prefix: string
  readonly wanted: ReadonlyArray<WantedRule>
} => ({
  prefix,
  wanted: rules.map((rule) => typeof rule === "string" ? { value: rule } : rule).map(({ tag = "", value }) => ({
    value: value.trim(),
    tag: prefix + tag,
  })),
})

/**
 * Compares the rules at X with those that are wanted. An app has no two rules with one value, so a rule of another program that
 * has the value of a wanted one is used as it is.
 */
export const ruleChanges = (
  there: ReadonlyArray<KeptRule>,
  wanted: ReadonlyArray<WantedRule>,
  prefix: string,
): RuleChanges => {
  const tags = new Map(wanted.map(({ tag, value }) => [value, tag]))
  const isOurs = ({ tag }: KeptRule) => tag.startsWith(prefix)
  const isRight = (rule: KeptRule) => tags.has(rule.value) && (!isOurs(rule) || rule.tag === tags.get(rule.value))
  const right = there.filter(isRight)
  const values = new Set(right.map(({ value }) => value))
  return {
    add: wanted.filter(({ value }) => !values.has(value)),
    remove: there.filter((rule) => isOurs(rule) && !isRight(rule)).map(({ id }) => id),
    keep: right.map(({ id }) => id),
  }
}

const ruleOf = (value: unknown): KeptRule => {
  const rule = fieldsOf(value)
  return { id: String(rule["id"]), value: String(rule["value"]), tag: String(rule["tag"] ?? "") }
}

const rulesOf = ({ json }: Sent): ReadonlyArray<KeptRule> => listOf(fieldsOf(json)["data"]).map(ruleOf)

/** Lists the rules of the app. */
const list = Effect.fnUntraced(function* (api: Api) {
  const rules: Array<KeptRule> = []
  let page = ""
  do {
    const answer = yield* api.send(PATH + page)
    if (answer.status !== 200) return yield* answer.refusal
    rules.push(...rulesOf(answer))
    const next = fieldsOf(fieldsOf(answer.json)["meta"])["next_token"]
    page = typeof next === "string" ? `?pagination_token=${encodeURIComponent(next)}` : ""
  } while (page !== "")
  return rules
})

const isDuplicate = (error: unknown): boolean => /duplicate/i.test(String(fieldsOf(error)["type"]))
const isCap = (error: unknown): boolean => /rule-cap/.test(String(fieldsOf(error)["type"]))

/** Adds rules, and returns the IDs of those with these values. `dryRun` only checks them. */
const add = Effect.fnUntraced(function* (api: Api, rules: ReadonlyArray<WantedRule>, dryRun: boolean) {
  const answer = yield* api.send(dryRun ? `${PATH}?dry_run=true` : PATH, { add: rules })
  const isAnswered = answer.status === 200 || answer.status === 201
  if (!isAnswered && answer.status !== 400 && answer.status !== 422) return yield* answer.refusal
  const listed = listOf(fieldsOf(answer.json)["errors"])
  const errors = listed.length === 0 && !isAnswered ? [answer.json] : listed
  // The dry run comes before old rules are deleted. Until then, old and new ones may be too many, or equal.
  const bad = errors.filter((error) => !isDuplicate(error) && !(dryRun && isCap(error)))
  if (bad.length > 0) {
    const texts = bad.map((error) => {
      const { value } = fieldsOf(error)
      return api.hidden(`${value === undefined ? "" : `${JSON.stringify(value)}: `}${describeProblem(error)}`)
    })
    return yield* new TwitterError({
      url: answer.url,
      reason: "InvalidRules",
      problem: `X refuses rules; check the option rules. ${texts.join("; ")}`,
      status: answer.status,
    })
  }
  // Another program may have added a rule with this value just now; the error has its ID.
  return [...rulesOf(answer), ...errors.filter(isDuplicate).map(ruleOf)].map(({ id }) => id)
})

/** Makes the rules at X those that are wanted, and returns their IDs. */
export const reconcileRules: (
  api: Api,
  wanted: ReadonlyArray<WantedRule>,
  prefix: string,
) => Effect.Effect<ReadonlySet<string>, TwitterError> = Effect.fnUntraced(
  function* (api: Api, wanted: ReadonlyArray<WantedRule>, prefix: string) {
    const changes = ruleChanges(yield* list(api), wanted, prefix)
    if (changes.remove.length > 0) {
      // Nothing changes if a new rule is not valid.
      if (changes.add.length > 0) yield* add(api, changes.add, true)
      const answer = yield* api.send(PATH, { delete: { ids: changes.remove } })
      if (answer.status !== 200) return yield* answer.refusal
    }
    const added = changes.add.length > 0 ? yield* add(api, changes.add, false) : []
    return new Set([...changes.keep, ...added])
  },
)
