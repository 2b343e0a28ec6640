import type { Problem } from "./source.ts"

/** A declaration, as `deno doc --json` writes it; only what is read here. */
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

/** The tag and the message of an error, and the brand of a value: there is nothing to say that is not true of all. */
const SPEAKS_FOR_ITSELF =
  /^error\[missing-jsdoc\][^]*\|\s+(?:readonly (?:_tag = "|\[TypeId\]: )|override get message\(\))/

/**
 * The errors of `deno doc --lint` that count. A public mention of any type of an npm package is reported as
 * `private-type-ref`, and nothing the library could write would avoid it.
 */
export const countingErrors = (output: string): ReadonlyArray<string> =>
  output.split(/(?=^error(?:\[|:))/m)
    .filter((block) => /^error\[(?!private-type-ref\])/.test(block) && !SPEAKS_FOR_ITSELF.test(block))
    .map((block) => block.trimEnd())

const hasExample = ({ doc, tags = [] }: Documentation): boolean =>
  [doc, ...tags.map((tag) => tag.doc)].some((text) => /^\s*```ts\b/m.test(text ?? ""))

/**
 * Entry points without a module doc, exported functions and constants without a ```ts block, and other exports
 * without a description; the same of what stands in a namespace. A name with several declarations (overloads, or a type
 * beside its constant) needs one of them to be documented so. Takes one entry point at a time: given several, `deno doc`
 * writes what two of them export as a bare reference, without its documentation.
 */
export const undocumented = (json: DocJson, root: string): ReadonlyArray<Problem> => {
  const local = (url: string) => url.startsWith(root) ? url.slice(root.length) : url
  const ofExport = ({ name, declarations }: Export): ReadonlyArray<Problem> => {
    const exported = declarations.filter((it) => it.declarationKind !== "private" && it.location.filename !== "")
    const first = exported[0]
    // Packages document their own.
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
  // Anything the two commands say that is not a lint error (a file that is missing, a syntax error) must not pass.
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
