import { each, type Rule, words } from "./rule.ts"
import { declaredTests } from "./source.ts"

/** Phrases that a reader has to decode, each with what to write. A space stands for any gap, line breaks included. */
const riddles: ReadonlyArray<readonly [pattern: string, instead: string]> = [
  ["(?:some|any|no)body(?: else)?|someone(?: else)?|who(?:m)?ever", "name the caller, the batch or the job"],
  ["such an? one|such ones", "name the thing"],
  ["on (?:this|the other) side", "name the driver, the worker, the peer or the other stream"],
  ["over there", "name the worker or the executor"],
  ["(?:is|are|longer) in the way(?! (?:that|in which))", "say what waits for what"],
  ["(?:comes?|coming|came) upon", "say find, read or meet"],
  ["(?:lets?|letting) go of", "say release, free or drop"],
  ["no way back", "say what is final"],
  ["what (?:[\\w'`]+ ){1,8}makes? of", "name the result"],
  ["its own affair", "say who handles it"],
  ["hand-overs?", "say block queue"],
  ["patience", "say timeout or time limit"],
  ["keepers?(?:In|Of)?", "say kept stream"],
  ["blame[sd]?", "say which operator, partition or caller failed"],
  ["insists?|insisted", "say retry"],
  ["bearing(?:Of)?(?! in mind)", "name the effect"],
]

const gap = "(?:\\s|\\*|//)+"

const phrases = riddles.map(([pattern, instead]) => ({
  pattern: new RegExp(`\\b(?:${pattern.replaceAll(" ", gap)})\\b`, "gi"),
  message: (found: string) => `"${found.replace(/[\s*/]+/g, " ")}": ${instead}`,
}))

const isProse = (path: string) => path === "mod.ts" || path.endsWith(".md") || /^(?:lib|examples)\/.*\.ts$/.test(path)

/** Docs, the library and the names of tests are free of phrases that have to be decoded. */
export const plainWords: Rule = (files) =>
  phrases.flatMap(({ message, pattern }) => [
    ...words(isProse, pattern, message)(files),
    ...each((path) => path.startsWith("tests/"), ({ path, text }) =>
      declaredTests(text).flatMap(({ line, name }) =>
        [...name.matchAll(pattern)].map((match) => ({ path, line, message: message(match[0]) }))
      ))(files),
  ])
