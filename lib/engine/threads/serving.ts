/**
 * What a worker does: makes a copy of the graph, and runs tasks in it, one after another.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import { inFixedContext } from "../../core/async_context.ts"
import * as Codec from "../../core/codec.ts"
import { describeCause } from "../../core/errors.ts"
import type { SkippingCopy } from "../copy/graph_copy.ts"
import type { Batches } from "../copy/noted_batches.ts"
import * as Layers from "../task/layers.ts"
import { type CopyData, copyFrom } from "./copy_data.ts"
import { buffersOfAnswer, type FromWorker, spareOf, type TaskMessage, type ToWorker } from "./messages.ts"
import { type Place, placeOf } from "./task_place.ts"

/** The driver, as a worker sees it. */
export interface Port {
  readonly postMessage: (message: FromWorker, transfer: ReadonlyArray<ArrayBufferLike>) => void
  onmessage: ((event: { readonly data: ToWorker }) => void) | null
  readonly addEventListener: (type: "unload", listener: () => void) => void
  close: () => void
}

/** Tells the driver if a function ends this worker, with `close` or by exiting. The runtime would not. */
const announceEnd = (port: Port): void => {
  const { close } = port
  const announce = () => port.postMessage({ kind: "closing" }, [])
  port.close = () => {
    announce()
    close.call(port)
  }
  port.addEventListener("unload", announce)
}

/** Serves the driver, from the first message to the last. */
class Serving {
  readonly #port: Port
  readonly #messages: Queue.Queue<ToWorker> = Effect.runSync(Queue.unbounded<ToWorker>())
  /** Tasks that have been cancelled before they could begin, or that have ended meanwhile. */
  readonly #cancelled = new Set<number>()
  #running: { readonly id: number; readonly fiber: Fiber.Fiber<unknown, unknown> } | undefined
  /** Whether the copy could not evaluate a batch. */
  #isUseless = false

  constructor(port: Port) {
    this.#port = port
  }

  /** Takes a message at once: a task has to be cancelled while it runs. */
  take(message: ToWorker): void {
    if (message.kind !== "cancel") {
      Queue.offerUnsafe(this.#messages, message)
    } else if (this.#running?.id === message.id) {
      this.#running.fiber.interruptUnsafe()
    } else {
      this.#cancelled.add(message.id)
    }
  }

  #send(message: FromWorker, transfer: ReadonlyArray<ArrayBufferLike> = []): void {
    this.#port.postMessage(message, transfer)
  }

  readonly run: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    const first = yield* Queue.take(this.#messages)
    if (first.kind !== "begin") throw new TypeError(`the first message is ${first.kind}`)
    const [data] = Codec.decode(first.data) as [CopyData]
    const memoMap = Layer.makeMemoMapUnsafe()
    const served = Effect.gen({ self: this }, function* () {
      const copy = yield* Effect.exit(copyFrom(data, memoMap))
      if (Exit.isFailure(copy)) {
        return this.#send({ kind: "unavailable", why: describeCause(Cause.squash(copy.cause)) })
      }
      this.#send({ kind: "ready" })
      yield* Layers.during(this.#serve(copy.value, data))
    })
    // Closes the layers of the graph, and those that single tasks have built.
    yield* Effect.scoped(Effect.provideService(served, Layer.CurrentMemoMap, memoMap))
    this.#send({ kind: "ended" })
  })

  /** Runs tasks until the driver ends the run. */
  #serve(copy: SkippingCopy, data: CopyData): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { defaultParallelism } = data.options
      const place = yield* placeOf(copy, { ...data, defaultParallelism })
      while (true) {
        const message = yield* Queue.take(this.#messages)
        if (message.kind === "end") return
        if (message.kind === "batches") yield* this.#evaluate(place, copy, message.batches)
        if (message.kind === "task") yield* this.#answer(place, message)
      }
    })
  }

  /** Evaluates the last of the batches. If the copy cannot, the worker is of no use to the run any more. */
  #evaluate(place: Place, copy: SkippingCopy, encoded: Uint8Array): Effect.Effect<void> {
    return Effect.suspend(() => {
      const [{ ended, notes }] = Codec.decode(encoded) as [Batches]
      place.release()
      notes.slice(0, -1).forEach(copy.skip)
      if (ended !== undefined) copy.release(ended)
      return Effect.catchCause(place.evaluating(copy.evaluate(notes.at(-1))), (cause) =>
        Effect.sync(() => {
          this.#isUseless = true
          const why = `a batch differs in a worker: ${describeCause(Cause.squash(cause))}`
          this.#send({ kind: "unavailable", why })
        }))
    })
  }

  #answer(place: Place, message: TaskMessage): Effect.Effect<void> {
    const { id } = message
    const isCancelled = this.#cancelled.has(id)
    // Tasks come in the order of their ids. Those that wait behind this one may be cancelled as well.
    for (const each of this.#cancelled) if (each <= id) this.#cancelled.delete(each)
    if (isCancelled) {
      return Effect.sync(() => this.#send({ kind: "answer", id, answer: { kind: "cancelled" }, spare: [] }))
    }
    // The driver runs its tasks.
    if (this.#isUseless) return Effect.void
    return Effect.gen(() => this.#run(place, message))
  }

  *#run(place: Place, message: TaskMessage): Effect.gen.Return<void> {
    const { id, task } = message
    const fiber = yield* Effect.forkChild(place.run(message))
    this.#running = { id, fiber }
    const exit = yield* Fiber.await(fiber)
    this.#running = undefined
    const answer = Exit.isSuccess(exit) ? exit.value : place.answerTo(exit.cause)
    if (answer.kind !== "done") return this.#send({ kind: "answer", id, answer, spare: [] })
    const spare = spareOf(task)
    this.#send({ kind: "answer", id, answer, spare }, [
      ...buffersOfAnswer(answer),
      ...spare.map(({ buffer }) => buffer),
    ])
  }
}

/** Serves the driver until it ends the run. */
export const serve = (port: Port): void => {
  const serving = new Serving(port)
  announceEnd(port)
  port.onmessage = ({ data }) => serving.take(data)
  Effect.runFork(inFixedContext(serving.run))
}
