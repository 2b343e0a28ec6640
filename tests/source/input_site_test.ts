import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as DStream from "../../lib/dstream.ts"
import * as RDD from "../../lib/rdd.ts"
import * as Receiver from "../../lib/receiver.ts"
import * as Testing from "../../lib/testing.ts"

const one = Receiver.make({ name: "One", onStart: (store: Receiver.Store<number>) => store.one(1) })

const positions = Effect.succeed({
  plan: () => Effect.succeed(Option.some({ position: 0 })),
  read: () => Effect.succeed(RDD.parallelize([1])),
})

const streams: Readonly<Record<string, DStream.DStream<number>>> = {
  receiverStream: DStream.receiverStream(one),
  queueStream: DStream.queueStream(DStream.rddQueue([[1], [2]]), { oneAtATime: false }),
  constant: DStream.constant([1, 2]),
  fromPositions: DStream.fromPositions("ones", "One", positions),
  "Testing.input": Testing.input([[1, 2]]),
}

for (const [name, stream] of Object.entries(streams)) {
  Deno.test(`toDebugString() of an RDD of ${name}() names the line of the stream, and no unknown lines`, async () => {
    const texts: Array<string> = []
    const output = DStream.foreachRDD(
      stream,
      (rdd) => Effect.map(RDD.toDebugString(rdd), (text) => void texts.push(text)),
    )
    await Effect.runPromise(Testing.runOutputs([output], { batches: 1 }))
    const [first, ...others] = texts[0]?.split("\n").map((line) => line.split(" at ")[1]) ?? []
    assert.match(first ?? "", /^input_site_test\.ts:\d+:\d+$/)
    assert.equal(first, stream.site.short)
    assert(others.length > 0)
    for (const site of others) assert.match(site ?? "", /^input_site_test\.ts:\d+:\d+$/)
  })
}
