import assert from "node:assert/strict"
import { encoded, locationOf } from "../../../lib/remote/hdfs/address.ts"

Deno.test("locationOf() finds the WebHDFS server of a URL, and its path as it is written", () => {
  const found = (url: string, httpAddress?: string) => {
    const location = locationOf(url, httpAddress)
    return typeof location === "string" ? location : [location.root, location.base, location.path]
  }
  assert.deepEqual(
    [
      found("hdfs://name/data/a b.txt"),
      found("hdfs://name:8020/a%20b"),
      found("HDFS://name"),
      found("webhdfs://name:50070/a//b/./../c/"),
      found("webhdfs://name/a"),
      found("swebhdfs://name/a?b#c"),
      found("webhdfs://[::1]:9000/a"),
    ],
    [
      ["hdfs://name", "http://name:9870/webhdfs/v1", "/data/a b.txt"],
      ["hdfs://name:8020", "http://name:9870/webhdfs/v1", "/a%20b"],
      ["HDFS://name", "http://name:9870/webhdfs/v1", "/"],
      ["webhdfs://name:50070", "http://name:50070/webhdfs/v1", "/a/c"],
      ["webhdfs://name", "http://name:9870/webhdfs/v1", "/a"],
      ["swebhdfs://name", "https://name:9871/webhdfs/v1", "/a?b#c"],
      ["webhdfs://[::1]:9000", "http://[::1]:9000/webhdfs/v1", "/a"],
    ],
  )
  const expected = "the URL must name the NameNode, as in hdfs://host/path and webhdfs://host:9870/path"
  for (const url of ["hdfs:///a", "webhdfs://name:x/a", "webhdfs://user@name/a", "s3://bucket/a"]) {
    assert.equal(found(url), expected, url)
  }
})

Deno.test("locationOf() uses the configured address for hdfs URLs only", () => {
  const bases = (url: string) =>
    ["gate:14000", "https://gate:8443/gateway/default/"].map((address) => {
      const location = locationOf(url, address)
      return typeof location === "string" ? location : location.base
    })
  assert.deepEqual(bases("hdfs://cluster/a"), [
    "http://gate:14000/webhdfs/v1",
    "https://gate:8443/gateway/default/webhdfs/v1",
  ])
  assert.deepEqual(bases("hdfs:///a"), bases("hdfs://cluster/a"))
  assert.deepEqual(bases("webhdfs://name:1/a"), ["http://name:1/webhdfs/v1", "http://name:1/webhdfs/v1"])
})

Deno.test("encoded() encodes what is special in URLs, but no slash", () => {
  assert.equal(encoded("/a b/c+d%/é?#"), "/a%20b/c%2Bd%25/%C3%A9%3F%23")
})
