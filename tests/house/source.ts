/** One file of the project. */
export interface SourceFile {
  /** Path from the project's root, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** A broken rule. */
export interface Problem {
  readonly path: string
  /** 1-based; absent when the problem concerns the whole file. */
  readonly line?: number
  readonly message: string
}

/** An import, re-export, dynamic import or worker URL. */
export interface Import {
  readonly specifier: string
  readonly line: number
}

// Strings and regular expressions are matched so that a comment mark inside them does not start a comment.
const tokens = new RegExp(
  [
    /"(?:\\[\s\S]|[^"\\\n])*"/,
    /'(?:\\[\s\S]|[^'\\\n])*'/,
    /`(?:\\[\s\S]|[^`\\])*`/,
    /\/\*[\s\S]*?\*\//,
    /\/\/[^\n]*/,
    /(?<=[=(,:;!&|?{}[\n>]\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//,
  ].map((part) => part.source).join("|"),
  "g",
)

const blank = (text: string): string => text.replace(/[^\n]/g, " ")

/** Replaces comments with spaces; every line and column stays where it was. */
export const withoutComments = (text: string): string =>
  text.replace(tokens, (token) => /^\/[*/]/.test(token) ? blank(token) : token)

/** Replaces comments, quoted strings and regular expressions with spaces. Template literals stay, because they hold code. */
export const codeOnly = (text: string): string =>
  text.replace(tokens, (token) => token.startsWith("`") ? token : blank(token))

/** The line of an offset, counted from 1. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length

const importForms = [
  /\b(?:import|export)\b[^"'`;()=]*?\bfrom\s*["']([^"']+)["']/g,
  /\bimport\s*["']([^"']+)["']/g,
  /\bimport\s*\(\s*["']([^"']+)["']/g,
  /\bnew\s+URL\s*\(\s*["'](\.[^"']+\.[jt]s)["']\s*,\s*import\.meta\.url/g,
]

/** Every module that a file refers to, type-only imports and worker entries included. */
export const importsOf = (file: SourceFile): ReadonlyArray<Import> => {
  const text = withoutComments(file.text)
  return importForms.flatMap((form) =>
    [...text.matchAll(form)].map((match) => ({ specifier: match[1]!, line: lineOf(text, match.index) }))
  )
}

/** The path in the project that a relative specifier points to; undefined for other specifiers. */
export const resolve = (from: string, specifier: string): string | undefined =>
  specifier.startsWith(".") ? new URL(specifier, `file:///${from}`).pathname.slice(1) : undefined

/** A test that a file declares. */
export interface DeclaredTest {
  /** As it is written: a template keeps its `${…}`. */
  readonly name: string
  /** 1-based. */
  readonly line: number
}

const declaration = /(?:^\w+|(?<![.\w])(?:Deno\.)?test)\(\s*(?:\{\s*name:\s*)?(["'`])((?:\\.|(?!\1)[^\\])*)\1/gm

/** The tests in a source text, those that a helper at the start of a line declares included. */
export const declaredTests = (text: string): ReadonlyArray<DeclaredTest> =>
  [...text.matchAll(declaration)].map((match) => ({ name: match[2] ?? "", line: lineOf(text, match.index) }))
