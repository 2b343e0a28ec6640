/**
 * The contract of receivers as a check that users can run on their own.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import { describeCause } from "../core/errors.ts"
import type { DStream } from "../dstream/dstream.ts"
import { BATCH_MS, type Process, Processes, type ProcessOptions, withProcess } from "./receiver_process.ts"

/**
 * What a receiver and its sender promise for each record. `atMostOnce`: it is in one batch, or lost if a connection breaks or a
 * process ends meanwhile. `atLeastOnce`: it is in one batch, or in several after such a fault. `exactlyOnce`: it is in one batch.
 */
export type Delivery = "atMostOnce" | "atLeastOnce" | "exactlyOnce"

/** A receiver to check, with its sender and the connection between them. */
export interface ReceiverToCheck<A, E = never, R = never> {
  /** What is promised. */
  readonly promises: Delivery
  /** Makes the stream of the receiver, as a process does that starts. It is called for each process. */
  readonly stream: () => DStream<A, E, R>
  /**
   * Sends records with these numbers, in order. A sender that keeps records returns as soon as it has them. One that does not
   * keep them waits until a receiver is connected, and is interrupted if none connects.
   */
  readonly send: (numbers: ReadonlyArray<number>) => Effect.Effect<void, E, R>
  /** Returns the number of a record. */
  readonly numberOf: (record: A) => number
  /** Breaks all connections. New ones are accepted. */
  readonly cut: Effect.Effect<void, E, R>
  /** Breaks all connections and refuses new ones, until `accept`. Left out where that is not possible. */
  readonly refuse?: Effect.Effect<void, E, R> | undefined
  /** Ends `refuse`. */
  readonly accept?: Effect.Effect<void, E, R> | undefined
  /** How many connections are open, as the sender or a proxy sees it. */
  readonly connections: Effect.Effect<number, E, R>
  /** A number of records that does not fit into the receiver (20 kB in this check) and the buffers of its connection: 20,000. */
  readonly many?: number | undefined
  /** How long records may take to arrive after a fault: 30 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** Whether records arrive in the order in which they were sent: true. Records that arrive again do not count. */
  readonly isOrdered?: boolean | undefined
}

/** A receiver does not do what the contract says. */
export class ReceiverBroken extends Data.Error<{
  /** What the contract says. */
  readonly rule: string
  /** What the receiver has done instead. */
  readonly found: string
}> {
  readonly _tag = "ReceiverBroken" as const
  override get message(): string {
    return `The receiver breaks a rule: ${this.rule}. ${this.found}`
  }
}

/** After how many milliseconds a process ends in turn: before, while and after its receiver connects. */
const MOMENTS = [0, 1, 3, 10, 30, 100, 300] as const

/** How many numbers a message shows. */
const SHOWN = 10

const shown = (numbers: ReadonlyArray<number>): string =>
  `${numbers.slice(0, SHOWN).join(", ")}${numbers.length > SHOWN ? ` and ${numbers.length - SHOWN} more` : ""}`

/** Numbers that come again, the first that is out of order, and numbers that are missing. */
const compare = (sent: ReadonlyArray<number>, numbers: ReadonlyArray<number>) => {
  const seen = new Set<number>()
  const twice: Array<number> = []
  let [last, disordered] = [-1, -1]
  for (const number of numbers) {
    if (seen.has(number)) {
      twice.push(number)
      continue
    }
    seen.add(number)
    if (number < last && disordered < 0) disordered = number
    last = Math.max(last, number)
  }
  return { twice, disordered, last, missing: sent.filter((number) => !seen.has(number)) }
}

/** Waits until a condition holds, and tells whether it does in time. */
const waitFor = (condition: Effect.Effect<boolean, unknown, unknown>, timeout: Duration.Input) => {
  const untilTrue: Effect.Effect<boolean, unknown, unknown> = Effect.flatMap(
    condition,
    (holds) => holds ? Effect.succeed(true) : Effect.andThen(Effect.sleep("10 millis"), untilTrue),
  )
  return Effect.map(Effect.timeoutOption(untilTrue, timeout), (found) => found._tag === "Some")
}

