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
import { parametersOf } from "../../core/parameters.ts"
import { acceptsRecord, aggregateCheck, listOf, recordCheck, valueCheck } from "../../core/results.ts"
import { refuseNonPair } from "../../core/pairs.ts"
import { separatorOf } from "../../core/text/text_function.ts"
import type { Callable } from "../../rdd/primitive.ts"
import { givesLists, LONG, type Loop, type Shape, type Source, type Terminal } from "./program.ts"

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

/** The text of a function, and its parameters: loops for different ones are different loops. */
const codeOf = (f: Callable): string => {
  let code = codes.get(f)
  if (code === undefined) codes.set(f, code = `${Function.prototype.toString.call(f)}${parametersOf(f) ?? ""}`)
  return code
}

/** The code that refuses Promises and Effects in a variable that holds what a function has returned. */
const checks = { checkValue: valueCheck, checkRecord: recordCheck, checkAggregate: aggregateCheck } as const
const checked = (name: keyof typeof checks, x: string, all?: string): string =>
  `if (${checks[name].isSuspect(x)}) ${name}(${x}, ${all});`
const checkFunctions = Object.entries(checks).map(([name, { check }]) => [name, check] as const)

const fold = (x: string, n: number): string => `k = ${n}; acc = f${n}(acc, ${x}); ${checked("checkAggregate", "acc")}`

/** The code of a terminal for a variable that holds a record. `slot` is the index of its first function. */
type End = (x: string, slot: number) => readonly [before: string, each: string, result: string]

/** The code of the first value of a key, and of the one after `values[s]`. */
const aggregates: Readonly<
  Record<"combine" | "sum", (x: string, n: number) => readonly [first: string, next: string]>
> = {
  combine: (x, n) => [`f${n}(${x}[1])`, `f${n + 1}(values[s], ${x}[1])`],
  sum: (x) => [`${x}[1]`, `values[s] + ${x}[1]`],
}

/** The code that sets the value of a key. */
const setValue = (v: string): string => `const v = ${v}; ${checked("checkAggregate", "v")} values[s] = v;`

const combine = (kind: keyof typeof aggregates): End => (x, n) => {
  const [first, next] = aggregates[kind](x, n)
  return [
    "const table = into, values = into.values;",
    `k = ${n}; const key = ${x}[0], s = table.locate(key); ${setValue(`table.fresh ? ${first} : ${next}`)}`,
    "into",
  ]
}

/**
 * The combining of words: where the key is the word of the record itself, the number of the word leads to its entry.
 * `isWord` is the code that tells whether it is.
 */
const combineWords = (kind: keyof typeof aggregates, isWord: string): End => (x, n) => {
  const [first, next] = aggregates[kind](x, n)
  return [
    "const table = into, values = into.values, entries = into.entriesOf(a);",
    `k = ${n}; const key = ${x}[0], isWord = ${isWord}; let s = isWord ? entries[id] - 1 : -1;
     if (s >= 0) { ${setValue(next)} } else {
       s = table.locate(key); const isFresh = table.fresh; if (isWord) entries[id] = s + 1;
       ${setValue(`isFresh ? ${first} : ${next}`)}
     }`,
    "into",
  ]
}

const terminals: Readonly<Record<Terminal, End>> = {
  push: (x) => ["", `into.push(${x});`, "into"],
  take: (x) => [
    "const out = into.records, wanted = into.wanted;",
    `out.push(${x}); if (out.length === wanted) return into;`,
    "into",
  ],
  // The sign says that it is a number from the start on.
  count: () => ["let acc = +into;", "acc++;", "acc"],
  combine: combine("combine"),
  sum: combine("sum"),
  fold: (x, n) => ["let acc = into;", fold(x, n), "acc"],
  foldNumber: (x, n) => ["let acc = +into;", fold(x, n), "acc"],
}

/** Whether the keys of a loop are the words of its records: filters only keep some, and the last step makes the pairs. */
const hasWordsAsKeys = ({ kinds, source }: Shape): boolean =>
  source === "words" && kinds.length > 0 &&
  kinds.every((kind, i) => kind === (i === kinds.length - 1 ? "withOne" : "filter"))

const terminalOf = (shape: Shape): End => {
  const { source, terminal } = shape
  return source === "words" && (terminal === "combine" || terminal === "sum")
    // A comparison reads both strings, which costs as much as the rest of the loop.
    ? combineWords(terminal, hasWordsAsKeys(shape) ? "true" : "key === x")
    : terminals[terminal]
}

