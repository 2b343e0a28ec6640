/**
 * The few elements that S3 sends and takes as XML. Its answers have no attributes that matter, and no comments.
 *
 * @module
 */

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

const unescape = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? all
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : all
  })

/** Finds the inner text of each element of a name. Elements of one name are never nested. */
export const elements = (xml: string, name: string): ReadonlyArray<string> =>
  Array.from(
    xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*?)?(?:/>|>([^]*?)</${name}>)`, "g")),
    ([, inner]) => inner ?? "",
  )

/** The text of the first element of a name, without entities. Undefined if there is none. */
export const textOf = (xml: string, name: string): string | undefined => {
  const [first] = elements(xml, name)
  return first?.split(/(<!\[CDATA\[[^]*?\]\]>)/).map((part) =>
    part.startsWith("<![CDATA[") ? part.slice(9, -3) : unescape(part)
  )
    .join("")
}

/** Writes a text so that it can be in an element. */
export const escape = (text: string): string => text.replace(/[&<>"'\r\n\t]/g, (c) => `&#${c.charCodeAt(0)};`)
