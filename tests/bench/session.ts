/** A started streaming context on a manual clock, which runs one batch at a time. */
import { type DStream, Graph, Scheduler, SparkContext, StreamingContext } from "@dstream/dstream"
import { Clock, Console, Duration, Effect, Exit, Layer, ManagedRuntime, Scope } from "effect"
import { Registry } from "../../lib/streaming/context/registry.ts"

/** How a context is started. */
export interface SessionOptions {
  /** Where the checkpoint is. Without one there is none. */
  readonly directory?: string
  /** The master. Default: `local`. */
  readonly master?: "local" | "local[2]" | `sc://${string}`
  /** What outputs print on. */
  readonly console?: Console.Console
}

/** A started context. */
export interface Session {
  /**
   * Moves the clock to the next tick, and returns when a listener gets the `BatchCompleted` event. The time includes tick,
   * allocation, jobs, commit and events.
   */
  readonly batch: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** A clock that moves only when `move` is called, and then ends the sleeps that are due. */
class ManualClock implements Clock.Clock {
  #now = 0
  #sleepers: Array<Sleeper> = []

  move(millis: number): void {
    this.#now += millis
    const due = this.#sleepers.filter(({ until }) => until <= this.#now)
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#now)
    for (const { wake } of due) wake()
  }
  sleep(duration: Duration.Duration): Effect.Effect<void> {
    if (Duration.toMillis(duration) <= 0) return Effect.yieldNow
    return Effect.callback<void>((resume) => {
      const sleeper = { until: this.#now + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      this.#sleepers.push(sleeper)
      return Effect.sync(() => void (this.#sleepers = this.#sleepers.filter((each) => each !== sleeper)))
    })
  }
  currentTimeMillisUnsafe = (): number => this.#now
  currentTimeNanosUnsafe = (): bigint => BigInt(this.#now) * 1_000_000n
  monotonicTimeNanosUnsafe = (): bigint => this.currentTimeNanosUnsafe()
  readonly currentTimeMillis = Effect.sync(this.currentTimeMillisUnsafe)
  readonly currentTimeNanos = Effect.sync(this.currentTimeNanosUnsafe)
  readonly monotonicTimeNanos = Effect.sync(this.monotonicTimeNanosUnsafe)
}

type Services = Layer.Success<ReturnType<typeof SparkContext.layer>>

/**
 * Starts a context with one output, or with a graph. Only the clock differs from a real program.
 */
export const open = async <E>(
  what: DStream.Output<E, Services> | Graph.Graph<E, Services>,
  { console = globalThis.console, directory, master = "local" }: SessionOptions = {},
): Promise<Session> => {
  const clock = new ManualClock()
  let ended = Promise.withResolvers<void>()
  const runtime = ManagedRuntime.make(Layer.mergeAll(
    Scheduler.layer("1 second"),
    SparkContext.layer({ master, appName: "bench" }),
    Layer.succeed(Clock.Clock, clock),
    Layer.succeed(Console.Console, console),
    Layer.succeed(Registry, { active: undefined }),
  ))
  const scope = Effect.runSync(Scope.make())
  const start = Effect.gen(function* () {
    const ssc = yield* StreamingContext.make
    if (directory !== undefined) yield* StreamingContext.checkpoint(ssc, directory)
    yield* StreamingContext.addStreamingListener(ssc, (event) =>
      Effect.sync(() => {
        if (event._tag === "BatchCompleted") ended.resolve()
      }))
    return yield* StreamingContext.start(ssc, Graph.isGraph(what) ? what as Graph.Graph<E, Services> : [what])
  })
  const active = await runtime.runPromise(Effect.provideService(start, Scope.Scope, scope))
  runtime.runPromise(StreamingContext.awaitTermination(active)).catch((error) => ended.reject(error))
  return {
    batch: () => {
      ended = Promise.withResolvers()
      clock.move(1000)
      return ended.promise
    },
    close: async () => {
      await runtime.runPromise(Scope.close(scope, Exit.void))
      await runtime.dispose()
    },
  }
}
