import assert from "node:assert/strict"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { named } from "../../../lib/dstream/dstream.ts"
import { PARAMETERS } from "../../../lib/core/parameters.ts"
import { fingerprint } from "../../../lib/dstream/graph/fingerprint.ts"
import { foreachRDD } from "../../../lib/dstream/outputs/foreach.ts"
import { make } from "../../../lib/dstream/graph/graph.ts"
import { mismatch } from "../../../lib/dstream/graph/mismatch.ts"
import { nameOutput } from "../../../lib/dstream/outputs/output.ts"
import { print } from "../../../lib/dstream/outputs/print.ts"
import * as Text from "../../../lib/text.ts"
import { filtered } from "../declared_graphs.ts"
import { differ, differInTexts, withFunctions } from "../fingerprints.ts"
import { build, chain, counting, graphOf, shape, stub } from "../graph_arbitrary.ts"

const same = (a: Parameters<typeof mismatch>[0], b: typeof a) => {
  assert.deepEqual(a, b)
  assert.equal(mismatch(a, b), undefined)
}

Deno.test("fingerprint() is plain data with two hashes of 16 hexadecimal digits", () => {
  const it = withFunctions((n) => n + 1)
  for (const hash of [it.structure, it.texts]) assert.match(hash, /^[0-9a-f]{16}$/)
  assert.deepEqual(structuredClone(it), it)
  assert.equal(it.nodes.length, 2)
  assert.equal(it.outputs.length, 1)
})

Deno.test("fingerprint() is the same in every run", () => {
  const f = Object.assign(() => 0, { toString: () => "() => 0" })
  const it = fingerprint(make([print(stub("map", [stub("a")], { functions: [f] }))]))
  assert.deepEqual(it.nodes, ['["a",[],0,[],null,""]', '["map",[0],1,[],null,"81fe480cac3d33a5"]'])
  assert.deepEqual(it.outputs, ['["print",[1],0,["10"],null,""]'])
  assert.deepEqual([it.structure, it.texts], ["31a92dc350dbd5a0", "5b3a1eebdd6f3986"])
})

Deno.test("fingerprint() is equal for a declared function that is called twice with the same data", () => {
  same(fingerprint(filtered({ length: 3 })), fingerprint(filtered({ length: 3 })))
  differ(
    fingerprint(filtered({ length: 3 })),
    fingerprint(filtered({ length: 4 })),
    /^The graphs differ at operator 3 \(filter\): it is filter here and map there\. /,
  )
})

Deno.test("fingerprint() is equal for graphs built twice from the same shape", () =>
  fc.assert(fc.property(shape, (it) => same(fingerprint(build(it)), fingerprint(build(it))))))

Deno.test("fingerprint() does not depend on where in the source operators are", () => {
  const here = () => stub("map", [stub("constant")])
  const there = () => stub("map", [stub("constant")])
  same(fingerprint(make([print(here())])), fingerprint(make([print(there())])))
})

Deno.test("fingerprint() differs in texts when a function's text does, not when what it captures does", () => {
  const above = (limit: number) => (n: number) => n > limit
  same(withFunctions(above(1)), withFunctions(above(2)))
  const texts = /operator 1 \(map\): its functions have different texts/
  differInTexts(withFunctions((n) => n + 1), withFunctions((n) => n + 2), texts)
  differInTexts(withFunctions((a) => a, (b) => b), withFunctions((b) => b, (a) => a), texts)
  const sink = (f: () => Effect.Effect<void>) => fingerprint(make([foreachRDD(stub("a"), f)]))
  differInTexts(sink(() => Effect.void), sink(() => Effect.never), /output 0 \(foreachRDD\): its functions have/)
})

Deno.test("fingerprint() differs in structure when the number of functions does", () => {
  differ(withFunctions((n) => n), withFunctions(), /operator 1 \(map\): its number of functions is 1 here and 0 there/)
  differ(withFunctions((n) => n), withFunctions((n) => n, (n) => n), /its number of functions is 1 here and 2 there/)
})

Deno.test("fingerprint() differs in structure when the parameters of a function do", () => {
  const splitBy = (separator: string) =>
    Object.assign((line: string) => line.split(separator), { [PARAMETERS]: JSON.stringify(separator) })
  same(withFunctions(splitBy(" ")), withFunctions(splitBy(" ")))
  differ(
    withFunctions(splitBy(" ")),
    withFunctions(splitBy(",")),
    /map\): its parameters are \["\\" \\""\] here and \["\\",/,
  )
  differ(
    withFunctions(splitBy(" ")),
    withFunctions((line) => line.split(" ")),
    /its parameters are .* here and \[\] there/,
  )
})

