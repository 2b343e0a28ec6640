/**
 * The schema of the records of streams from X. A module of its own, because `Schema` is most of Effect's start-up time.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import type {
  Includes,
  Link,
  MatchingRule,
  Mention,
  Post,
  PostEntities,
  PostReference,
  StreamedPost,
  Tag,
  User,
} from "./post.ts"

/** Fields without a name in the type are kept. */
const rest = [Schema.Record(Schema.String, Schema.Unknown)] as const

const text = Schema.optional(Schema.String)

const list = <S extends Schema.Top>(item: S) => Schema.optional(Schema.Array(item))

const range = { start: Schema.Number, end: Schema.Number }

const tag: Schema.Codec<Tag> = Schema.StructWithRest(Schema.Struct({ ...range, tag: Schema.String }), rest)

const mention: Schema.Codec<Mention> = Schema.StructWithRest(
  Schema.Struct({ ...range, username: Schema.String, id: text }),
  rest,
)

const link: Schema.Codec<Link> = Schema.StructWithRest(
  Schema.Struct({ ...range, url: Schema.String, expanded_url: text }),
  rest,
)

const entities: Schema.Codec<PostEntities> = Schema.StructWithRest(
  Schema.Struct({ hashtags: list(tag), cashtags: list(tag), mentions: list(mention), urls: list(link) }),
  rest,
)

const reference: Schema.Codec<PostReference> = Schema.StructWithRest(
  Schema.Struct({ type: Schema.String, id: Schema.String }),
  rest,
)

const post: Schema.Codec<Post> = Schema.StructWithRest(
  Schema.Struct({
    id: Schema.String,
    text: Schema.String,
    author_id: text,
    conversation_id: text,
    created_at: text,
    edit_history_tweet_ids: list(Schema.String),
    entities: Schema.optional(entities),
    in_reply_to_user_id: text,
    lang: text,
    possibly_sensitive: Schema.optional(Schema.Boolean),
    public_metrics: Schema.optional(Schema.Record(Schema.String, Schema.Number)),
    referenced_tweets: list(reference),
  }),
  rest,
)

const user: Schema.Codec<User> = Schema.StructWithRest(
  Schema.Struct({ id: Schema.String, name: Schema.String, username: Schema.String }),
  rest,
)

const includes: Schema.Codec<Includes> = Schema.StructWithRest(
  Schema.Struct({ tweets: list(post), users: list(user) }),
  rest,
)

const matchingRule: Schema.Codec<MatchingRule> = Schema.StructWithRest(
  Schema.Struct({ id: Schema.String, tag: text }),
  rest,
)

/** The schema of a record. */
export const streamedPost: Schema.Codec<StreamedPost> = Schema.StructWithRest(
  Schema.Struct({ data: post, includes: Schema.optional(includes), matching_rules: list(matchingRule) }),
  rest,
)
