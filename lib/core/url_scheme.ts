/**
 * Paths that are URLs: `s3://bucket/key`, `hdfs://host/path`, `file:///path`.
 *
 * @module
 */

/** A scheme has at least two characters, so that `C:/data` is no URL. The part behind `//` names a host or a bucket. */
const URL_PATH = /^([a-z][a-z0-9+.-]+):\/\/[^/]*/i

/** Finds the scheme of a path, in lower case, as in `s3://bucket/key`. Undefined for a path without one. */
export const schemeOf = (path: string): string | undefined =>
  path.startsWith("file:/") ? "file" : URL_PATH.exec(path)?.[1]?.toLowerCase()

/** Finds what comes before the path in a URL: `s3://bucket`, `hdfs://host:8020`, `file://`. Empty for other paths. */
export const authorityOf = (path: string): string => URL_PATH.exec(path)?.[0] ?? ""

/**
 * The path in a `file:` URL: `/data/a b.txt` of `file:///data/a b.txt`, `C:/data` of `file:///C:/data`. As in Hadoop, nothing is
 * percent-decoded. Undefined if the URL names a host.
 */
export const localPath = (url: string): string | undefined => {
  const path = url.replace(/^file:(\/\/(localhost)?(?=\/))?/i, "")
  if (path.startsWith("//") || !path.startsWith("/")) return undefined
  return path.replace(/^\/(?=[a-z]:)/i, "")
}