Deno.test("fingerprint() differs in structure when a text function has other parameters", () => {
  same(withFunctions(Text.split(" ")), withFunctions(Text.split(" ")))
  differ(
    withFunctions(Text.split(" ")),
    withFunctions(Text.split(",")),
    /its parameters are .*split.* here and .*split/,
  )
  differ(withFunctions(Text.includes("a")), withFunctions(Text.not(Text.includes("a"))), /its parameters are/)
})

Deno.test("fingerprint() keeps apart which of several functions has parameters", () => {
  const plain = () => 0
  const tagged = Object.assign(() => 0, { [PARAMETERS]: "1" })
  differ(
    withFunctions(plain, tagged),
    withFunctions(tagged, plain),
    /its parameters are \[null,"1"\] here and \["1",null\]/,
  )
})

Deno.test("fingerprint() differs in structure when an argument of an output does", () => {
  const of = (num: number) => fingerprint(make([print(stub("a"), num)]))
  differ(of(10), of(5), /output 0 \(print\): its parameters are \["10"\] here and \["5"\] there/)
})

Deno.test("fingerprint() differs in structure when parents or their order do", () => {
  const joined = (order: (a: string, b: string) => ReadonlyArray<number>) => {
    const streams = [stub("constant"), stub("constant")]
    const join = stub("join", order("a", "b").map((i) => streams[i] ?? assert.fail()))
    return fingerprint(graphOf([...streams.map((it) => print(it)), print(join)]))
  }
  differ(
    joined(() => [0, 1]),
    joined(() => [1, 0]),
    /operator 2 \(join\): it is computed from \[0,1\] here and \[1,0\]/,
  )
  differ(joined(() => [0, 1]), joined(() => [0, 0]), /computed from \[0,1\] here and \[0,0\] there/)
  differ(joined(() => [0]), joined(() => [0, 0]), /computed from \[0\] here and \[0,0\] there/)
})

Deno.test("fingerprint() differs in structure when the names do", () => {
  const of = (name: string) => fingerprint(make([print(named(stub("constant"), name))]))
  differ(of("a"), of("b"), /operator 0 \(constant\): its name is "a" here and "b" there/)
  differ(of("null"), fingerprint(make([print(stub("constant"))])), /its name is "null" here and null there/)
})

Deno.test("fingerprint() differs in structure when the outputs do", () => {
  const a = stub("a")
  const b = stub("b", [a])
  const of = (...all: Parameters<typeof graphOf>[0]) => fingerprint(graphOf(all))
  differ(of(print(b), print(a)), of(print(b), print(b)), /output 1 \(print\): it is computed from \[0\] here and \[1\]/)
  differ(
    of(print(a)),
    of(foreachRDD(a, () => Effect.void)),
    /output 0 \(print\): it is print here and foreachRDD there/,
  )
  differ(of(nameOutput(print(a), "x")), of(nameOutput(print(a), "y")), /output 0 \(print\): its name is "x" here/)
  const found = differ(of(print(a)), of(print(a), print(a)), /output 1 \(print\): only the other graph has this print/)
  assert.deepEqual([found.kind, found.index, found.mine, found.theirs], ["output", 1, undefined, "print"])
})

Deno.test("fingerprint() has no equal structures among many small graphs", () => {
  const hashes = new Set<string>()
  for (let i = 0; i < 5_000; i++) hashes.add(fingerprint(make([print(stub(`op${i}`))])).structure)
  assert.equal(hashes.size, 5_000)
})

Deno.test("fingerprint() walks a chain of 10,000 streams and 100 outputs", () => {
  const last = chain(10_000)
  const it = fingerprint(graphOf(Array.from({ length: 100 }, () => print(last))))
  assert.deepEqual([it.nodes.length, it.outputs.length], [10_000, 100])
})

Deno.test("fingerprint() reads the parents of a shared stream a fixed number of times", () => {
  const { last, reads } = counting(100)
  fingerprint(graphOf(Array.from({ length: 100 }, () => print(last))))
  assert.equal(reads(), 2 * 99)
})
