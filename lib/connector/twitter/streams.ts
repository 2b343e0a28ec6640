/**
 * The streams of X.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { DStream } from "../../dstream/dstream.ts"
import { fromReceiver } from "../../dstream/inputs/input.ts"
import { make, type Store } from "../../dstream/inputs/receiver.ts"
import type { ReceiverStopped } from "../../dstream/inputs/receiver_stopped.ts"
import { type FilteredOptions, optionProblems, ruleProblems, type TwitterOptions } from "./options.ts"
import type { StreamedPost } from "./post.ts"

/** Loaded when a stream starts: schemas and Effect's HTTP client are most of the start-up time. */
const loaded = Effect.promise(() => import("./receiving.ts"))

const FILTERED = "/2/tweets/search/stream"
const SAMPLE = "/2/tweets/sample/stream"

const stream = <A>(
  operation: string,
  options: FilteredOptions,
  receive: (store: Store<A>) => Effect.Effect<void, ReceiverStopped>,
): DStream<A> => {
  const where = `Twitter.${operation}`
  const problems = [...optionProblems(where, options), ...ruleProblems(where, options)]
  return fromReceiver(operation, make({ name: "Twitter", onStart: receive }), { check: () => problems })
}

const postStream = (operation: string, path: string, options: FilteredOptions): DStream<StreamedPost> =>
  stream(
    operation,
    options,
    (store) => Effect.flatMap(loaded, ({ receivePosts }) => receivePosts(path, options, store)),
  )

const lineStream = (operation: string, path: string, options: FilteredOptions): DStream<string> =>
  stream(
    operation,
    options,
    (store) => Effect.flatMap(loaded, ({ receiveLines }) => receiveLines(path, options, store)),
  )

/**
 * Makes a stream of the posts that match rules, as they are written. Spark: `TwitterUtils.createStream` and
 * `createFilteredStream` of Apache Bahir; their filters are the rules.
 *
 * **Rules.** A post is received if it matches one of them. Words in a rule must all be there, as in Spark's filters; operators
 * such as `from:`, `lang:` and `bounding_box:` take the place of a `FilterQuery`. X keeps the rules of an app. When the stream
 * starts it adds those that are missing, and deletes those that it has added in an earlier start and that are not wanted any more.
 * It leaves rules of other programs alone, and drops posts that match only these.
 *
 * **Delivery.** At most once: X does not send again what it sent while the stream was not connected. With `backfillMinutes` and a
 * checkpoint, each post arrives exactly once as long as the stream is connected again within these minutes, also after the process
 * was killed. That holds for up to 20,000 posts within these minutes and one more; beyond that, posts may arrive twice.
 *
 * **Errors.** The stream connects again at once after a connection has ended, and slows down as X asks for: by 250 ms each time up
 * to 16 seconds while X is not reached, from 5 to 320 seconds while it answers with errors, and until its rate limit ends. It
 * stops the context with a {@link TwitterError} if X refuses the token, a rule or the request.
 *
 * While batches fall behind, the stream stops reading, and X closes the connection at some time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Twitter from "@dstream/dstream/twitter"
 * import { Config } from "effect"
 *
 * const hashtags = Twitter.filteredStream({
 *   bearerToken: Config.Redacted("X_BEARER_TOKEN"),
 *   rules: ["spark streaming", { value: "#deno lang:en", tag: "deno" }],
 *   fields: { tweet: ["entities"] },
 * }).pipe(DStream.flatMap(({ data }) => (data.entities?.hashtags ?? []).map(({ tag }) => tag)))
 * assert.equal(hashtags.operation, "flatMap")
 * ```
 */
export const filteredStream = (options: FilteredOptions): DStream<StreamedPost> =>
  postStream("filteredStream", FILTERED, options)

/**
 * Makes the stream of {@link filteredStream} with the JSON text of each post as X has sent it: an object with `data`, `includes`
 * and `matching_rules`. No post is left out for its form.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Twitter from "@dstream/dstream/twitter"
 * import { Config } from "effect"
 *
 * const lines = Twitter.filteredJsonStream({ bearerToken: Config.Redacted("X_BEARER_TOKEN"), rules: ["from:XDevelopers"] })
 * assert.equal(lines.operation, "filteredJsonStream")
 * ```
 */
export const filteredJsonStream = (options: FilteredOptions): DStream<string> =>
  lineStream("filteredJsonStream", FILTERED, options)

/**
 * Makes a stream of about one percent of all posts, as they are written. Delivery and errors are those of {@link filteredStream}.
 * Spark: `TwitterUtils.createStream` of Apache Bahir, without filters.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream } from "@dstream/dstream"
 * import * as Twitter from "@dstream/dstream/twitter"
 * import { Config } from "effect"
 *
 * const languages = Twitter.sampleStream({
 *   bearerToken: Config.Redacted("X_BEARER_TOKEN"),
 *   fields: { tweet: ["lang"] },
 * }).pipe(DStream.map(({ data }) => data.lang ?? "und"), DStream.countByValue())
 * assert.equal(languages.operation, "countByValue")
 * ```
 */
export const sampleStream = (options: TwitterOptions): DStream<StreamedPost> =>
  postStream("sampleStream", SAMPLE, onlyCommon(options))

/**
 * Makes the stream of {@link sampleStream} with the JSON text of each post as X has sent it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Twitter from "@dstream/dstream/twitter"
 * import { Config } from "effect"
 *
 * const lines = Twitter.sampleJsonStream({ bearerToken: Config.Redacted("X_BEARER_TOKEN"), backfillMinutes: 2 })
 * assert.equal(lines.operation, "sampleJsonStream")
 * ```
 */
export const sampleJsonStream = (options: TwitterOptions): DStream<string> =>
  lineStream("sampleJsonStream", SAMPLE, onlyCommon(options))

/** Without rules, if an object of options has some. */
const onlyCommon = (options: TwitterOptions): FilteredOptions => ({ ...options, rules: undefined })
