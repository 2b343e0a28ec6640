import { lineOf, type Problem, type SourceFile } from "./source.ts"

/** A rule looks at all files at once and reports what breaks it. */
export type Rule = (files: ReadonlyArray<SourceFile>) => ReadonlyArray<Problem>

/** Whether a path is a file of the library. */
export const isLib = (path: string): boolean => path.startsWith("lib/") && path.endsWith(".ts")

/** A rule about single files. */
export const each = (
  where: (path: string) => boolean,
  problems: (file: SourceFile) => ReadonlyArray<Problem>,
): Rule => {
  return (files) => files.filter((file) => where(file.path)).flatMap(problems)
}

/** A rule against words: each match of the pattern is a problem. `view` gives the text to look at, such as the code alone. */
export const words = (
  where: (path: string) => boolean,
  pattern: RegExp,
  message: (found: string) => string,
  view: (text: string) => string = (text) => text,
): Rule =>
  each(where, ({ path, text }) => {
    const seen = view(text)
    return [...seen.matchAll(pattern)].map((match) => ({
      path,
      line: lineOf(seen, match.index),
      message: message(match[0].trim()),
    }))
  })
