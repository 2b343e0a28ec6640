import assert from "node:assert/strict"
import { tested } from "./effect_versions.ts"
import { decode, encode, releases, type Version, versionsToTry } from "./versions.ts"

const all = releases(["4.10.0", "3.9.9", "4.0.6", "4.1.0", "5.0.0", "4.2.0-rc.1", "4.1.12", "4.9.1"])

Deno.test("decode() reads releases, and nothing else", () => {
  assert.deepEqual(decode("4.10.2"), [4, 10, 2])
  for (const text of ["4.1", "4.1.0-rc.1", "v4.1.0", ""]) assert.equal(decode(text), undefined)
})

Deno.test("versionsToTry() takes the ends of the range, without the one that is in use", () => {
  const chosen = (locked: string, limit?: Version) => {
    const choice = versionsToTry(all, "^4.1.0", locked, limit)
    return [choice?.lowest, choice?.newest, choice?.others.map(encode)]
  }
  assert.deepEqual(chosen("4.9.1"), ["4.1.0", "4.10.0", ["4.1.0", "4.10.0"]])
  assert.deepEqual(chosen("4.10.0"), ["4.1.0", "4.10.0", ["4.1.0"]])
  assert.deepEqual(chosen("", [4, 9, 0]), ["4.1.0", "4.1.12", ["4.1.0", "4.1.12"]])
  assert.deepEqual(chosen("4.1.0", [4, 1, 0]), ["4.1.0", "4.1.0", []])
  assert.equal(versionsToTry(all, "^4.11.0", ""), undefined)
  assert.equal(versionsToTry(all, ">=4", ""), undefined)
})

Deno.test("The tests that run with other versions of Effect exist", () => {
  for (const path of tested) assert.ok(Deno.statSync(new URL(`../../${path}`, import.meta.url)))
})
