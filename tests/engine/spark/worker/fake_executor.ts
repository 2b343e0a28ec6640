/** An executor of Spark 4.2, as far as workers can tell: starts them and speaks their protocol from the other end. */
import {
  Binary,
  type Data,
  Field,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
} from "apache-arrow"
import * as Effect from "effect/Effect"
import { unpackTar } from "modern-tar"
import { gunzipSync } from "node:zlib"
import type { Rows } from "../../../../lib/engine/spark/relations.ts"
import { makeArchive } from "../../../../lib/engine/spark/shipping/archive.ts"

export const SECRET = "5ec2e7".repeat(10)

const utf8 = new TextEncoder()

/** Encodes what Java's `DataOutput` writes: numbers as 32-bit integers, booleans, texts with their lengths. */
export const java = (...values: ReadonlyArray<number | bigint | boolean | string | Uint8Array>): Uint8Array => {
  const parts = values.map((value) => {
    const bytes = new Uint8Array(typeof value === "bigint" ? 8 : typeof value === "boolean" ? 1 : 4)
    const view = new DataView(bytes.buffer)
    if (typeof value === "bigint") view.setBigInt64(0, value)
    else if (typeof value === "boolean") bytes[0] = value ? 1 : 0
    else if (typeof value === "number") view.setInt32(0, value)
    else {
      const body = typeof value === "string" ? utf8.encode(value) : value
      view.setInt32(0, body.length)
      return new Uint8Array([...bytes, ...body])
    }
    return bytes
  })
  return join(parts)
}

export const join = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

export const rowsOf = (
  ...rows: ReadonlyArray<readonly [p: number, t: number, s: number, c: number, b: Uint8Array]>
): Rows => {
  const column = (i: 0 | 1 | 2 | 3) => Int32Array.from(rows, (row) => row[i])
  return { p: column(0), t: column(1), s: column(2), c: column(3), b: rows.map((row) => row[4]) }
}

/** An Arrow stream with one column of structs, with one batch for each element. */
export const arrowStream = (batches: ReadonlyArray<Rows>, names = ["p", "t", "s", "c", "b"]): Uint8Array => {
  const types = names.map((_, i) => i === 4 ? new Binary() : new Int32())
  const row = new Struct(names.map((name, i) => new Field(name, types[i]!, false)))
  const schema = new Schema([new Field("struct", row, false)])
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  for (const { p, t, s, c, b } of batches) {
    const length = p.length
    const valueOffsets = new Int32Array(length + 1)
    b.forEach(({ length }, i) => valueOffsets[i + 1] = valueOffsets[i]! + length)
    const numbers = [p, t, s, c].map((data) => makeData({ type: new Int32(), length, nullCount: 0, data }))
    const bytes = makeData({ type: new Binary(), length, nullCount: 0, valueOffsets, data: join(b) })
    const data = makeData({ type: row, length, nullCount: 0, children: [...numbers, bytes] as Array<Data> })
    writer.write(
      new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [data] })),
    )
  }
  writer.finish()
  return writer.toUint8Array(true)
}

const decoded = (stream: Uint8Array): Array<Record<string, number | Uint8Array>> =>
  tableFromIPC(stream).toArray().map((row) => row.toJSON()._0.toJSON())

export interface TaskOptions {
  readonly split?: number
  readonly version?: string
  readonly command?: string
  /** The Arrow stream; undefined sends none. */
  readonly stream?: Uint8Array | undefined
}

/** The bytes of a task up to its rows. */
export const headerOf = ({ command = "echo", split = 0, version = "4.2.0;bundle.js" }: TaskOptions): Uint8Array =>
  java(
    ...[split, version],
    JSON.stringify({ secret: "", taskAttemptId: 11, stageId: 3, partitionId: split, attemptNumber: 1, cpus: 1 }),
    ...["/files/./session", 0, false, 0, 207],
    ...[2, "spark.sql.session.timeZone", "UTC", "spark.sql.execution.pyspark.binaryAsBytes", "true", 0],
    ...[1, 1, 0, false, 1, command, 12n],
  )

