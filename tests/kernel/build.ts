/** Translates the WebAssembly text of the kernel: `deno task kernel` writes the bytes into the library. */
import wabt from "wabt"

const SOURCE = new URL("../../lib/core/text/machine.wat", import.meta.url)

/** The file with the bytes. */
export const TARGET: URL = new URL("../../lib/core/text/wasm_bytes.ts", import.meta.url)

/** Translates the source and returns the text of the file with the bytes. */
export const built = async (): Promise<string> => {
  const { parseWat } = await wabt()
  const module = parseWat("machine.wat", await Deno.readTextFile(SOURCE), { simd: true, bulk_memory: true })
  module.validate()
  const bytes = module.toBinary({}).buffer
  const text = btoa(String.fromCharCode(...bytes))
  const lines = text.match(/.{1,110}/g) ?? []
  return `/**
 * The WebAssembly module of machine.wat, in base64. Written by \`deno task kernel\`.
 *
 * @module
 */

/** The bytes of the module, in base64. */
export const wasm: string = [
${lines.map((line) => `  "${line}",`).join("\n")}
].join("")
`
}

if (import.meta.main) await Deno.writeTextFile(TARGET, await built())
