/**
 * Two versions of a program that counts the visits of users. The state of the second has another form.
 * [`upgrade`](./upgrade.ts) runs them.
 *
 * @module
 */
import { DStream, RDD, StateSpec } from "@dstream/dstream"
import * as StateFormat from "@dstream/dstream/state_format"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const visits = DStream.fromStream(
  Stream.tick("300 millis").pipe(Stream.map((): [user: string, page: string] => ["ann", "/"])),
).pipe(DStream.named("visits"))

const shown = <A, E, R>(self: DStream.DStream<A, E, R>) =>
  self.pipe(
    DStream.foreachRDD((rdd) =>
      Effect.flatMap(RDD.collect(rdd), (states) => Console.log(states.map((state) => JSON.stringify(state)).join(" ")))
    ),
    DStream.nameOutput("console"),
  )

/** Version 1 counts the visits of each user. */
export const version1 = () => {
  const counting = StateSpec.function((_: string, page: Option.Option<string>, count: StateSpec.State<number>) => {
    if (Option.isSome(page)) count.update(Option.getOrElse(count.getOption(), () => 0) + 1)
  })
  return visits.pipe(DStream.mapWithState(counting), DStream.named("users"), DStream.stateSnapshots, shown)
}

interface User {
  readonly count: number
  /** The page of the last visit; null if that was before version 2. */
  readonly last: string | null
}

/** What version 1 has stored are plain numbers: they are version 1 of the format. `next` says what becomes of them. */
const users = StateFormat.first(Schema.Number).pipe(
  StateFormat.next(
    Schema.Struct({ count: Schema.Number, last: Schema.NullOr(Schema.String) }),
    (count): User => ({ count, last: null }),
  ),
)

/** Version 2 also remembers the last page. Its operators have the names that they had. */
export const version2 = () => {
  const counting = StateSpec.function((_: string, page: Option.Option<string>, user: StateSpec.State<User>) => {
    const { count } = Option.getOrElse(user.getOption(), (): User => ({ count: 0, last: null }))
    if (Option.isSome(page)) user.update({ count: count + 1, last: page.value })
  }).pipe(StateSpec.format(users))
  return visits.pipe(DStream.mapWithState(counting), DStream.named("users"), DStream.stateSnapshots, shown)
}