/** What a worker has answered to a task. */
export interface Answer {
  readonly rows: ReadonlyArray<Record<string, number | Uint8Array>>
  readonly batches: number
  /** The text of the exception, if there was one. */
  readonly failure: string | undefined
  readonly isReusable: boolean
}

/** A connection to a worker. */
export class WorkerConnection {
  #rest = new Uint8Array(0)
  readonly conn: Deno.Conn
  pid = -1

  constructor(conn: Deno.Conn) {
    this.conn = conn
  }

  async read(length: number): Promise<Uint8Array> {
    const parts = [this.#rest]
    let size = this.#rest.length
    while (size < length) {
      const part = new Uint8Array(1 << 18)
      const got = await this.conn.read(part)
      if (got === null) throw new Error(`the worker closed the connection with ${size} of ${length} bytes sent`)
      parts.push(part.subarray(0, got))
      size += got
    }
    const all = join(parts)
    this.#rest = all.slice(length)
    return all.subarray(0, length)
  }

  async int(): Promise<number> {
    const bytes = await this.read(4)
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0)
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.read(await this.int()))
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.conn.write(bytes.subarray(at))
  }

  /** Whether the worker has closed the connection, after the beginning of an answer at most: the schema of its rows. */
  async isEnded(): Promise<boolean> {
    const bytes = new Uint8Array(1024)
    const first = await this.conn.read(bytes).catch(() => null)
    return first === null || await this.conn.read(bytes).catch(() => null) === null
  }

  /** Reads an Arrow stream, and counts its batches. */
  async #stream(): Promise<readonly [stream: Uint8Array, batches: number]> {
    const messages: Array<Uint8Array> = []
    for (;;) {
      const head = (await this.read(8)).slice()
      const length = new DataView(head.buffer).getInt32(4, true)
      if (length === 0) return [join([...messages, head]), messages.length - 1]
      const metadata = (await this.read(length)).slice()
      const view = new DataView(metadata.buffer)
      const table = view.getUint32(0, true)
      const fields = table - view.getInt32(table, true)
      const place = view.getUint16(fields, true) <= 10 ? 0 : view.getUint16(fields + 10, true)
      const body = await this.read(place === 0 ? 0 : Number(view.getBigInt64(table + place, true)))
      messages.push(join([head, metadata, body]))
    }
  }

  /** Sends a task. */
  async send(options: TaskOptions): Promise<void> {
    const { stream } = "stream" in options ? options : { stream: arrowStream([]) }
    await this.write(join([headerOf(options), ...stream === undefined ? [] : [stream], java(-4)]))
  }

  /** Reads what the worker answers to a task. */
  async answer(): Promise<Answer> {
    let rows: Answer["rows"] = []
    let batches = 0
    let next = await this.int()
    if (next === -6) {
      const [stream, count] = await this.#stream()
      rows = decoded(stream)
      batches = count
      next = await this.int()
    }
    if (next === -2) return { rows, batches, failure: await this.text(), isReusable: false }
    if (next !== -1 || await this.int() !== 0) throw new Error(`unexpected ${next}`)
    return { rows, batches, failure: undefined, isReusable: await this.int() === -4 }
  }

  async run(options: TaskOptions): Promise<Answer> {
    const [, answer] = await Promise.all([this.send(options), this.answer()])
    return answer
  }
}

/** Waits until something is true. */
export const until = async (what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> => {
  for (let left = 200; !await isTrue(); left--) {
    if (left === 0) throw new Error(`timed out: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Whether a process is alive. A zombie is not. */
export const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`))
  } catch {
    return false
  }
}

/** The processes that a process has started, and those that they have started. */
export const descendants = (pid: number): ReadonlyArray<number> => {
  const children = [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      return Deno.readTextFileSync(`/proc/${name}/stat`).split(") ")[1]?.split(" ")[1] === String(pid)
        ? [Number(name)]
        : []
    } catch {
      return []
    }
  })
  return children.flatMap((child) => [child, ...descendants(child)])
}

export interface ExecutorOptions {
  readonly permissions?: ReadonlyArray<string>
  readonly idleMs?: number
  readonly env?: Readonly<Record<string, string>>
}

