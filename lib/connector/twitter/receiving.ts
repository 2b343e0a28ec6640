/**
 * Receiving a stream of X: connecting again and again, and storing what arrives.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Store } from "../../dstream/inputs/receiver.ts"
import type { ReceiverStopped } from "../../dstream/inputs/receiver_stopped.ts"
import { Backoff } from "./backoff.ts"
import { TwitterError } from "./errors.ts"
import { LineReader } from "./lines.ts"
import { type Message, messageOf, type PostMessage } from "./messages.ts"
import { type FilteredOptions, KEEP_ALIVE_TIMEOUT } from "./options.ts"
import type { StreamedPost } from "./post.ts"
import { streamedPost } from "./post_schema.ts"
import { readAhead } from "./read_ahead.ts"
import { RecentIds } from "./recent_ids.ts"
import { makeApi } from "./requests.ts"
import { reconcileRules, wantedRules } from "./rules.ts"

/** Makes the record of a post. A failure is the text of what is wrong with the post. */
type ToRecord<A> = (post: PostMessage, line: string) => Result.Result<A, string>

/** Gives the line of the post as it is. */
const toLine: ToRecord<string> = (_, line) => Result.succeed(line)

const decode = Schema.decodeUnknownResult(streamedPost)

/** Decodes a post to a typed record. Fails if a field has another type. */
export const toPost: ToRecord<StreamedPost> = ({ value }) =>
  Result.mapError(decode(value), ({ message }) => `X has sent a post of another form: ${message.replace(/\s+/g, " ")}`)

/** The longest line that can be a post, in bytes. */
const LONGEST_LINE = 8 * 1024 * 1024

/** With backfill, each block has the IDs of recent posts, so blocks are not made more often than that. */
const BLOCK_INTERVAL = "200 millis"

/** How many characters of a line reports show. */
const SHOWN = 200

const shortened = (text: string): string => text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text

/** The path of a stream, with the fields and objects that X sends, and for how many minutes it sends posts again. */
const withQuery = (
  path: string,
  { expansions = [], fields = {} }: FilteredOptions,
  minutes: number | undefined,
): string => {
  const query = new URLSearchParams()
  for (const [kind, names = []] of Object.entries(fields)) {
    if (names.length > 0) query.set(`${kind}.fields`, names.join(","))
  }
  if (expansions.length > 0) query.set("expansions", expansions.join(","))
  if (minutes !== undefined) query.set("backfill_minutes", String(minutes))
  return query.size === 0 ? path : `${path}?${query}`
}

/** Receives the stream at a path. Stops the receiver after an error that another attempt cannot cure. */
type Receive<A> = (path: string, options: FilteredOptions, store: Store<A>) => Effect.Effect<void, ReceiverStopped>

const receiveWith = <A>(toRecord: ToRecord<A>): Receive<A> =>
  Effect.fnUntraced(function* (path: string, options: FilteredOptions, store: Store<A>) {
    const { backfillMinutes, keepAliveTimeout = KEEP_ALIVE_TIMEOUT, rules } = options
    const { prefix, wanted } = wantedRules(options)
    const backoff = new Backoff()
    const recent = backfillMinutes === undefined
      ? undefined
      : new RecentIds(backfillMinutes, Option.getOrUndefined(yield* store.last))
    /** The IDs of the wanted rules; undefined while they are not known. */
    let ruleIds: ReadonlySet<unknown> | undefined
    /** When the first bytes of the current connection have arrived. */
    let connectedAt: number | undefined

    /** Whether a post matches a rule of this stream, and not only those of other programs. */
    const isWanted = (post: PostMessage): boolean =>
      ruleIds === undefined || post.rules.length === 0 ||
      post.rules.some(({ id, tag }) => ruleIds?.has(id) || String(tag).startsWith(prefix))

    const storeAll = (records: ReadonlyArray<A>) =>
      recent === undefined ? store.all(records) : store.block(records, recent.position())

    /** Receives from one connection, until it ends. */
    const connection = Effect.gen(function* () {
      const api = yield* makeApi(options)
      if (rules !== undefined) ruleIds ??= yield* reconcileRules(api, wanted, prefix)
      const minutes = recent?.minutesUntil(yield* Clock.currentTimeMillis)
      const stream = yield* api.open(withQuery(path, options, minutes), keepAliveTimeout)
      recent?.connected(yield* Clock.currentTimeMillis)
      const take = yield* readAhead(stream.read)
      const lines = new LineReader()
      while (true) {
        const pieces = yield* take
        connectedAt ??= yield* Clock.currentTimeMillis
        const records: Array<A> = []
        let end: Extract<Message, { readonly kind: "end" }> | undefined
        for (const line of pieces.flatMap((bytes) => lines.push(bytes))) {
          const message = messageOf(line)
          if (message.kind === "end") end ??= message
          if (message.kind === "other") {
            yield* store.reportError(`${api.hidden(message.problem)}: ${shortened(api.hidden(line))}`)
          }
          if (message.kind !== "post" || !isWanted(message) || recent?.add(message.id) === false) continue
          const record = toRecord(message, line)
          if (Result.isSuccess(record)) records.push(record.success)
          else yield* store.reportError(api.hidden(record.failure))
        }
        if (records.length > 0) yield* storeAll(records)
        if (end !== undefined) {
          const { problem, reason } = end
          return yield* new TwitterError({ url: stream.url, reason, problem: api.hidden(problem) })
        }
        if (lines.pending > LONGEST_LINE) {
          const problem = `X has sent a line of more than ${LONGEST_LINE} bytes`
          return yield* new TwitterError({ url: stream.url, reason: "Unavailable", problem })
        }
        if (recent !== undefined && records.length > 0) yield* Effect.sleep(BLOCK_INTERVAL)
      }
    })

    while (true) {
      connectedAt = undefined
      const error = yield* Effect.flip(Effect.scoped(connection))
      if (error._tag === "ReceiverStopped") return yield* error
      if (error._tag === "SettingError" || error.isFinal) return yield* store.stop("Cannot receive from X", error)
      // X answers 409 when the rules are gone.
      if (error.status === 409) ruleIds = undefined
      const lasted = connectedAt === undefined ? undefined : (yield* Clock.currentTimeMillis) - connectedAt
      const wait = backoff.next(error, lasted)
      yield* store.reportError(`Connecting to X again in ${wait} ms`, error)
      yield* Effect.sleep(wait)
    }
  })

/** Receives typed posts. */
export const receivePosts: Receive<StreamedPost> = receiveWith(toPost)

/** Receives posts as the JSON texts that X sends. */
export const receiveLines: Receive<string> = receiveWith(toLine)
