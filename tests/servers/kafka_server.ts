/** A Kafka server for tests, which `tests/servers/kafka.sh` starts and removes. */
import { Admin, type MessageToProduce, Producer } from "@platformatic/kafka"
import { CommandedServer, scriptPath, warnSkipped, whyMissing } from "./launching.ts"

/** A record to send. */
export interface Sent {
  readonly value: string | null
  readonly key?: string
  readonly partition?: number
  readonly timestamp?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** How records are sent. */
export interface SendOptions {
  readonly compression?: "none" | "gzip" | "snappy" | "lz4" | "zstd"
  /** Sends in a transaction that ends in this way. */
  readonly transaction?: "commit" | "abort"
}

/** A server for the tests of one file. */
export interface KafkaServer {
  /** Whether there is a server. Without one, tests are ignored. */
  readonly available: boolean
  /** The address of the listener. For use inside tests: the server is started before the first one. */
  readonly brokers: () => string
  readonly saslBrokers: () => string
  readonly tlsBrokers: () => string
  /** The certificate that the TLS listener is to be trusted by, in PEM format. */
  readonly ca: () => string
  /** The address of a listener with TLS that asks for the certificate of the client, which is given here with its key. */
  readonly mtls: () => { readonly brokers: string; readonly cert: string; readonly key: string }
  /** Where a proxy has to listen, and what it has to forward to. */
  readonly proxy: () => { readonly port: number; readonly to: { readonly hostname: string; readonly port: number } }
  /** Where the Java classes are. */
  readonly classpath: () => string
  /**
   * Kills a broker, starts it again, or suspends and resumes its process. Default: the first one. Undefined for a server that
   * the tests do not start.
   */
  readonly command: ((command: "stop" | "start" | "suspend" | "resume", broker?: 1 | 2) => Promise<void>) | undefined
  /** Makes a topic with a new name, and gives the name. */
  readonly topic: (partitions?: number, configs?: Readonly<Record<string, string>>, name?: string) => Promise<string>
  /** Makes a topic of which both brokers have all partitions, led by the second one. */
  readonly replicated: (partitions: number) => Promise<string>
  /** Sends records in one request, by a client that is not part of the library. */
  readonly send: (topic: string, records: ReadonlyArray<Sent>, options?: SendOptions) => Promise<void>
  /** Does what only administrators do. */
  readonly admin: <A>(use: (admin: Admin) => Promise<A>) => Promise<A>
}

const SCRIPT = scriptPath("kafka.sh")

const messageOf = (topic: string) => ({ headers, key, partition, timestamp, value }: Sent): MessageToProduce => ({
  topic,
  ...(key === undefined ? {} : { key: Buffer.from(key) }),
  value: value === null ? undefined as never : Buffer.from(value),
  partition: partition ?? 0,
  ...(timestamp === undefined ? {} : { timestamp: BigInt(timestamp) }),
  ...(headers === undefined ? {} : {
    headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  }),
})

/** Sends records in one request. */
export const sendTo = async (
  brokers: string,
  topic: string,
  records: ReadonlyArray<Sent>,
  { compression = "none", transaction }: SendOptions = {},
): Promise<void> => {
  const producer = new Producer({
    clientId: "tests",
    bootstrapBrokers: brokers.split(","),
    compression,
    // A broker that has just started answers before it leads its partitions.
    retries: 500,
    retryDelay: 100,
    ...(transaction === undefined
      ? {}
      : { idempotent: true, transactionalId: crypto.randomUUID(), producerId: -1n, producerEpoch: -1 }),
  })
  try {
    const messages = records.map(messageOf(topic))
    if (transaction === undefined) await producer.send({ messages, acks: -1 })
    else {
      const begun = await producer.beginTransaction()
      await begun.send({ messages, acks: -1 })
      await (transaction === "commit" ? begun.commit() : begun.abort())
    }
  } finally {
    await producer.close()
  }
}

let shared: KafkaServer | undefined

/**
 * The server for the tests of a file, and of all files that it imports. Called before the tests. Without a server it prints
 * what is missing. If KAFKA_BROKERS is set, with the other lines that `kafka.sh run` prints, that server is used, unless two
 * brokers are asked for.
 */
export const kafkaServer = (file: string, brokers: 1 | 2 = 1): KafkaServer => shared ??= made(file, brokers)

const made = (file: string, count: 1 | 2): KafkaServer => {
  const given = count === 1 && Deno.env.has("KAFKA_BROKERS")
  const why = given ? undefined : whyMissing("bash", SCRIPT, "download")
  if (why !== undefined) {
    warnSkipped(file, `a Kafka server: ${why}. Install Java, Maven and openssl; Kafka is then downloaded once`)
  }
  let own: CommandedServer | undefined
  let settings: Readonly<Record<string, string>> = {}
  if (why === undefined) {
    Deno.test.beforeAll(async () => {
      if (given) {
        settings = Deno.env.toObject()
        return
      }
      own = new CommandedServer("Kafka", "bash", SCRIPT, "run", String(count))
      settings = await own.done()
    })
    Deno.test.afterAll(() => own?.stop())
  }
  const brokers = () => settings["KAFKA_BROKERS"] ?? ""
  const admin = async <A>(use: (admin: Admin) => Promise<A>): Promise<A> => {
    const admin = new Admin({ clientId: "tests", bootstrapBrokers: brokers().split(",") })
    try {
      return await use(admin)
    } finally {
      await admin.close()
    }
  }
  return {
    available: why === undefined,
    brokers,
    saslBrokers: () => settings["KAFKA_SASL_BROKERS"] ?? "",
    tlsBrokers: () => settings["KAFKA_TLS_BROKERS"] ?? "",
    ca: () => Deno.readTextFileSync(settings["KAFKA_TLS_CA"] ?? ""),
    mtls: () => ({
      brokers: settings["KAFKA_MTLS_BROKERS"] ?? "",
      cert: Deno.readTextFileSync(settings["KAFKA_CLIENT_CERT"] ?? ""),
      key: Deno.readTextFileSync(settings["KAFKA_CLIENT_KEY"] ?? ""),
    }),
    proxy: () => ({
      port: Number(settings["KAFKA_PROXY"]?.split(":")[1]),
      to: { hostname: "127.0.0.1", port: Number(settings["KAFKA_BEHIND_PROXY"]?.split(":")[1]) },
    }),
    classpath: () => settings["KAFKA_CLASSPATH"] ?? "",
    command: given ? undefined : (command, broker = 1) => own?.command(`${command} ${broker}`) ?? Promise.resolve(),
    topic: async (partitions = 1, configs = {}, name = `test-${crypto.randomUUID()}`) => {
      const list = Object.entries(configs).map(([name, value]) => ({ name, value }))
      await admin((admin) => admin.createTopics({ topics: [name], partitions, replicas: 1, configs: list }))
      return name
    },
    replicated: async (partitions) => {
      const name = `test-${crypto.randomUUID()}`
      const assignments = Array.from({ length: partitions }, (_, partition) => ({ partition, brokers: [2, 1] }))
      await admin((admin) => admin.createTopics({ topics: [name], assignments }))
      return name
    },
    send: (topic, records, options) => sendTo(brokers(), topic, records, options),
    admin,
  }
}
