/** The speed at which messages of MQTT and events of Flume are received, by streams and by hand. */
import { Buffer } from "node:buffer"
import { DStream, RDD, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import * as Flume from "@dstream/dstream/flume"
import * as Mqtt from "@dstream/dstream/mqtt"
import { Effect, Layer } from "effect"
import { generate, type Packet, parser } from "mqtt-packet"
import { encodeFrame, FrameReader } from "../../lib/connector/flume/frames.ts"
import { callReader } from "../../lib/connector/flume/protocol.ts"
import { joined } from "../../lib/core/bytes.ts"
import { freePort } from "../servers/free_port.ts"
import { figureOf, type Samples } from "./measure.ts"
import { Meter } from "./meter.ts"
import type { Bench, Goal, Report } from "./report.ts"
import type { Size } from "./size.ts"

const TURNS = 3
const hostname = "127.0.0.1"

/** Receives messages until the meter has enough, and acknowledges those that ask for it. */
const mqttByHand = async (meter: Meter, port: number, topic: string): Promise<void> => {
  const connection = await Deno.connect({ hostname, port })
  connection.setNoDelay()
  const send = (...packets: ReadonlyArray<Packet>) =>
    connection.write(joined(packets.map((packet) => generate(packet))))
  const packets = parser()
  let [answers, texts]: [Array<Packet>, Array<string>] = [[], []]
  packets.on("packet", (packet) => {
    if (packet.cmd !== "publish") return
    texts.push(packet.payload.toString())
    if (packet.qos === 1) answers.push({ cmd: "puback", messageId: packet.messageId ?? 0 })
  })
  await send({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clientId: "bench", clean: true, keepalive: 60 })
  const buffer = new Uint8Array(64 * 1024)
  await connection.read(buffer)
  await send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] })
  while (true) {
    const length = await connection.read(buffer)
    if (length === null) break
    packets.parse(Buffer.from(buffer.slice(0, length)))
    if (answers.length > 0) await send(...answers)
    if (meter.add(texts.length)) break
    answers = []
    texts = []
  }
  connection.close()
}

/** Accepts an agent and answers its batches until the meter has enough. */
const flumeByHand = async (meter: Meter, port: number): Promise<void> => {
  using listener = Deno.listen({ hostname, port })
  using connection = await listener.accept()
  const [frames, read, decoder] = [new FrameReader(1 << 26), callReader(), new TextDecoder()]
  const buffer = new Uint8Array(64 * 1024)
  for (let length = await connection.read(buffer); length !== null; length = await connection.read(buffer)) {
    for (const { bytes, serial } of frames.push(buffer.slice(0, length))) {
      const { answer, events } = read(bytes)
      const texts = events.map(({ body }) => decoder.decode(body))
      await connection.write(encodeFrame({ serial, bytes: answer }))
      if (meter.add(texts.length)) return
    }
  }
}

/** Counts the records of a stream in batches until the meter has enough. */
const asStream = <A>(meter: Meter, stream: DStream.DStream<A>): Promise<void> => {
  const program = Effect.gen(function* () {
    const enough = Promise.withResolvers<void>()
    const output = DStream.foreachRDD(
      stream,
      (rdd) => Effect.map(RDD.count(rdd), (count) => void (meter.add(count) && enough.resolve())),
    )
    const active = yield* StreamingContext.start(yield* StreamingContext.make, [output])
    yield* Effect.promise(() => enough.promise)
    yield* StreamingContext.stop(active)
  })
  const layers = Layer.merge(Scheduler.layer("50 millis"), SparkContext.layer({ master: "local", appName: "bench" }))
  return Effect.runPromise(Effect.scoped(Effect.provide(program, layers)))
}

const peer = (...args: ReadonlyArray<string>) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./receivers_peer.ts", import.meta.url).href, ...args],
    stdout: "piped",
  }).spawn()

/** Runs ways to receive in turns. */
const inTurns = async (
  size: Size,
  title: string,
  ways: Readonly<Record<string, (meter: Meter) => Promise<void>>>,
  goals: ReadonlyArray<Goal>,
): Promise<Report> => {
  const samples = Object.entries(ways).map(([name, way]) => ({
    name,
    way,
    wall: Array<number>(),
    cpu: Array<number>(),
  }))
  for (let turn = 0; turn < size.rounds(TURNS); turn++) {
    for (const each of samples) {
      const meter = new Meter(size)
      await each.way(meter)
      meter.report(each)
    }
  }
  return { title, isWall: true, figures: samples.map((each: Samples) => figureOf(each)), goals }
}

/** The benchmarks of this file. */
export const receivers: Readonly<Record<string, Bench>> = {
  mqtt: async (size) => {
    const server = peer("mqtt")
    const output = server.stdout.getReader()
    const port = Number(new TextDecoder().decode((await output.read()).value))
    const stream = (topics: string) => Mqtt.textStream({ url: `mqtt://${hostname}:${port}`, topics })
    const report = await inTurns(
      size,
      "a million MQTT messages of 95 bytes",
      {
        "mqtt-packet, quality of service 0": (meter) => mqttByHand(meter, port, "0"),
        "textStream, quality of service 0": (meter) => asStream(meter, stream("0")),
        "mqtt-packet, quality of service 1": (meter) => mqttByHand(meter, port, "1"),
        "textStream, quality of service 1": (meter) => asStream(meter, stream("1")),
      },
      [0, 1].map((qos) => ({
        what: `textStream against a loop with mqtt-packet, quality of service ${qos}`,
        of: `textStream, quality of service ${qos}`,
        base: `mqtt-packet, quality of service ${qos}`,
        percent: 50,
      })),
    )
    server.kill()
    await output.cancel()
    await server.status
    return report
  },
  flume: async (size) => {
    const port = freePort()
    const agent = peer("flume", String(port))
    const [byHand, ours] = ["a loop by hand", "pushStream"]
    const report = await inTurns(size, "a million events of 95 bytes from one agent of Flume, in batches of 100", {
      [byHand]: (meter) => flumeByHand(meter, port),
      [ours]: (meter) => asStream(meter, Flume.pushStream({ host: hostname, port })),
    }, [{ what: "pushStream against a loop by hand", of: ours, base: byHand, percent: 50 }])
    agent.kill()
    await agent.stdout.cancel()
    await agent.status
    return report
  },
}
