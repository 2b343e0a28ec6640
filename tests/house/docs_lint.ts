import type { Problem } from "./source.ts"

/** A declaration in the output of `deno doc --json`; only the fields that this file reads. */
interface Declaration {
  readonly kind: string
  readonly declarationKind?: string
  readonly location: { readonly filename: string; readonly line: number }
  readonly jsDoc?: Documentation
  readonly def?: { readonly elements?: ReadonlyArray<Export> }
}

interface Export {
  readonly name: string
  readonly declarations: ReadonlyArray<Declaration>
}

interface Documentation {
  readonly doc?: string
  readonly tags?: ReadonlyArray<{ readonly kind: string; readonly doc?: string }>
}

/** The output of `deno doc --json`. */
export interface DocJson {
  readonly nodes: Readonly<
    Record<string, {
      readonly module_doc?: Documentation
      readonly symbols?: ReadonlyArray<Export>
    }>
  >
}

/** Members that need no description: the tag and the message of an error, and the brand of a value. */
const SELF_EXPLANATORY =
  /^error\[missing-jsdoc\][^]*\|\s+(?:readonly (?:_tag = "|\[TypeId\]: )|override get message\(\))/

/**
 * The errors of `deno doc --lint`, without `private-type-ref`: Deno reports every public mention of a type from an npm
 * package under that name, and the library cannot avoid it.
 */
export const countingErrors = (output: string): ReadonlyArray<string> =>
  output.split(/(?=^error(?:\[|:))/m)
    .filter((block) => /^error\[(?!private-type-ref\])/.test(block) && !SELF_EXPLANATORY.test(block))
    .map((block) => block.trimEnd())

const hasExample = ({ doc, tags = [] }: Documentation): boolean =>
  [doc, ...tags.map((tag) => tag.doc)].some((text) => /^\s*```ts\b/m.test(text ?? ""))

/**
 * Finds entry points without a module doc, exported functions and constants without a ```ts block, and other exports
 * without a description, members of namespaces included. Of a name with several declarations (overloads, or a type beside
 * its constant) one has to be documented. Takes the output for one entry point: given several, `deno doc` writes an
 * export that two of them share as a bare reference, without its documentation.
 */
export const undocumented = (json: DocJson, root: string): ReadonlyArray<Problem> => {
  const local = (url: string) => url.startsWith(root) ? url.slice(root.length) : url
  const ofExport = ({ name, declarations }: Export): ReadonlyArray<Problem> => {
    const exported = declarations.filter((it) => it.declarationKind !== "private" && it.location.filename !== "")
    const first = exported[0]
    // Exports of other packages are not this library's to document.
    if (!first || !first.location.filename.startsWith(root)) return []
    if (first.kind === "namespace") return (first.def?.elements ?? []).flatMap(ofExport)
    const docs = exported.flatMap((it) => it.jsDoc ? [it.jsDoc] : [])
    const isValue = exported.some((it) => it.kind === "function" || it.kind === "variable")
    const message = docs.length === 0
      ? `${name} has no description`
      : isValue && !docs.some(hasExample)
      ? `${name} has no \`\`\`ts example`
      : undefined
    return message === undefined
      ? []
      : [{ path: local(first.location.filename), line: first.location.line + 1, message }]
  }
  return Object.entries(json.nodes).flatMap(([url, { module_doc, symbols = [] }]) => [
    ...(module_doc ? [] : [{ path: local(url), line: 1, message: "entry point without a module doc (@module)" }]),
    ...symbols.flatMap(ofExport),
  ])
}

/** The files that `exports` of deno.json names. */
export const entryPoints = (exports: string | Readonly<Record<string, string>>): ReadonlyArray<string> => [
  ...new Set(typeof exports === "string" ? [exports] : Object.values(exports)),
]

const doc = (root: URL, ...args: ReadonlyArray<string>) => {
  const { stdout, stderr, success } = new Deno.Command(Deno.execPath(), {
    args: ["doc", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).outputSync()
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes))
  return { out: out ?? "", err: err ?? "", success }
}

if (import.meta.main) {
  const root = new URL("../../", import.meta.url)
  const files = entryPoints(JSON.parse(Deno.readTextFileSync(new URL("deno.json", root))).exports)
  const lint = doc(root, "--lint", ...files)
  const jsons = files.map((file) => doc(root, "--json", file))
  const errors = countingErrors(lint.err)
  // Other failures of the two commands (a missing file, a syntax error) fail this check as well.
  const broken = [
    ...(lint.success || /^error\[/m.test(lint.err) ? [] : [lint.err]),
    ...jsons.flatMap((json) => json.success ? [] : [json.err]),
  ]
  const problems = jsons.flatMap((json) => json.success ? undocumented(JSON.parse(json.out), root.href) : [])
  const lines = [
    ...broken,
    ...errors,
    ...new Set(problems.map(({ path, line, message }) => `${path}:${line} ${message}`)),
  ]
  lines.forEach((line) => console.log(line))
  console.log(`docs: ${files.length} entry points, ${lines.length === 0 ? "clean" : `${lines.length} problems`}`)
  Deno.exit(lines.length === 0 ? 0 : 1)
}