/** The list whose length is that of the piece, and the record at an index. */
const records: Readonly<Record<Source, readonly [list: string, record: string]>> = {
  records: ["a", "const x = a[i];"],
  pairs: ["a", "const x = [a[i], b[i]];"],
  words: ["b", "const id = b[i], x = a[id];"],
}

/** How many functions a terminal has. */
const functionsOf: Record<Terminal, number> = { push: 0, take: 0, count: 0, combine: 2, sum: 2, fold: 1, foldNumber: 1 }

/** The code that ends a loop before a long list. */
const leaveLong = (step: number, x: string, result: string): string =>
  `if (a${step}.length > ${LONG}) {
     at.long = { step: ${step}, index: i, of: ${x}, list: a${step} }; return ${result}; }`

/** The code that ends a loop before a long text, which is then divided by the function, and its parts are a long list. */
const leaveLongText = (step: number, x: string, result: string): string =>
  `if (${x}.length > ${LONG}) {
     at.long = { step: ${step}, index: i, of: ${x}, list: f${step}(${x}) }; return ${result}; }`

/** Writes the source text of a loop. A serial number makes it different from all others. */
export const sourceOf = (shape: Shape, serial: number): string => {
  const end = terminalOf(shape)
  const [, , result] = end("x", shape.kinds.length)
  let before = ""
  let open = ""
  let close = ""
  let x = "x"
  /** Whether the record is a word. */
  let isWord = shape.source === "words"
  /** Whether the loop itself has made the pair. */
  let isPair = shape.source === "pairs"
  const refused = () => isPair ? "" : `if (${x}?.length !== 2 || typeof ${x} === "string") refuseNonPair(${x});`
  const slot = shape.kinds.length
  const firstList = shape.kinds.findIndex(givesLists)
  shape.kinds.forEach((kind, i) => {
    const next = `x${i}`
    switch (kind) {
      case "map":
        open += `k = ${i}; const ${next} = f${i}(${x}); ${checked("checkRecord", next)}`
        break
      case "withOne":
        open += `const ${next} = [${x}, 1];`
        if (!isWord) open += `if (typeof ${x} === "object") { k = ${i}; checkRecord(${next}); }`
        break
      case "split":
        before += `const t${i} = separatorOf(f${i}), n${i} = t${i}.length;`
        open += `k = ${i}; if (typeof ${x} !== "string") f${i}(${x});
          ${i === firstList ? leaveLongText(i, x, result) : ""}
          for (let p${i} = 0, q${i} = 0; q${i} >= 0;) {
            q${i} = ${x}.indexOf(t${i}, p${i});
            const ${next} = q${i} < 0 ? ${x}.slice(p${i}) : ${x}.slice(p${i}, q${i}); p${i} = q${i} + n${i};`
        close = "}" + close
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
          ${i === firstList ? leaveLong(i, x, result) : ""}
          for (let j${i} = 0; j${i} < a${i}.length; j${i}++) {
            const e${i} = a${i}[j${i}]; ${checked(values ? "checkValue" : "checkRecord", `e${i}`, `a${i}`)}
            const ${next} = ${values ? `[${x}[0], e${i}]` : `e${i}`};`
        close = "}" + close
      }
    }
    x = next
    isWord = false
    isPair = kind === "withOne" || kind === "mapValues" || kind === "flatMapValues"
  })
  const [prepare, each] = end(x, slot)
  const [list, record] = records[shape.source]
  const ending = shape.terminal === "combine" || shape.terminal === "sum" ? `k = ${slot}; ${refused()}` : ""
  const slots = slot + functionsOf[shape.terminal]
  const names = Array.from({ length: slots }, (_, i) => `f${i} = f[${i}]`).join(", ")
  // Each turn of the loop has a `k` and a `try` of its own. Around the loop they would make it about 10 % slower, because every
  // turn would keep the `k` of the one before.
  return `"use strict"; /* ${serial} */ return (f, a, b, from, to, into, at) => {
    ${slots === 0 ? "" : `const ${names};`}
    ${before} ${prepare}
    for (let i = from | 0, n = Math.min(to | 0, ${list}.length); i < n; i++) {
      let k = 0;
      try { ${record} ${open} ${ending} ${each} ${close} }
      catch (error) { at.step = k; throw error; }
    }
    return ${result}; }`
}

const compile = (source: string): Loop | undefined => {
  try {
    const used = { refuseNonPair, separatorOf, listOf, accepts: acceptsRecord, ...Object.fromEntries(checkFunctions) }
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
  const key = `${shape.source}|${shape.kinds.join()}|${shape.terminal}|${functions.map(codeOf).join("\u0000")}`
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
