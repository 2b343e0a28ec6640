/** Streams of X pass the contract of receivers, with a proxy in between that breaks connections. */
import * as Twitter from "@dstream/dstream/twitter"
import { Testing } from "@dstream/dstream/testing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { twitterServer } from "../servers/twitter_server.ts"
import { faultProxy } from "./fault_proxy.ts"

const promises: ReadonlyArray<readonly [promise: Testing.Delivery, backfillMinutes: number | undefined]> = [
  ["atMostOnce", undefined],
  ["exactlyOnce", 1],
]

for (const [promise, backfillMinutes] of promises) {
  Deno.test({
    name: `filteredStream() ${backfillMinutes === undefined ? "without" : "with"} backfill delivers ${promise}`,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: async () => {
      // A connection that the proxy has cut counts for a moment.
      await using server = twitterServer({ maxConnections: 10 })
      await using proxy = faultProxy(() => server.port)
      // Without backfill, X sends to the streams that are open: to that of this process, not of the one before. With it, X keeps
      // posts once the first stream has been there.
      let needed = 1
      const text = (number: number) => `number ${number} ${"and more text ".repeat(20)}`
      await Effect.runPromise(Testing.checkReceiver({
        promises: promise,
        stream: () => {
          needed = server.count() + 1
          return Twitter.filteredStream({
            bearerToken: Redacted.make(server.behaviour.token),
            url: `http://127.0.0.1:${proxy.port}`,
            rules: ["number"],
            ...(backfillMinutes !== undefined && { backfillMinutes }),
          })
        },
        send: (numbers) =>
          Effect.gen(function* () {
            yield* Effect.promise(() => server.opened(backfillMinutes === undefined ? needed : 1))
            while (backfillMinutes === undefined && server.streams() === 0) yield* Effect.sleep("1 millis")
            for (const number of numbers) server.publish(text(number))
          }),
        many: 4000,
        numberOf: ({ data }) => Number(data.text.split(" ")[1]),
        cut: Effect.sync(proxy.cut),
        refuse: Effect.sync(proxy.refuse),
        accept: Effect.sync(proxy.accept),
        connections: Effect.sync(proxy.connections),
      }))
    },
  })
}
