/**
 * The records of streams from X. The fields have the names that X gives them. X adds fields now and then, so every object keeps
 * those that its type does not name.
 *
 * @module
 */

/** A part of a post's text that means something, from the code point `start` on and before `end`. */
export interface TextRange {
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** A `#hashtag` or `$cashtag`. */
export interface Tag extends TextRange {
  /** The tag, without the sign in front. */
  readonly tag: string
}

/** An `@mention` of a user. */
export interface Mention extends TextRange {
  /** The name of the user, without `@`. */
  readonly username: string
  /** The ID of the user. */
  readonly id?: string | undefined
}

/** A link. */
export interface Link extends TextRange {
  /** The short form that the text has. */
  readonly url: string
  /** What the short form stands for. */
  readonly expanded_url?: string | undefined
}

/** What a post's text mentions. */
export interface PostEntities {
  readonly hashtags?: ReadonlyArray<Tag> | undefined
  readonly cashtags?: ReadonlyArray<Tag> | undefined
  readonly mentions?: ReadonlyArray<Mention> | undefined
  readonly urls?: ReadonlyArray<Link> | undefined
  readonly [field: string]: unknown
}

/** A post that another one refers to. */
export interface PostReference {
  /** `retweeted`, `quoted` or `replied_to`. */
  readonly type: string
  readonly id: string
  readonly [field: string]: unknown
}

/** A post. X sends `id` and `text`, and the fields that the option `fields` asks for. */
export interface Post {
  /** The ID, as digits: it does not fit into a number. */
  readonly id: string
  readonly text: string
  readonly author_id?: string | undefined
  readonly conversation_id?: string | undefined
  /** When it was written, in ISO 8601. */
  readonly created_at?: string | undefined
  /** The IDs of all versions of the post, oldest first. */
  readonly edit_history_tweet_ids?: ReadonlyArray<string> | undefined
  readonly entities?: PostEntities | undefined
  readonly in_reply_to_user_id?: string | undefined
  /** The language, as a BCP 47 tag. */
  readonly lang?: string | undefined
  readonly possibly_sensitive?: boolean | undefined
  /** Counts by their names, such as `like_count`. */
  readonly public_metrics?: Readonly<Record<string, number>> | undefined
  readonly referenced_tweets?: ReadonlyArray<PostReference> | undefined
  readonly [field: string]: unknown
}

/** A user. */
export interface User {
  readonly id: string
  readonly name: string
  readonly username: string
  readonly [field: string]: unknown
}

/** Objects that posts refer to, as far as the option `expansions` asks for them. */
export interface Includes {
  readonly tweets?: ReadonlyArray<Post> | undefined
  readonly users?: ReadonlyArray<User> | undefined
  readonly [field: string]: unknown
}

/** A rule that a post matches. */
export interface MatchingRule {
  readonly id: string
  readonly tag?: string | undefined
  readonly [field: string]: unknown
}

/** A post as a stream delivers it. */
export interface StreamedPost {
  readonly data: Post
  readonly includes?: Includes | undefined
  /** The rules that it matches; only in the filtered stream. */
  readonly matching_rules?: ReadonlyArray<MatchingRule> | undefined
  readonly [field: string]: unknown
}
