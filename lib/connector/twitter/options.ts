/**
 * The options of streams from X.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import { invalidOptions, type OptionCheck } from "../../core/option_checks.ts"
import { millisOf } from "../durations.ts"
import { type SecretSetting, type Setting, settingProblems } from "../settings.ts"

/** Which fields X sends of each kind of object, besides those that it always sends. Names as in X's data dictionary. */
export interface TwitterFields {
  /** Fields of media. */
  readonly media?: ReadonlyArray<string> | undefined
  /** Fields of places. */
  readonly place?: ReadonlyArray<string> | undefined
  /** Fields of polls. */
  readonly poll?: ReadonlyArray<string> | undefined
  /** Fields of posts, such as `entities`, `created_at` and `author_id`. X still calls posts tweets. */
  readonly tweet?: ReadonlyArray<string> | undefined
  /** Fields of users, such as `verified`. */
  readonly user?: ReadonlyArray<string> | undefined
}

/** How to reach X, and what to ask for. Settings may be read from configuration, each time a connection is made. */
export interface TwitterOptions {
  /** The bearer token of the app (OAuth 2.0 App-Only). Errors, events, logs and checkpoints never have it. */
  readonly bearerToken: SecretSetting
  /** Fields to ask for. Default: none; X always sends the ID, the text and the IDs of all versions of a post. */
  readonly fields?: TwitterFields | undefined
  /** Which objects that posts refer to are in `includes`, such as `author_id`. Default: none. */
  readonly expansions?: ReadonlyArray<string> | undefined
  /**
   * Asks X, when the stream connects again, for the posts that it has missed, of so many minutes at most: 1 to 5. X offers that
   * with some access levels only, and refuses the connection with others. Default: what is sent meanwhile is lost.
   */
  readonly backfillMinutes?: number | undefined
  /**
   * A connection on which nothing arrives for so long counts as broken. X sends a keep-alive every 20 seconds. Default: 21
   * seconds, so that one may be late.
   */
  readonly keepAliveTimeout?: Duration.Input | undefined
  /** The API: `https://api.x.com`, or a stand-in for tests. */
  readonly url?: Setting<string> | undefined
}

/** A rule of the filtered stream. */
export interface TwitterRule {
  /** What a post must have, such as `spark (streaming OR "big data") lang:en`. */
  readonly value: string
  /** A name that posts show in `matching_rules`, after the prefix `ruleTagPrefix`. */
  readonly tag?: string | undefined
}

/** Options of the filtered stream. */
export interface FilteredOptions extends TwitterOptions {
  /**
   * Posts that match one of these rules are received; a string is a rule without a tag. The rules of an app are kept at X. The
   * stream adds those that are missing when it starts, and deletes rules of earlier starts that are not wanted any more: those
   * whose tag begins with `ruleTagPrefix`. Without this option, it receives whatever the rules of the app match.
   */
  readonly rules?: ReadonlyArray<string | TwitterRule> | undefined
  /**
   * The beginning of the tags of rules that this stream adds and deletes. Give each program that uses the app another one: a
   * program deletes the rules of others with its prefix. Default: `dstream:`.
   */
  readonly ruleTagPrefix?: string | undefined
}

/** The default of `keepAliveTimeout`. */
export const KEEP_ALIVE_TIMEOUT: Duration.Input = "21 seconds"

/** Where the API is. */
export const API = "https://api.x.com"

/** What is wrong with the URL of an API. */
export const urlProblem = (url: string): string | undefined => {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  return isHttp ? undefined : `is not a URL; give one such as ${API}`
}

/** What is wrong with a bearer token. The text does not show it. */
export const tokenProblem = (token: unknown): string | undefined => {
  if (token === undefined || token === null || token === "") {
    return 'is missing; give the bearer token of your app, such as Config.Redacted("X_BEARER_TOKEN")'
  }
  // Errors of the runtime would show a token that does not fit into a header.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    return "has a character that tokens do not have, such as a space or the end of a line (it is not shown)"
  }
  return undefined
}

/** What is wrong with the options that are values. */
export const optionProblems = (where: string, options: TwitterOptions): ReadonlyArray<string> => {
  const { backfillMinutes, bearerToken, expansions = [], fields = {}, url } = options
  const { keepAliveTimeout = KEEP_ALIVE_TIMEOUT } = options
  const isBackfill = backfillMinutes === undefined ||
    (Number.isInteger(backfillMinutes) && backfillMinutes >= 1 && backfillMinutes <= 5)
  const areNames = (names: ReadonlyArray<unknown>) =>
    names.every((name) => typeof name === "string" && /^[\w.]+$/.test(name))
  return [
    ...settingProblems(where, "bearerToken", bearerToken, tokenProblem),
    ...(typeof url === "string" && urlProblem(url) !== undefined ? [`${where}: url ${urlProblem(url)}`] : []),
    ...invalidOptions(where, [
      ...Object.entries({ ...fields, expansions }).map(([option, names = []]): OptionCheck => [
        areNames(names),
        option,
        names,
        "a list of names, such as created_at",
      ]),
      [isBackfill, "backfillMinutes", backfillMinutes, "a whole number from 1 to 5"],
      [millisOf(keepAliveTimeout) > 0, "keepAliveTimeout", keepAliveTimeout, "a positive duration"],
    ]),
  ]
}

/** What is wrong with the rules. */
export const ruleProblems = (where: string, { ruleTagPrefix, rules }: FilteredOptions): ReadonlyArray<string> => {
  if (rules === undefined) return []
  const values = rules.map((rule): unknown => typeof rule === "string" ? rule : rule.value)
    .map((value) => typeof value === "string" ? value.trim() : value)
  const twice = values.find((value, i) => values.indexOf(value) < i)
  return [
    ...(rules.length > 0 ? [] : [`${where}: rules is empty; leave it out to use the rules of the app as they are`]),
    ...values.filter((value) => typeof value !== "string" || value === "").map((value) =>
      `${where}: a rule is ${JSON.stringify(value)}, but must be a text that posts are compared with`
    ),
    ...(twice === undefined ? [] : [`${where}: the rule ${JSON.stringify(twice)} is there twice`]),
    ...(ruleTagPrefix === ""
      ? [`${where}: ruleTagPrefix is empty, so that all rules of the app would be deleted`]
      : []),
  ]
}
