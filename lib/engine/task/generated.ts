/**
 * Loops as generated code: one loop per stage, with a source text of its own.
 *
 * The text holds operation kinds and slot numbers only, never any text of the user's. Loops are cached by shape and by the
 * code of the user's functions. So each stage of a program has a loop that the JIT can specialise, and a batch never compiles
 * a loop that ran before. Different functions with the same code get loops of their own, up to a few: a loop that always
 * calls the same function is about twice as fast, because the function is inlined. Functions that are made again in each
 * batch take over the loops of functions that were garbage collected. The cache is bounded: when it is full,
 * {@link loopFor} gives undefined.
 *
 * @module
 */
import { acceptsRecord, aggregateCheck, listOf, recordCheck, valueCheck } from "../../core/results.ts"
import { refuseNonPair } from "../../core/pairs.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { givesLists, LONG, type Loop, type Shape, type Terminal } from "./program.ts"

/** How many loops there may be, in total and for the same code. */
const CAPACITY = 512
const PER_CODE = 4

/** A loop, and the functions that the JIT has specialised it for. */
interface Owned {
  readonly loop: Loop
  owners: ReadonlyArray<WeakRef<Callable>>
}

const loops = new Map<string, Array<Owned>>()
let compiled = 0
const codes = new WeakMap<Callable, string>()
let allowed = true

const codeOf = (f: Callable): string => {
  let code = codes.get(f)
  if (code === undefined) codes.set(f, code = Function.prototype.toString.call(f))
  return code
}

/** The code that refuses Promises and Effects in a variable that holds what a function has returned. */
const checks = { checkValue: valueCheck, checkRecord: recordCheck, checkAggregate: aggregateCheck } as const
const checked = (name: keyof typeof checks, x: string, all?: string): string =>
  `if (${checks[name].isSuspect(x)}) ${name}(${x}, ${all});`
const checkFunctions = Object.entries(checks).map(([name, { check }]) => [name, check] as const)

const fold = (x: string, n: number): string => `k = ${n}; acc = f${n}(acc, ${x}); ${checked("checkAggregate", "acc")}`

const terminals: Record<
  Terminal,
  (x: string, slot: number) => readonly [before: string, each: string, result: string]
> = {
  push: (x) => ["", `into.push(${x});`, "into"],
  take: (x) => [
    "const out = into.records, wanted = into.wanted;",
    `out.push(${x}); if (out.length === wanted) return into;`,
    "into",
  ],
  combine: (x, n) => [
    "const table = into, values = into.values;",
    `k = ${n}; const key = ${x}[0], s = table.locate(key);
       const v = table.fresh ? f${n}(${x}[1]) : f${n + 1}(values[s], ${x}[1]);
       ${checked("checkAggregate", "v")} values[s] = v;`,
    "into",
  ],
  fold: (x, n) => ["let acc = into;", fold(x, n), "acc"],
  // The sign says that it is a number from the start on.
  foldNumber: (x, n) => ["let acc = +into;", fold(x, n), "acc"],
}

/** How many functions a terminal has. */
const functionsOf: Record<Terminal, number> = { push: 0, take: 0, combine: 2, fold: 1, foldNumber: 1 }

/** The code that ends a loop before a long list. */
const leaveLong = (step: number, x: string, result: string): string =>
  `if (a${step}.length > ${LONG}) {
     at.long = { step: ${step}, index: i, of: ${x}, list: a${step} }; return ${result}; }`

