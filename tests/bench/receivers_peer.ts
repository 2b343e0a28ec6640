/**
 * The other side of receivers, in a process of its own: `mqtt` prints its port, and sends the same messages to each client that
 * subscribes, with quality of service 1 if the topic is `1`. `flume <port>` connects to a port again and again, and pushes batches
 * of 100 events, each when the one before is answered, as Flume's agents do.
 */
import { Buffer } from "node:buffer"
import { generate, parser } from "mqtt-packet"
import { encodeBytes, encodeLong } from "../../lib/connector/flume/avro.ts"
import { encodeFrame } from "../../lib/connector/flume/frames.ts"
import { joined } from "../../lib/core/bytes.ts"
import { lines } from "./data.ts"

const writeAll = async (connection: Deno.Conn, bytes: Uint8Array) => {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent))
}

/** How many messages are sent together; with quality of service 1, before they are acknowledged. */
const MESSAGES = 1000
const PUBACK_BYTES = 4

const sendMessages = async (connection: Deno.Conn) => {
  const buffer = new Uint8Array(64 * 1024)
  const packets = parser()
  let topic: string | undefined
  packets.on("packet", (packet) => {
    if (packet.cmd === "subscribe") topic = packet.subscriptions[0]?.topic
  })
  await connection.read(buffer)
  await writeAll(connection, generate({ cmd: "connack", returnCode: 0, sessionPresent: false }))
  while (topic === undefined) {
    const length = await connection.read(buffer)
    if (length === null) return
    packets.parse(Buffer.from(buffer.slice(0, length)))
  }
  const [name, qos] = [topic, topic === "1" ? 1 : 0] as const
  await writeAll(connection, generate({ cmd: "suback", messageId: 1, granted: [qos] }))
  const bytes = joined(
    lines(0, MESSAGES).map((payload, i) =>
      generate({ cmd: "publish", topic: name, payload, qos, dup: false, retain: false, messageId: i + 1 })
    ),
  )
  while (true) {
    await writeAll(connection, bytes)
    for (let left = qos * MESSAGES * PUBACK_BYTES; left > 0;) {
      const length = await connection.read(buffer)
      if (length === null) return
      left -= length
    }
  }
}

const EVENTS = 100

/** A call that appends a batch. The first of a connection begins with a handshake. */
const batch = (isFirst: boolean): Uint8Array => {
  const handshake = joined([new Uint8Array(16), encodeLong(0), new Uint8Array(16), encodeLong(0)])
  // An event has no headers, and its body.
  const events = lines(0, EVENTS).map((body) => joined([encodeLong(0), encodeBytes(body)]))
  const call = [encodeLong(0), encodeBytes("appendBatch"), encodeLong(EVENTS), ...events, encodeLong(0)]
  return encodeFrame({ serial: 1, bytes: joined(isFirst ? [handshake, ...call] : call) })
}

const pushEvents = async (connection: Deno.Conn) => {
  const buffer = new Uint8Array(100)
  await writeAll(connection, batch(true))
  for (const bytes = batch(false); await connection.read(buffer) !== null;) await writeAll(connection, bytes)
}

/** Ends when the connection does. */
const closing = async (connection: Deno.Conn, use: (connection: Deno.Conn) => Promise<void>) => {
  await use(connection).catch(() => {})
  connection.close()
}

if (Deno.args[0] === "mqtt") {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })
  console.log(listener.addr.port)
  for await (const connection of listener) void closing(connection, sendMessages)
} else {
  while (true) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[1]) }).catch(() => undefined)
    if (connection !== undefined) await closing(connection, pushEvents)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
