import assert from "node:assert/strict"
import fc from "fast-check"
import { byteSearchOf, byteSeparatorOf, isChangeOfWords, Kernel } from "../../../lib/core/text/kernel.ts"
import * as Text from "../../../lib/core/text/functions.ts"
import { type Machine, MOST_TEXT, wasmMachine } from "../../../lib/core/text/machine.ts"
import { ScriptMachine } from "../../../lib/core/text/script_machine.ts"
import { OPERATION, type TextFunction } from "../../../lib/core/text/text_function.ts"
import { anyText, linesOf } from "./texts.ts"

const machines: Readonly<Record<string, () => Machine>> = {
  "WebAssembly": wasmMachine,
  "the script": () => new ScriptMachine(),
}
const kernels = Object.entries(machines).map(([name, machine]) => [name, new Kernel(machine())] as const)

const searches = fc.tuple(
  fc.constantFrom(Text.includes, Text.startsWith, Text.endsWith),
  fc.oneof(
    fc.constantFrom("a", "ab", " ", "é", "😀", "aa", "a a", "\0", "aaaaaaaaaaaaaaaaaaaa", "\ufeff", "b"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 4 }),
  ),
  fc.boolean(),
).map(([make, wanted, isNegated]) => isNegated ? Text.not(make(wanted)) : make(wanted))

const runs = { numRuns: 3000 }

for (const [name, kernel] of kernels) {
  Deno.test(`select() of ${name} keeps the lines that the functions keep, for any bytes, one search after the other`, () => {
    fc.assert(
      fc.property(anyText, fc.array(searches, { maxLength: 3 }), (bytes, all) => {
        let expected = linesOf(bytes)
        assert(kernel.load(bytes))
        for (const each of all) {
          const search = byteSearchOf(each[OPERATION])
          if (search === undefined) continue
          expected = expected.filter(each)
          kernel.select(search)
          assert.deepEqual(linesOf(kernel.text.slice()), expected)
        }
      }),
      runs,
    )
  })

  Deno.test(`select() of ${name} finds text of any length at any place of a long line, and nothing that is only similar`, () => {
    for (const wanted of ["<", "<>", "<->", `<${"-".repeat(14)}>`, `<${"-".repeat(15)}>`, `<${"-".repeat(70)}>`]) {
      const search = byteSearchOf(Text.includes(wanted)[OPERATION])
      assert(search)
      // Its first and its last byte are the same, and one between them is not.
      const similar = wanted.length > 2 ? `<+${wanted.slice(2)}` : "-"
      for (let at = 0; at <= 200; at++) {
        const found = `${similar.repeat(3)}${"-".repeat(at)}${wanted}`
        const text = `${"-".repeat(at)}${similar}\n${found}\n${similar}`
        assert(kernel.load(new TextEncoder().encode(text)))
        kernel.select(search)
        assert.deepEqual(linesOf(kernel.text.slice()), [found])
      }
    }
  })

  Deno.test(`tokens() of ${name} gives what the functions give, for any bytes`, () => {
    const separators: fc.Arbitrary<TextFunction<Array<string>>> = fc.oneof(
      fc.constant(Text.words),
      fc.constantFrom(" ", "\t", "a", "\0", ",", "\v").map(Text.split),
    )
    fc.assert(
      fc.property(anyText, fc.option(searches, { nil: undefined }), separators, (bytes, filter, f) => {
        let expected = linesOf(bytes)
        assert(kernel.load(bytes))
        const search = filter && byteSearchOf(filter[OPERATION])
        if (filter && search) {
          kernel.select(search)
          expected = expected.filter(filter)
        }
        const tokens = kernel.tokens(byteSeparatorOf(f[OPERATION]) ?? NaN)
        assert(tokens)
        assert.deepEqual(Array.from(tokens.ids, (id) => tokens.words[id]), expected.flatMap(f))
      }),
      runs,
    )
  })

  Deno.test(`countLines() of ${name} counts the lines of any bytes, also where a line end is divided`, () => {
    fc.assert(fc.property(anyText, (bytes) => assert.equal(kernel.countLines(bytes), linesOf(bytes).length)), runs)
    const long = new Uint8Array(3 * MOST_TEXT + 7).fill(97)
    for (const [at, bytes] of [[MOST_TEXT - 1, [13, 10]], [2 * MOST_TEXT, [13]], [2 * MOST_TEXT - 1, [13]]] as const) {
      long.set(bytes, at)
    }
    assert.equal(kernel.countLines(long), linesOf(long).length)
    assert.equal(kernel.countLines(long.subarray(0, MOST_TEXT)), 1)
  })

  Deno.test(`tokens() of ${name} keeps the numbers of words, and forgets them when there are too many`, () => {
    const first = new TextEncoder().encode("to be or not to be\n")
    kernel.load(first)
    const { ids, words } = kernel.tokens(32)!
    assert.deepEqual(Array.from(ids, (id) => words[id]), "to be or not to be".split(" "))
    const before = ids.slice()
    const known = words.slice()
    kernel.load(first)
    const again = kernel.tokens(32)!
    assert.deepEqual([again.words === words, again.ids], [true, before])
    let fresh = words
    for (let piece = 0; piece < 40; piece++) {
      const text = Array.from({ length: 8_000 }, (_, i) => `${piece}-${i}`).join(" ")
      assert(kernel.load(new TextEncoder().encode(text)))
      const tokens = kernel.tokens(32)!
      fresh = tokens.words
      assert(fresh.length <= 131_072)
      assert.equal(Array.from(tokens.ids, (id) => fresh[id]).join(" "), text)
    }
    assert.notEqual(fresh, words)
    assert.deepEqual(words.slice(0, known.length), known)
  })

  Deno.test(`load() of ${name} refuses text that is too long`, () => {
    assert.equal(kernel.load(new Uint8Array(MOST_TEXT)), false)
    assert.equal(kernel.load(new Uint8Array(MOST_TEXT - 1).fill(32)), true)
    assert.equal(kernel.tokens(32)?.ids.length, MOST_TEXT)
    assert.deepEqual(kernel.tokens(-1)?.ids.length, 0)
  })
}

