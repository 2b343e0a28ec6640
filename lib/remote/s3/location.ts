/**
 * Places in S3, as URLs name them.
 *
 * @module
 */
import { authorityOf } from "../../core/url_scheme.ts"
import type { S3Place } from "./objects.ts"

/** Where a URL such as `s3://bucket/data/a.txt` points. The key has no slash at its ends; that of a bucket is empty. */
export const placeOf = (url: string): S3Place => {
  const authority = authorityOf(url)
  return {
    bucket: authority.slice(authority.indexOf("//") + 2),
    key: url.slice(authority.length).replace(/^\/|\/+$/g, ""),
  }
}

/** What the keys of everything in a directory begin with. Empty for a bucket. */
export const prefixOf = ({ key }: S3Place): string => key === "" ? "" : `${key}/`
