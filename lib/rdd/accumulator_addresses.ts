/**
 * Addresses of accumulators: by them the driver finds the accumulator to which a task in another isolate has added.
 *
 * Every isolate that imports the module of a graph evaluates the module, and makes the graph again. Accumulators that are made
 * meanwhile have a counterpart on the driver, with the same address:
 *
 * - at the top level of a module: the name, if no other accumulator of the isolate has it.
 * - in the function of a graph: the number of the call on the driver, and the number of the accumulator within the call.
 *
 * @module
 */
import * as Fiber from "effect/Fiber"

/** A registry of what has addresses. It does not keep anything in memory that is used nowhere else. */
class Registry<A extends object> {
  readonly #all = new Map<string, Set<WeakRef<A>>>()
  readonly #released = new FinalizationRegistry<{ readonly address: string; readonly ref: WeakRef<A> }>(
    ({ address, ref }) => {
      const refs = this.#all.get(address)
      refs?.delete(ref)
      if (refs?.size === 0) this.#all.delete(address)
    },
  )

  add(address: string, one: A): void {
    const ref = new WeakRef(one)
    this.#all.set(address, (this.#all.get(address) ?? new Set()).add(ref))
    this.#released.register(one, { address, ref })
  }

  /** What has an address. Undefined if there is nothing, and if several things have it. */
  find(address: string): A | undefined {
    const found = Array.from(this.#all.get(address) ?? [], (ref) => ref.deref()).filter((one) => one !== undefined)
    return found.length === 1 ? found[0] : undefined
  }
}

/** What has an address: an accumulator. */
export interface Addressed {
  readonly name: string | undefined
  /** Adds a partial result, which has the type of the accumulator's total. */
  readonly absorb: (partial: never) => void
}

/** A call of the function of a graph. */
interface Call {
  /** The number of the call on the driver, which counts the calls that make accumulators. Undefined: it has made none there. */
  readonly id: number | undefined
  /** Whether the call makes a copy of a graph. */
  readonly isCopy: boolean
  /** How many accumulators it has made so far. */
  made: number
}

const registry = new Registry<Addressed>()
let running: Call | undefined
let calls = 0

const during = <A>(call: Call, body: () => A): A => {
  const before = running
  running = call
  try {
    return body()
  } finally {
    running = before
  }
}

/** How an accumulator is found in other isolates. */
export interface Found {
  /** Its address there. Undefined: the driver has no counterpart of it, or it is on the driver itself. */
  readonly address: string | undefined
  /** Its counterpart, if the copy of a graph is made in the isolate of the driver. */
  readonly counterpart: Addressed | undefined
}

/** Gives an accumulator its address while it is being made. */
export const enter = (accumulator: Addressed): Found => {
  const { name } = accumulator
  if (running !== undefined) {
    const { id, isCopy } = running
    const address = id === undefined ? undefined : `call ${id} ${running.made++} ${name ?? ""}`
    if (isCopy) return { address, counterpart: address === undefined ? undefined : registry.find(address) }
    if (address !== undefined) registry.add(address, accumulator)
    return { address: undefined, counterpart: undefined }
  }
  // Code that runs in a fiber need not run in other isolates: it is that of the program, of a task, or of a layer.
  const address = name === undefined || Fiber.getCurrent() !== undefined ? undefined : `name ${name}`
  if (address !== undefined) registry.add(address, accumulator)
  return { address, counterpart: undefined }
}

/** Finds the accumulator with an address in this isolate. Returns undefined if no accumulator has it, or several have. */
export const find = (address: string): Addressed | undefined => registry.find(address)

/**
 * Calls the function of a graph on the driver. Gives the number of the call, by which copies find its accumulators; undefined if
 * it has made none, or runs within another call.
 */
export const original = <A>(build: () => A): { readonly made: A; readonly call: number | undefined } => {
  if (running !== undefined) return { made: build(), call: undefined }
  const call: Call = { id: calls, isCopy: false, made: 0 }
  const made = during(call, build)
  if (call.made === 0) return { made, call: undefined }
  calls++
  return { made, call: call.id }
}

/** Calls the function of a graph again, to make a copy of what the call with this number has made. */
export const copy = <A>(call: number | undefined, build: () => A): A =>
  during({ id: call, isCopy: true, made: 0 }, build)
