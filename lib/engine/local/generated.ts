/**
 * Loops as generated code: one loop per stage, with a source text of its own.
 *
 * Only operation kinds and slot numbers are in the text, never anything of the user's. Texts are cached by shape and by
 * the code of the user's functions, so that each stage of a program has a loop that the JIT can specialise, and a batch
 * never compiles one that ran before. The cache is bounded: beyond it {@link loopFor} gives undefined.
 *
 * @module
 */
import type { Callable } from "../../rdd/rdd.ts"
import type { Loop, Shape, Terminal } from "./program.ts"

const CAPACITY = 512
const loops = new Map<string, Loop>()
const codes = new WeakMap<Callable, string>()
let allowed: boolean | undefined

const codeOf = (f: Callable): string => {
  let code = codes.get(f)
  if (code === undefined) codes.set(f, code = Function.prototype.toString.call(f))
  return code
}

const terminals: Record<Terminal, (x: string, slot: number) => readonly [before: string, each: string, after: string]> =
  {
    push: (x) => ["const out = [];", `out.push(${x});`, "return out;"],
    combine: (x, n) => [
      "const values = table.values;",
      `k = ${n}; const key = ${x}[0], s = table.locate(key);
       if (table.fresh) values[s] = f${n}(${x}[1]); else values[s] = f${n + 1}(values[s], ${x}[1]);`,
      "return values;",
    ],
    reduce: (x, n) => [
      "let some = false, acc;",
      `if (some) { k = ${n}; acc = f${n}(acc, ${x}); } else { some = true; acc = ${x}; }`,
      "return some ? [acc] : [];",
    ],
    fold: (x, n) => [`k = ${n}; let acc = f${n + 1}();`, `k = ${n}; acc = f${n}(acc, ${x});`, "return [acc];"],
  }

/** The source text of a loop. */
export const sourceOf = (shape: Shape, serial: number): string => {
  let open = ""
  let close = ""
  let x = "x"
  shape.kinds.forEach((kind, i) => {
    const next = `x${i}`
    switch (kind) {
      case "map":
        open += `k = ${i}; const ${next} = f${i}(${x});`
        break
      case "mapValues":
        open += `k = ${i}; const ${next} = [${x}[0], f${i}(${x}[1])];`
        break
      case "filter":
        open += `k = ${i}; if (f${i}(${x})) {`
        close = "}" + close
        return
      case "flatMap":
      case "flatMapValues": {
        const values = kind === "flatMapValues"
        open += `k = ${i}; const l${i} = f${i}(${values ? `${x}[1]` : x});
          const a${i} = Array.isArray(l${i}) ? l${i} : Array.from(l${i});
          for (let j${i} = 0; j${i} < a${i}.length; j${i}++) {
            const ${next} = ${values ? `[${x}[0], a${i}[j${i}]]` : `a${i}[j${i}]`};`
        close = "}" + close
      }
    }
    x = next
  })
  const [before, each, after] = terminals[shape.terminal](x, shape.kinds.length)
  const slots = shape.kinds.length + (shape.terminal === "push" ? 0 : 2)
  const names = Array.from({ length: slots }, (_, i) => `f${i} = f[${i}]`).join(", ")
  return `"use strict"; /* ${serial} */
    ${slots === 0 ? "" : `const ${names};`} let k = 0;
    try {
      ${before}
      for (let i = 0, n = input.length; i < n; i++) { const x = input[i]; ${open} ${each} ${close} }
      ${after}
    } catch (error) { at.step = k; throw error; }`
}

const compile = (source: string): Loop | undefined => {
  try {
    return new Function("f", "input", "table", "at", source) as Loop
  } catch {
    return undefined
  }
}

/** The loop for a shape and functions: undefined where code generation is forbidden, or the cache is full. */
export const loopFor = (shape: Shape, functions: ReadonlyArray<Callable>): Loop | undefined => {
  if (allowed === false) return undefined
  const key = `${shape.kinds.join()}|${shape.terminal}|${functions.map(codeOf).join("\u0000")}`
  const known = loops.get(key)
  if (known !== undefined) return known
  if (loops.size >= CAPACITY) return undefined
  const loop = compile(sourceOf(shape, loops.size))
  allowed = loop !== undefined
  if (loop !== undefined) loops.set(key, loop)
  return loop
}