/**
 * Checks that a receiver keeps its promise. It runs a program with the receiver in several processes, one after another, on a
 * checkpoint in memory. This takes real time: ten seconds to a minute. The rules:
 *
 * - Records arrive in order, none twice and none lost, within what is promised. That holds when the connection breaks, when the
 *   sender is not there, and when a process stops gracefully, ends at any moment, or is killed.
 * - The receiver acknowledges only what is durable.
 * - It waits while batches do not take its records, and makes its sender wait.
 * - It keeps to the rate limit, and leaves no connection open.
 *
 * To find timers and sockets that are left open as well, run the test with `--sanitize-ops --sanitize-resources`. Fails with
 * {@link ReceiverBroken}, or with the error of the sender.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict"
 * import { DStream, Receiver } from "@dstream/dstream"
 * import { Testing } from "@dstream/dstream/testing"
 * import { Effect, Option } from "effect"
 *
 * // A sender that keeps all records, and a receiver that asks for those after its position.
 * const kept: Array<number> = []
 * const polling = (ask: (last: Option.Option<unknown>) => number) =>
 *   DStream.receiverStream(Receiver.make({
 *     name: "Polling",
 *     onStart: Effect.fnUntraced(function* (store: Receiver.Store<number>) {
 *       while (true) {
 *         const from = ask(yield* store.last)
 *         const records = kept.slice(from, from + 500)
 *         if (records.length > 0) yield* store.block(records, from + records.length)
 *         else yield* Effect.sleep("5 millis")
 *       }
 *     }),
 *   }))
 * const sender = {
 *   promises: "exactlyOnce",
 *   send: (numbers: ReadonlyArray<number>) => Effect.sync(() => void kept.push(...numbers)),
 *   numberOf: (record: number) => record,
 *   cut: Effect.void,
 *   connections: Effect.succeed(0),
 * } as const
 * const stream = () => polling((last) => Option.getOrElse(last, () => 0) as number)
 * await Effect.runPromise(Testing.checkReceiver({ ...sender, stream }))
 *
 * // One that counts in a variable repeats or loses records when the process is another one.
 * kept.length = 0
 * const forgetful = () => {
 *   let next = 0
 *   return polling(() => (next += 500) - 500)
 * }
 * const broken = Testing.checkReceiver({ ...sender, stream: forgetful, timeout: "1 second" })
 * assert.match((await Effect.runPromise(Effect.flip(broken))).message, /breaks a rule/)
 * ```
 */
