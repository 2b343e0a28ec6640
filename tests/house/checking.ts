import assert from "node:assert/strict"
import type { Rule } from "./rule.ts"
import type { SourceFile } from "./source.ts"

/** A file of a made-up project. */
export const file = (path: string, text: string): SourceFile => ({ path, text })

/** The problems that a rule finds, as text. */
export const messages = (rule: Rule, ...files: ReadonlyArray<SourceFile>): ReadonlyArray<string> =>
  rule(files).map(({ path, line, message }) => `${path}:${line ?? "-"} ${message}`)

/** Asserts that a rule finds no problem. */
export const accepts = (rule: Rule, ...files: ReadonlyArray<SourceFile>): void =>
  assert.deepEqual(messages(rule, ...files), [], "should be accepted")

/** Asserts that a rule finds one problem in a file, with a message that matches. */
export const rejects = (rule: Rule, path: string, text: string, expected: RegExp): void => {
  const found = messages(rule, file(path, text))
  assert.equal(found.length, 1, `${path}: ${text} gave ${JSON.stringify(found)}`)
  assert.match(found[0]!, expected)
}
