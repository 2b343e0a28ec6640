/** Helpers for tests of streams of X. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Behaviour, type TwitterServer, twitterServer } from "../servers/twitter_server.ts"

/** Runs a test against a server of its own. */
export const test = (
  name: string,
  body: (server: TwitterServer) => Effect.Effect<unknown, unknown, Scope.Scope>,
  behaviour: Partial<Behaviour> = {},
): void =>
  Deno.test({
    name,
    sanitizeOps: true,
    sanitizeResources: true,
    fn: async () => {
      await using server = twitterServer(behaviour)
      await Effect.runPromise(Effect.timeout(Effect.scoped(body(server)), "20 seconds"))
    },
  })

/** Waits until a condition holds. */
export const waitUntil = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => condition() ? Effect.void : Effect.andThen(Effect.sleep("2 millis"), waitUntil(condition)))
