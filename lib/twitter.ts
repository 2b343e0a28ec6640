/**
 * X, formerly Twitter: the filtered stream and the sample stream of its API, version 2.
 *
 * **Guarantees.** At most once. With `backfillMinutes` and a checkpoint: exactly once, while the stream connects again within these
 * minutes.
 *
 * Needs a bearer token of an app that may use the stream, no npm package, and the permissions net and env.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Twitter from "@dstream/dstream/twitter"
 * import { Config } from "effect"
 *
 * const texts = Twitter.filteredStream({
 *   bearerToken: Config.Redacted("X_BEARER_TOKEN"),
 *   rules: ["spark streaming", "#deno"],
 * }).pipe(DStream.map(({ data }) => data.text))
 * assert.equal(texts.operation, "map")
 * ```
 *
 * @module
 */
export { TwitterError, type TwitterReason } from "./connector/twitter/errors.ts"
export type { FilteredOptions, TwitterFields, TwitterOptions, TwitterRule } from "./connector/twitter/options.ts"
export type {
  Includes,
  Link,
  MatchingRule,
  Mention,
  Post,
  PostEntities,
  PostReference,
  StreamedPost,
  Tag,
  TextRange,
  User,
} from "./connector/twitter/post.ts"
export { filteredJsonStream, filteredStream, sampleJsonStream, sampleStream } from "./connector/twitter/streams.ts"
export { type SecretSetting, type Setting, SettingError } from "./connector/settings.ts"