export const checkReceiver = <A, E, R>(
  receiver: ReceiverToCheck<A, E, R>,
): Effect.Effect<void, E | ReceiverBroken, Exclude<R, Scope.Scope>> => {
  const { accept, connections, cut, isOrdered = true, many = 20_000, promises, refuse, timeout = "30 seconds" } =
    receiver
  const processes = new Processes(receiver.stream, receiver.numberOf)
  const sent: Array<number> = []
  const keeps = promises !== "atMostOnce"
  let next = 0

  const send = (count: number) =>
    Effect.suspend(() => {
      const numbers = Array.from({ length: count }, () => next++)
      for (const number of numbers) sent.push(number)
      return keeps ? receiver.send(numbers) : Effect.ignore(Effect.timeoutOption(receiver.send(numbers), timeout))
    })
  const sendSlowly = (count: number) =>
    Effect.forEach(Array.from({ length: count / 10 }), () => Effect.andThen(send(10), Effect.sleep("10 millis")), {
      discard: true,
    })
  const broken = (rule: string, found: string) => Effect.fail(new ReceiverBroken({ rule, found }))

  /** Fails if what has arrived so far is not in order, or is there twice although that was excluded. */
  const expectSoFar = (rule: string) =>
    Effect.suspend(() => {
      const { disordered, twice } = compare([], processes.numbers)
      if (promises !== "atLeastOnce" && twice.length > 0) return broken(rule, `These arrived twice: ${shown(twice)}`)
      if (isOrdered && disordered >= 0) return broken(rule, `${disordered} arrived after later ones for the first time`)
      return Effect.void
    })
  /** Waits until everything has arrived that must; for `atMostOnce`, until something arrives that is sent from now on. */
  const expectAll = (process: Process, rule: string) =>
    Effect.gen(function* () {
      const first = next
      const hasArrived = Effect.gen(function* () {
        if (keeps) return compare(sent, processes.numbers).missing.length === 0
        if (compare([], processes.numbers).last >= first) return true
        yield* send(1)
        yield* Effect.sleep(BATCH_MS)
        return false
      })
      const stopped = Effect.catch(
        process.failed,
        (error) => broken(rule, `The context failed: ${describeCause(error)}`),
      )
      if (!(yield* Effect.raceFirst(waitFor(hasArrived, timeout), stopped))) {
        const { missing } = compare(keeps ? sent : sent.slice(first), processes.numbers)
        return yield* broken(rule, `${missing.length} of ${sent.length} records have not arrived: ${shown(missing)}`)
      }
      // What comes twice comes late.
      yield* Effect.sleep(2 * BATCH_MS)
      yield* expectSoFar(rule)
    })
  const inProcess = (
    body: (process: Process) => Effect.Effect<unknown, unknown, unknown>,
    options: ProcessOptions = {},
  ) => withProcess(processes, options, body)
  /** Sends while `body` runs. */
  const whileSending = (
    sending: Effect.Effect<unknown, unknown, unknown>,
    body: Effect.Effect<unknown, unknown, unknown>,
  ) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(sending, { startImmediately: true })
      yield* body
      yield* keeps ? Fiber.join(fiber) : Fiber.interrupt(fiber)
    })
  const expectClosed = (rule: string) =>
    Effect.gen(function* () {
      if (yield* waitFor(Effect.map(connections, (open) => open === 0), "5 seconds")) return
      yield* broken(rule, `${yield* connections} connections are open 5 seconds after the end`)
    })

  const arrival = "records arrive in order"
  const breaking = "a receiver connects again when its connection breaks"
  const absence = "a receiver waits for a sender that is not there"
  const ending = "a process that ends leaves what it has not processed to the next one"
  const killing = "only records that are durable are acknowledged"
  const stopping = "a graceful stop processes everything that was received"
  const pressure = "a receiver waits, and makes its sender wait, while batches do not take its records"
  const rate = "no batch has more records than the rate allows"
  const closing = "a receiver leaves no connection open"

  const rules = Effect.gen(function* () {
    yield* inProcess((process) =>
      Effect.gen(function* () {
        for (let i = 0; i < 3; i++) yield* send(20)
        yield* expectAll(process, arrival)
        for (let i = 0; i < 3; i++) {
          yield* whileSending(sendSlowly(100), Effect.andThen(Effect.sleep(40), cut))
          yield* expectAll(process, breaking)
        }
        if (refuse === undefined || accept === undefined) return
        yield* refuse
        if (keeps) yield* send(20)
        yield* Effect.sleep("300 millis")
        yield* accept
        yield* expectAll(process, absence)
      })
    )
    if (refuse !== undefined && accept !== undefined) {
      yield* refuse
      yield* inProcess((process) =>
        Effect.gen(function* () {
          yield* Effect.sleep("200 millis")
          yield* accept
          yield* expectAll(process, absence)
        })
      )
    }
    for (const moment of MOMENTS) {
      yield* whileSending(sendSlowly(50), inProcess(() => Effect.sleep(moment)))
      yield* expectClosed(closing)
    }
    yield* inProcess((process) => expectAll(process, ending))
    for (const moment of MOMENTS) {
      yield* whileSending(
        sendSlowly(50),
        inProcess((process) => Effect.andThen(Effect.sleep(50 + moment), process.kill)),
      )
    }
    yield* inProcess((process) => expectAll(process, killing))
    yield* whileSending(
      sendSlowly(100),
      inProcess((process) =>
        Effect.gen(function* () {
          yield* waitFor(Effect.sync(() => process.stored() > 0), timeout)
          const before = processes.numbers.length
          yield* process.stopGracefully
          yield* expectSoFar(stopping)
          const taken = Array.from(process.batches.values()).flat().length
          if (taken < process.stored()) {
            yield* broken(
              stopping,
              `${process.stored()} were stored, and batches had ${taken} (${before} before the stop)`,
            )
          }
        })
      ),
    )
    yield* expectClosed(closing)
    yield* inProcess((process) => expectAll(process, stopping))
    const gate = Latch.makeUnsafe(false)
    yield* inProcess((process) =>
      whileSending(
        send(many),
        Effect.gen(function* () {
          if (!(yield* waitFor(Effect.sync(() => process.stored() > 0), timeout))) {
            yield* broken(arrival, "No record has arrived")
          }
          let seen = -1
          while (seen !== process.stored()) {
            seen = process.stored()
            yield* Effect.sleep("1 second")
          }
          if (seen >= many) yield* broken(pressure, `It stored all ${many} records while no batch ended`)
          yield* gate.open
          yield* expectAll(process, pressure)
        }),
      ), { gate, receiverCapacity: 20_000, backpressure: false })
    yield* inProcess((process) =>
      Effect.gen(function* () {
        yield* send(60)
        yield* expectAll(process, arrival)
        const most = Math.max(...Array.from(process.batches.values(), ({ length }) => length))
        if (most > 10) yield* broken(rate, `A batch has ${most} records; the rate allows 10`)
      }), { maxRate: 10_000 / BATCH_MS })
    yield* expectClosed(closing)
  })
  return Effect.suspend(() => rules) as Effect.Effect<void, E | ReceiverBroken, Exclude<R, Scope.Scope>>
}