/** The directory of a session with an archive and a bundle in it. */
export const sessionDirectory = async (
  { idleMs = 120_000, permissions = [] }: ExecutorOptions,
  bundle: string,
): Promise<string> => {
  const directory = await Deno.makeTempDir({ prefix: "dstream_session_" })
  const place = { kind: "path", path: Deno.execPath() } as const
  const archive = await Effect.runPromise(makeArchive(place, { permissions, idleMs }))
  for (const { data, header } of await unpackTar(gunzipSync(archive.bytes))) {
    const path = `${directory}/worker/${header.name}`
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true })
    await Deno.writeFile(path, data!, { mode: header.mode! })
  }
  await Deno.writeTextFile(`${directory}/bundle.js`, bundle)
  return directory
}

/** An executor with a daemon, in a directory of its own. */
export class FakeExecutor implements AsyncDisposable {
  readonly directory: string
  readonly daemon: Deno.ChildProcess
  readonly address: Deno.ConnectOptions | Deno.UnixConnectOptions
  readonly #stdout: ReadableStreamDefaultReader<Uint8Array>
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>
  readonly #open = new Set<WorkerConnection>()

  private constructor(
    directory: string,
    daemon: Deno.ChildProcess,
    stdout: ReadableStreamDefaultReader<Uint8Array>,
    address: FakeExecutor["address"],
  ) {
    this.directory = directory
    this.daemon = daemon
    this.#stdout = stdout
    this.address = address
    this.#stdin = daemon.stdin.getWriter()
  }

  static async start(bundle: string, options: ExecutorOptions = {}): Promise<FakeExecutor> {
    const directory = await sessionDirectory(options, bundle)
    const daemon = new Deno.Command("worker/bin/worker", {
      args: ["-m", "pyspark.daemon", "pyspark.worker"],
      cwd: directory,
      env: { PYTHON_WORKER_FACTORY_SECRET: SECRET, SPARK_REUSE_WORKER: "1", PYTHONUNBUFFERED: "YES", ...options.env },
      stdin: "piped",
      stdout: "piped",
    }).spawn()
    const reader = daemon.stdout.getReader()
    const { value = new Uint8Array() } = await reader.read()
    const first = new DataView(value.buffer, value.byteOffset).getInt32(0)
    const address = value.length > 4
      ? { transport: "unix", path: new TextDecoder().decode(value.subarray(4, 4 + first)) } as const
      : { hostname: "127.0.0.1", port: first }
    return new FakeExecutor(directory, daemon, reader, address)
  }

  /** Connects to a worker, up to the secret. */
  async reach(): Promise<WorkerConnection> {
    const conn = "path" in this.address ? await Deno.connect(this.address) : await Deno.connect(this.address)
    const worker = new WorkerConnection(conn)
    this.#open.add(worker)
    worker.pid = await worker.int()
    return worker
  }

  /** Connects to a worker that knows the secret. */
  async connect(): Promise<WorkerConnection> {
    const worker = await this.reach()
    if ("path" in this.address) return worker
    await worker.write(java(SECRET))
    const reply = await worker.text()
    if (reply !== "ok") throw new Error(`the worker answered ${reply}`)
    return worker
  }

  close(worker: WorkerConnection): void {
    this.#open.delete(worker)
    worker.conn.close()
  }

  /** Writes to the standard input of the daemon. */
  tell(bytes: Uint8Array): Promise<void> {
    return this.#stdin.write(bytes)
  }

  /** Ends the daemon as an executor does that stops, and checks that no process is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.daemon.pid, ...descendants(this.daemon.pid)]
    await this.#stdin.close().catch(() => {})
    await this.daemon.status
    // An executor takes all that the daemon prints for where it listens.
    const { value } = await this.#stdout.read()
    if (value !== undefined) throw new Error(`the daemon has printed ${new TextDecoder().decode(value)}`)
    for (const worker of this.#open) worker.conn.close()
    await until("all processes have ended", () => !all.some(isAlive))
    await Deno.remove(this.directory, { recursive: true })
  }
}
