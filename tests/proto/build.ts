/**
 * Translates the messages of Spark Connect: `deno task proto` writes a TypeScript file beside each `.proto` file of the
 * library.
 *
 * @module
 */

/** Where the messages are. */
export const FOLDER: URL = new URL("../../lib/engine/spark/connect/proto/", import.meta.url)
const BUF = "npm:@bufbuild/buf@1.75.0"
const PLUGIN = "npm:@bufbuild/protoc-gen-es@2.17.0"

const template = (out: string): string =>
  JSON.stringify({
    version: "v2",
    plugins: [{
      local: [Deno.execPath(), "run", "--allow-all", "--quiet", "--no-lock", PLUGIN],
      out,
      opt: ["target=ts", "import_extension=ts"],
    }],
  })

const run = async (args: ReadonlyArray<string>): Promise<void> => {
  const { code } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: FOLDER }).output()
  if (code !== 0) throw new Error(`deno ${args.join(" ")} has ended with ${code}`)
}

/** Adds a comment about the module, and drops the comments that only say which field a property is. */
const commented = (name: string, text: string): string => {
  const code = text
    .replaceAll(/^\/\/.*\n|^\/\* eslint-disable \*\/\n/gm, "")
    .replaceAll(/^( *)\/\*\*\n *\* (.*)\n *\*\n *\* @generated from .*\n *\*\/\n/gm, "$1/** $2 */\n")
    .replaceAll(/^ *\/\*\*\n *\* @generated from (?:field|oneof|rpc|enum value)\b.*\n *\*\/\n/gm, "")
    .replaceAll(
      /^( *)\/\*\*\n *\* @generated from (message|enum|service) ([\w.]+)\n *\*\/\n/gm,
      "$1/** The $2 `$3`. */\n",
    )
    .replaceAll(/^( *)\/\*\*\n *\* (Describes [^\n]*)\n(?: *\*.*\n)*? *\*\/\n/gm, "$1/** $2 */\n")
    .replaceAll(/ & \{\s*\}(?=;?\n|$)/gm, "")
  return `/**
 * The messages of \`${name.replace("_pb.ts", ".proto")}\`. Written by \`deno task proto\`.
 *
 * @module
 */
${code.trimStart()}`
}

/** Translates all files, and gives the text of each by its name. */
export const built = async (): Promise<ReadonlyMap<string, string>> => {
  const out = await Deno.makeTempDir()
  try {
    await run(["run", "--allow-all", "--quiet", "--no-lock", BUF, "generate", "--template", template(out)])
    const texts = new Map<string, string>()
    for (const { name } of Deno.readDirSync(out)) {
      const path = `${out}/${name}`
      await Deno.writeTextFile(path, commented(name, await Deno.readTextFile(path)))
      await run([
        "fmt",
        "--quiet",
        "--config",
        decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname),
        path,
      ])
      texts.set(name, await Deno.readTextFile(path))
    }
    return texts
  } finally {
    await Deno.remove(out, { recursive: true })
  }
}

if (import.meta.main) {
  for (const [name, text] of await built()) await Deno.writeTextFile(new URL(name, FOLDER), text)
}
