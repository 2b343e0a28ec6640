import assert from "node:assert/strict"
import * as fc from "fast-check"
import { crc32, portableCrc32 } from "../../lib/durable/crc32.ts"

Deno.test("crc32() gives the checksum of zip files, in pieces too, with and without the runtime's help", () => {
  const check = new TextEncoder().encode("123456789")
  for (const sum of [crc32, portableCrc32]) {
    assert.equal(sum(check), 0xcbf43926)
    assert.equal(sum(new Uint8Array()), 0)
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, at) => {
    const [one, two] = [bytes.subarray(0, at), bytes.subarray(at)]
    assert.equal(portableCrc32(bytes), crc32(bytes))
    assert.equal(portableCrc32(two, portableCrc32(one)), crc32(two, crc32(one)))
    assert.equal(portableCrc32(two, portableCrc32(one)), crc32(bytes))
  }))
})