Deno.test("tokens() gives up in linear time on words that were made to have the same hash", () => {
  // The script hashes as Java does: "Aa" and "BB" have the same hash, and so has any word of these.
  const word = (n: number) => Array.from({ length: 13 }, (_, bit) => (n >> bit) % 2 === 0 ? "Aa" : "BB").join("")
  const words = Array.from({ length: 4_000 }, (_, n) => word(n))
  const kernel = new Kernel(new ScriptMachine())
  kernel.load(new TextEncoder().encode(words.join(" ")))
  assert.equal(kernel.tokens(32), undefined)
  kernel.load(new TextEncoder().encode("to be"))
  assert.deepEqual(kernel.tokens(32)?.words, ["to", "be"])
})

Deno.test("tokens() of WebAssembly gives up on words that were made to have the same hash", () => {
  const groups = 13
  // Flipping these bits of two neighbouring groups of 8 bytes does not change the hash.
  const wordOf = (n: number): Uint8Array =>
    Uint8Array.from({ length: 16 * groups }, (_, at) => {
      const isFlipped = (n >> (at >> 4)) % 2 === 1 && [7, 11, 15].includes(at % 16)
      return isFlipped ? 65 ^ 0x80 : 65
    })
  const kernel = new Kernel(wasmMachine())
  const pieces = Array.from({ length: 14 }, (_, piece) => {
    assert(kernel.load(new Uint8Array(Array.from({ length: 550 }, (_, n) => [...wordOf(550 * piece + n), 32]).flat())))
    return kernel.tokens(32)
  })
  assert(pieces.includes(undefined))
  kernel.load(new TextEncoder().encode("to be"))
  assert.equal(kernel.tokens(32)?.ids.length, 2)
})

Deno.test("isChangeOfWords() is true only if lines can be divided before they are changed", () => {
  const changes = fc.constantFrom(Text.toLowerCase, Text.toUpperCase, Text.trim)
  const separators = fc.constantFrom(" ", ",", "|", "\t", ".", "a", ":", "'", "s", "\0")
  let found = 0
  fc.assert(
    fc.property(anyText, changes, separators, (bytes, change, separator) => {
      if (!isChangeOfWords(change[OPERATION], separator.charCodeAt(0))) return
      found++
      const split = Text.split(separator)
      const lines = linesOf(bytes)
      assert.deepEqual(lines.flatMap(split).map(change), lines.map(change).flatMap(split))
    }),
    runs,
  )
  assert(found > 500)
})

Deno.test("byteSearchOf() leaves to the functions what bytes do not show", () => {
  for (const wanted of ["", "\n", "a\rb", "\ufffd", "\ud83d", "x".repeat(5000)]) {
    assert.equal(byteSearchOf(Text.includes(wanted)[OPERATION]), undefined)
  }
  assert.equal(byteSearchOf(Text.split(" ")[OPERATION]), undefined)
  for (const separator of ["", "\n", "\r", "é", "ab"]) {
    assert.equal(byteSeparatorOf(Text.split(separator)[OPERATION]), undefined)
  }
})

Deno.test("sharedKernel() is a script where there is no WebAssembly", async () => {
  const kernel = new URL("../../../lib/core/text/kernel.ts", import.meta.url)
  const program = `
    Reflect.deleteProperty(globalThis, "WebAssembly")
    const { sharedKernel } = await import(${JSON.stringify(kernel.href)})
    sharedKernel().load(new TextEncoder().encode("to be or not to be"))
    const { ids, words } = sharedKernel().tokens(32)
    console.log(Array.from(ids, (id) => words[id]).join("|"))`
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", program] }).output()
  assert.equal(new TextDecoder().decode(stdout).trim(), "to|be|or|not|to|be")
})
