/** The bearer token of a stream of X is a secret: nothing shows it. */
import assert from "node:assert/strict"
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Twitter from "@dstream/dstream/twitter"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import { problem } from "../servers/twitter_server.ts"
import { test, waitUntil } from "./twitter_testing.ts"

/** Runs a stream in a context with a checkpoint until its context ends, or it has records. Gives all that can be seen of it. */
const traces = (stream: DStream.DStream<Twitter.StreamedPost>, meanwhile: Effect.Effect<unknown>) => {
  const seen: Array<unknown> = []
  const see = (...values: ReadonlyArray<unknown>) => void seen.push(...values)
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      see(span)
      return span
    },
  })
  const logger = Logger.make(({ cause, message }) => see(message, Cause.prettyErrors(cause)))
  const services = Layer.mergeAll(
    Scheduler.layer("50 millis"),
    SparkContext.layer({ master: "local[2]", appName: "twitter" }),
    Layer.fresh(Layer.sync(StreamingContext.Registry, () => ({ active: undefined }))),
    Logger.layer([logger]),
  )
  return Effect.gen(function* () {
    const directory = yield* Effect.promise(() => Deno.makeTempDir())
    let count = 0
    const output = stream.pipe(
      DStream.named("posts"),
      DStream.foreachRDD((rdd) => Effect.map(RDD.count(rdd), (n) => void (count += n))),
      DStream.nameOutput("count"),
    )
    const exit = yield* Effect.exit(Effect.scoped(Effect.gen(function* () {
      const ssc = yield* StreamingContext.make
      yield* StreamingContext.checkpoint(ssc, directory)
      yield* StreamingContext.addStreamingListener(ssc, (event) => Effect.sync(() => see(event)))
      const active = yield* StreamingContext.start(ssc, [output])
      yield* meanwhile
      yield* Effect.raceFirst(
        waitUntil(() => count > 0),
        Effect.asVoid(StreamingContext.awaitTermination(active)),
      )
    })))
    see(exit)
    for (const { name } of Array.from(Deno.readDirSync(directory))) see(name)
    const files = yield* Effect.promise(() => new Deno.Command("find", { args: [directory, "-type", "f"] }).output())
    const paths = new TextDecoder().decode(files.stdout).trim().split("\n")
    const bytes = paths.map((path) => Deno.readFileSync(path))
    yield* Effect.promise(() => Deno.remove(directory, { recursive: true }))
    const text = seen.map((value) =>
      Deno.inspect(value, { depth: 20, showHidden: true, iterableLimit: Infinity, strAbbreviateSize: Infinity })
    ).join("\n") + seen.map(String).join("\n") +
      bytes.map((all) =>
        new TextDecoder("latin1").decode(all)
      ).join("\n")
    return { exit, text, files: paths.length }
  }).pipe(Effect.provide(services), Effect.withTracer(tracer))
}

const SECRET = "AAAAAAAAAAtop%2Fsecret%3D42"

test("the bearer token is in no event, log, span or checkpoint of a stream", (server) =>
  Effect.gen(function* () {
    const options = { bearerToken: Redacted.make(SECRET), url: server.url, rules: ["post"], backfillMinutes: 1 }
    // An answer that has the token, a connection that breaks, and lines that have it.
    server.refusals.push(() => problem(503, "Over capacity", "x", { detail: `not now, ${SECRET}` }))
    const { exit, files, text } = yield* traces(
      Twitter.filteredStream(options),
      Effect.gen(function* () {
        yield* Effect.promise(() => server.opened())
        server.send(`oops ${SECRET}\r\n{"hm": "${SECRET}"}\r\n`)
        // Reports show the beginning of a line; here it ends within the token.
        server.send(`${".".repeat(190)}${SECRET}\r\n`)
        server.end({ errors: [{ title: SECRET, type: "x/operational-disconnect" }] })
        yield* Effect.promise(() => server.opened(2))
        server.publish("post")
      }),
    )
    assert.ok(Exit.isSuccess(exit) && files > 0)
    assert.match(text, /not now, <redacted>/)
    assert.match(text, /oops <redacted>/)
    assert.match(text, /X ends the connection: <redacted>/)
    assert.match(text, /url\.full/)
    assert.ok(!text.includes(SECRET.slice(0, 8)), text.slice(text.indexOf(SECRET.slice(0, 8)) - 300))
  }), { token: SECRET })

test("the bearer token is in no error, event, log, span or checkpoint when X refuses it", (server) =>
  Effect.gen(function* () {
    const options = { bearerToken: Redacted.make(SECRET), url: server.url }
    const { exit, text } = yield* traces(Twitter.sampleStream(options), Effect.void)
    assert.ok(Exit.isFailure(exit))
    const error = Cause.squash(exit.cause)
    assert.ok(error instanceof StreamingContext.ReceiverFailed && error.reason instanceof Twitter.TwitterError)
    assert.deepEqual([error.reason.reason, error.reason.status, error.reason.isFinal], ["Unauthorized", 401, true])
    assert.match(error.message, /X says: Unauthorized: Unauthorized: Bearer <redacted> \(status 401\)/)
    assert.ok(!text.includes(SECRET), text.slice(text.indexOf(SECRET) - 300, text.indexOf(SECRET) + 100))
  }))
