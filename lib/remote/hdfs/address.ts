/**
 * Paths in HDFS: which server a URL stands for, and which file there.
 *
 * @module
 */

/** A file or directory in HDFS. */
export interface HdfsLocation {
  /** The URL without its path, for messages: `hdfs://host:8020`. */
  readonly root: string
  /** The URL of WebHDFS: `http://host:9870/webhdfs/v1`. */
  readonly base: string
  /** The absolute path, such as `/data/a b.txt`. Nothing in it is percent-encoded. */
  readonly path: string
}

const HTTP_PORT = 9870
const HTTPS_PORT = 9871

const REST = "/webhdfs/v1"

/** Resolves `.` and `..`, and removes empty parts, which HDFS does not have. */
const absolute = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

const AUTHORITY = /^(\[[^\]]+\]|[^:[\]@]+)(?::(\d+))?$/

const serverOf = (scheme: string, authority: string, httpAddress: string | undefined): string | undefined => {
  if (scheme === "hdfs" && httpAddress !== undefined) {
    return (/^https?:\/\//.test(httpAddress) ? httpAddress : `http://${httpAddress}`).replace(/\/+$/, "")
  }
  const [, host, port] = AUTHORITY.exec(authority) ?? []
  if (host === undefined) return undefined
  // The port of an hdfs:// URL is that of Hadoop's own protocol, which only its Java client speaks.
  if (scheme === "hdfs") return `http://${host}:${HTTP_PORT}`
  return scheme === "swebhdfs" ? `https://${host}:${port ?? HTTPS_PORT}` : `http://${host}:${port ?? HTTP_PORT}`
}

/**
 * Finds the server and the path of a URL, or gives a text that says what is wrong with it. As in Hadoop, `webhdfs` and
 * `swebhdfs` name the HTTP and the HTTPS port, and nothing in the path is percent-decoded. `httpAddress` is where
 * WebHDFS of `hdfs` URLs is: a host and port, or the URL of a gateway.
 */
export const locationOf = (url: string, httpAddress: string | undefined): HdfsLocation | string => {
  const [, scheme = "", authority = "", path = ""] = /^(hdfs|s?webhdfs):\/\/([^/]*)(.*)$/is.exec(url) ?? []
  const server = serverOf(scheme.toLowerCase(), authority, httpAddress)
  return server === undefined
    ? "the URL must name the NameNode, as in hdfs://host/path and webhdfs://host:9870/path"
    : { root: `${scheme}://${authority}`, base: server + REST, path: absolute(path) }
}

/** A path as a part of a URL. */
export const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/")
