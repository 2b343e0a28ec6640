/**
 * Shows the hashtags that are used most in the last minute and in the last ten seconds. Spark: `TwitterPopularTags`.
 *
 * Needs the bearer token of an app of X in the variable X_BEARER_TOKEN. Apps are made at https://developer.x.com; their access
 * level must include the filtered stream, or the sample stream if there are no rules.
 *
 *     export X_BEARER_TOKEN=AAAA…
 *     deno run -A examples/twitter_hashtags.ts                           # of a sample of all posts
 *     deno run -A examples/twitter_hashtags.ts "big data" "#deno"        # of posts with both words, or with the hashtag
 *     X_API_URL=http://localhost:8080 deno run -A examples/twitter_hashtags.ts cat    # from a stand-in for X
 *
 * @module
 */
import { DStream, RDD, runMain, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Twitter from "@dstream/dstream/twitter"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

class NoToken extends Data.TaggedError("NoToken") {
  override get message(): string {
    return "X_BEARER_TOKEN is not set. Make an app at https://developer.x.com, and set the variable to its bearer token"
  }
}

const bearerToken = Config.Redacted("X_BEARER_TOKEN")
const url = Config.String("X_API_URL").pipe(Config.withDefault("https://api.x.com"))

const posts = (rules: ReadonlyArray<string>) => {
  const options = { bearerToken, url, fields: { tweet: ["entities"] } }
  return rules.length === 0 ? Twitter.sampleStream(options) : Twitter.filteredStream({ ...options, rules })
}

/** Prints the hashtags that are used most in the last seconds. */
const popular = (hashtags: DStream.DStream<[hashtag: string, n: number]>, seconds: number) =>
  hashtags.pipe(
    DStream.reduceByKeyAndWindow((a, b) => a + b, `${seconds} seconds`),
    DStream.foreachRDD(Effect.fnUntraced(function* (rdd) {
      const total = yield* RDD.count(rdd)
      const most = yield* RDD.take(RDD.sortBy(rdd, ([hashtag, n]) => [-n, hashtag]), 10)
      yield* Console.log(`\nPopular topics in last ${seconds} seconds (${total} total):`)
      yield* Effect.forEach(most, ([hashtag, n]) => Console.log(`#${hashtag} (${n} posts)`))
    })),
  )

const program = Effect.gen(function* () {
  if (!Deno.env.get("X_BEARER_TOKEN")) return yield* new NoToken()
  const hashtags = posts(Deno.args).pipe(
    DStream.flatMap(({ data }) => (data.entities?.hashtags ?? []).map(({ tag }) => [tag.toLowerCase(), 1])),
  )
  const ssc = yield* StreamingContext.make
  const active = yield* StreamingContext.start(ssc, [popular(hashtags, 60), popular(hashtags, 10)])
  yield* StreamingContext.awaitTermination(active)
})

if (import.meta.main) {
  const spark = SparkContext.layer({ master: "local[2]", appName: "TwitterHashtags" })
  program.pipe(Effect.provide(Scheduler.layer("2 seconds")), Effect.provide(spark), runMain)
}
