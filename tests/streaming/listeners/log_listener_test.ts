import assert from "node:assert/strict"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { StreamingEvent } from "../../../lib/streaming/listeners/events.ts"
import { logListener } from "../../../lib/streaming/listeners/log_listener.ts"

const receiver = { streamId: 0, name: "SocketReceiver-0", active: false, lastErrorTime: 5 }
const broken = { ...receiver, lastErrorMessage: "Error receiving data", lastError: "reset by peer" }
const restarting = {
  ...receiver,
  lastErrorMessage: "Restarting receiver with delay 2000 ms: no more data",
  lastError: "",
}

/** Returns the log lines of some events, with their levels. */
const logged = async (events: ReadonlyArray<StreamingEvent>): Promise<ReadonlyArray<string>> => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ logLevel, message }) => void lines.push(`${logLevel} ${message}`))
  await Effect.runPromise(
    Effect.forEach(events, logListener).pipe(
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(References.MinimumLogLevel, "Debug"),
    ),
  )
  return lines
}

Deno.test("logListener() says what runs on one thread, and why", async () => {
  const callSite = { short: "app.ts:3:5", long: "file:///app.ts:3:5" }
  assert.deepEqual(
    await logged([
      { _tag: "StreamRunsOnDriver", operation: "transform", callSite },
      { _tag: "OperationRunsOnDriver", operation: "map", callSite, reason: "it uses an accumulator" },
      { _tag: "WorkersUnavailable", reason: "workers are supported on Deno only" },
    ]),
    [
      "Debug transform at app.ts:3:5 is evaluated on the driver only",
      "Info map at app.ts:3:5 runs on the driver only: it uses an accumulator",
      "Info All tasks run on one thread: workers are supported on Deno only",
    ],
  )
})

Deno.test("logListener() warns once of a receiver's error, and also of a restart without an error", async () => {
  assert.deepEqual(
    await logged([
      { _tag: "ReceiverError", receiver: broken },
      { _tag: "ReceiverStopped", receiver: broken, restarts: true },
      { _tag: "ReceiverStopped", receiver: restarting, restarts: true },
    ]),
    [
      "Warn SocketReceiver-0: Error receiving data (reset by peer)",
      "Debug SocketReceiver-0: Error receiving data (reset by peer)",
      "Warn SocketReceiver-0: Restarting receiver with delay 2000 ms: no more data",
    ],
  )
})

Deno.test("logListener() shows the error of a receiver once, if it begins with the message", async () => {
  const lastErrorMessage = "Error connecting to localhost:9"
  const refused = { ...receiver, lastErrorMessage, lastError: `${lastErrorMessage}: refused` }
  assert.deepEqual(await logged([{ _tag: "ReceiverError", receiver: refused }]), [
    "Warn SocketReceiver-0: Error connecting to localhost:9: refused",
  ])
})

Deno.test("logListener() warns of a receiver that ends with an error, and not of one that the driver has stopped", async () => {
  const stopped = { ...receiver, lastErrorMessage: "Stopped by driver", lastError: "" }
  assert.deepEqual(
    await logged([
      { _tag: "ReceiverStopped", receiver: broken, restarts: false },
      { _tag: "ReceiverStopped", receiver: stopped, restarts: false },
    ]),
    ["Warn SocketReceiver-0: Error receiving data (reset by peer)", "Debug SocketReceiver-0: Stopped by driver"],
  )
})

Deno.test("logListener() names the batch and the output of a failure once", async () => {
  const operation = {
    batchTime: 1000,
    id: 0,
    name: "print at app.ts:3:1",
    description: "print at /app.ts:3:1",
    startTime: 1000,
    endTime: 1001,
    duration: 1,
    recordsRead: 1,
    failureReason: "batch 1000 ms failed in print at app.ts:3:1, output 0: no",
    outcome: "failed",
  } as const
  const generation = { _tag: "BatchGenerationFailed", batchTime: 1000 } as const
  assert.deepEqual(
    await logged([
      { _tag: "OutputOperationCompleted", operation },
      { _tag: "OutputOperationCompleted", operation: { ...operation, name: "counts" } },
      { ...generation, failureReason: "batch 1000 ms failed in map at app.ts:2:1: no" },
      { ...generation, failureReason: "no parent" },
    ]),
    [
      "Error Error running job: batch 1000 ms failed in print at app.ts:3:1, output 0: no",
      "Error Error running job counts: batch 1000 ms failed in print at app.ts:3:1, output 0: no",
      "Error Error generating jobs: batch 1000 ms failed in map at app.ts:2:1: no",
      "Error Error generating jobs for time 1000 ms: no parent",
    ],
  )
})

Deno.test("logListener() says how far the context is behind, why, and what to do", async () => {
  const behind = { since: 60_000, lag: 4_200, interval: 1_000, recordsLeft: 0, slowest: undefined }
  const advice = "Make what takes long faster, or the batch interval longer, or limit the input with maxRate"
  const since = "Warn Falling behind since 1970-01-01T00:01:00.000Z"
  const slowest = { name: "print at app.ts:3:1", millis: 2_500 }
  assert.deepEqual(
    await logged([
      { _tag: "FallingBehind", behind },
      { _tag: "FallingBehind", behind: { ...behind, slowest } },
      {
        _tag: "FallingBehind",
        behind: { ...behind, lag: 900, recordsLeft: 1_200, slowest: { ...slowest, millis: 5 } },
      },
      { _tag: "CaughtUp", since: 60_000, time: 150_000 },
    ]),
    [
      `${since}, 4s 200ms late at a batch interval of 1s. ${advice}`,
      `${since}, 4s 200ms late at a batch interval of 1s; print at app.ts:3:1 takes 2s 500ms a batch. ${advice}`,
      `${since}; 1200 received records wait for later batches. ${advice}`,
      "Info The context has caught up, after being behind for 1m 30s",
    ],
  )
})
