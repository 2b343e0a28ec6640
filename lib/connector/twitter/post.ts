/**
 * The records of streams from X. The fields have the names that X gives them. X adds fields now and then, so every object keeps
 * those that its type does not name.
 *
 * @module
 */

/** A part of a post's text that means something, from the code point `start` on and before `end`. */
export interface TextRange {
  /** Where it begins: the index of its first code point. */
  readonly start: number
  /** Where it ends: the index after its last code point. */
  readonly end: number
  /** Other fields, as X sends them. */
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
  /** `#hashtags`. */
  readonly hashtags?: ReadonlyArray<Tag> | undefined
  /** `$cashtags`, such as the signs of shares. */
  readonly cashtags?: ReadonlyArray<Tag> | undefined
  /** Users that are mentioned. */
  readonly mentions?: ReadonlyArray<Mention> | undefined
  /** Links. */
  readonly urls?: ReadonlyArray<Link> | undefined
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}

/** A post that another one refers to. */
export interface PostReference {
  /** `retweeted`, `quoted` or `replied_to`. */
  readonly type: string
  /** The ID of the other post. */
  readonly id: string
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}

/** A post. X sends `id` and `text`, and the fields that the option `fields` asks for. */
export interface Post {
  /** The ID, as digits: it does not fit into a number. */
  readonly id: string
  /** The text. */
  readonly text: string
  /** The ID of the user who has written it. */
  readonly author_id?: string | undefined
  /** The ID of the post that the conversation began with. */
  readonly conversation_id?: string | undefined
  /** When it was written, in ISO 8601. */
  readonly created_at?: string | undefined
  /** The IDs of all versions of the post, oldest first. */
  readonly edit_history_tweet_ids?: ReadonlyArray<string> | undefined
  /** What the text mentions. */
  readonly entities?: PostEntities | undefined
  /** If it is a reply, the ID of the user it replies to. */
  readonly in_reply_to_user_id?: string | undefined
  /** The language, as a BCP 47 tag. */
  readonly lang?: string | undefined
  /** Whether it may have sensitive media or links. */
  readonly possibly_sensitive?: boolean | undefined
  /** Counts by their names, such as `like_count`. */
  readonly public_metrics?: Readonly<Record<string, number>> | undefined
  /** Posts that it repeats, quotes or replies to. */
  readonly referenced_tweets?: ReadonlyArray<PostReference> | undefined
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}

/** A user. */
export interface User {
  /** The ID, as digits. */
  readonly id: string
  /** The name that the user shows. */
  readonly name: string
  /** The name that mentions use, without `@`. */
  readonly username: string
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}

/** Objects that posts refer to, as far as the option `expansions` asks for them. */
export interface Includes {
  /** Posts that the post refers to. */
  readonly tweets?: ReadonlyArray<Post> | undefined
  /** Users that the post refers to. */
  readonly users?: ReadonlyArray<User> | undefined
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}

/** A rule that a post matches. */
export interface MatchingRule {
  /** The ID of the rule. */
  readonly id: string
  /** The tag of the rule, with its prefix. */
  readonly tag?: string | undefined
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}

/** A post as a stream delivers it. */
export interface StreamedPost {
  /** The post. */
  readonly data: Post
  /** Objects that the post refers to; only if the option `expansions` asks for some. */
  readonly includes?: Includes | undefined
  /** The rules that it matches; only in the filtered stream. */
  readonly matching_rules?: ReadonlyArray<MatchingRule> | undefined
  /** Other fields, as X sends them. */
  readonly [field: string]: unknown
}