/** Writes the source text of a loop. A serial number makes it different from all others. */
export const sourceOf = (shape: Shape, serial: number): string => {
  let open = ""
  let close = ""
  let x = "x"
  /** Whether the loop itself has made the pair. */
  let isPair = shape.paired
  const refused = () => isPair ? "" : `if (${x}?.length !== 2 || typeof ${x} === "string") refuseNonPair(${x});`
  const slot = shape.kinds.length
  const firstList = shape.kinds.findIndex(givesLists)
  shape.kinds.forEach((kind, i) => {
    const next = `x${i}`
    switch (kind) {
      case "map":
        open += `k = ${i}; const ${next} = f${i}(${x}); ${checked("checkRecord", next)}`
        break
      case "mapValues":
        open += `k = ${i}; ${refused()} const v${i} = f${i}(${x}[1]); ${
          checked("checkValue", `v${i}`)
        } const ${next} = [${x}[0], v${i}];`
        break
      case "filter":
        // Only objects need the check. Testing for `true` first makes loops of cheap functions about 15 % slower.
        open += `k = ${i}; const b${i} = f${i}(${x}); if (b${i} && (typeof b${i} !== "object" || accepts(b${i}))) {`
        close = "}" + close
        return
      case "flatMap":
      case "flatMapValues": {
        const values = kind === "flatMapValues"
        open += `k = ${i}; ${values ? refused() : ""} const l${i} = f${i}(${values ? `${x}[1]` : x});
          const a${i} = Array.isArray(l${i}) ? l${i} : listOf(l${i});
          ${i === firstList ? leaveLong(i, x, terminals[shape.terminal](x, slot)[2]) : ""}
          for (let j${i} = 0; j${i} < a${i}.length; j${i}++) {
            const e${i} = a${i}[j${i}]; ${checked(values ? "checkValue" : "checkRecord", `e${i}`, `a${i}`)}
            const ${next} = ${values ? `[${x}[0], e${i}]` : `e${i}`};`
        close = "}" + close
      }
    }
    x = next
    isPair = kind === "mapValues" || kind === "flatMapValues"
  })
  const [before, each, result] = terminals[shape.terminal](x, slot)
  const ending = shape.terminal === "combine" ? `k = ${slot}; ${refused()}` : ""
  const slots = slot + functionsOf[shape.terminal]
  const names = Array.from({ length: slots }, (_, i) => `f${i} = f[${i}]`).join(", ")
  // Each turn of the loop has a `k` and a `try` of its own. Around the loop they would make it about 10 % slower, because every
  // turn would keep the `k` of the one before.
  return `"use strict"; /* ${serial} */ return (f, a, b, from, to, into, at) => {
    ${slots === 0 ? "" : `const ${names};`}
    ${before}
    for (let i = from | 0, n = Math.min(to | 0, a.length); i < n; i++) {
      let k = 0;
      try { const x = ${shape.paired ? "[a[i], b[i]]" : "a[i]"}; ${open} ${ending} ${each} ${close} }
      catch (error) { at.step = k; throw error; }
    }
    return ${result}; }`
}

const compile = (source: string): Loop | undefined => {
  try {
    const used = { refuseNonPair, listOf, accepts: acceptsRecord, ...Object.fromEntries(checkFunctions) }
    return new Function(...Object.keys(used), source)(...Object.values(used))
  } catch (error) {
    // A text may be too large for the compiler. Only an EvalError means that generating code is forbidden.
    if (error instanceof EvalError) allowed = false
    return undefined
  }
}

const isOwner = ({ owners }: Owned, functions: ReadonlyArray<Callable>): boolean =>
  owners.every((owner, i) => owner.deref() === functions[i])

const isFree = ({ owners }: Owned): boolean => owners.some((owner) => owner.deref() === undefined)

/** Finds or compiles the loop for a shape and functions. Undefined if generating code is forbidden or the cache is full. */
export const loopFor = (shape: Shape, functions: ReadonlyArray<Callable>): Loop | undefined => {
  if (!allowed) return undefined
  const key = `${shape.paired}|${shape.kinds.join()}|${shape.terminal}|${functions.map(codeOf).join("\u0000")}`
  const known = loops.get(key) ?? []
  const own = known.find((one) => isOwner(one, functions))
  if (own !== undefined) return own.loop
  const owners = functions.map((f) => new WeakRef(f))
  const free = known.find(isFree)
  if (free !== undefined) {
    free.owners = owners
    return free.loop
  }
  if (known.length === PER_CODE || compiled >= CAPACITY) return known.at(-1)?.loop
  const loop = compile(sourceOf(shape, compiled))
  if (loop === undefined) return undefined
  compiled++
  loops.set(key, [...known, { loop, owners }])
  return loop
}
