/** Errors of AWS's services. */
import assert from "node:assert/strict"
import { thrown } from "../../../lib/connector/kinesis/errors.ts"

/** What AWS's SDK throws. */
const refusal = (name: string, message: string) => Object.assign(new Error(message), { name })

Deno.test("an error about a signature says what is wrong, and shows neither the session token nor the signature", () => {
  const cases: ReadonlyArray<readonly [name: string, message: string, expected: RegExp]> = [
    [
      "InvalidSignatureException",
      "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this " +
      "request should have been\n'POST\n/\n\nhost:kinesis.eu-central-1.amazonaws.com\nx-amz-security-token:secret\n'",
      /\(AuthenticationFailed\): The request signature we calculated does not match the signature you provided\.$/,
    ],
    [
      "IncompleteSignatureException",
      "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=key/secret",
      /\(AuthenticationFailed\): Authorization header requires 'Signature' parameter\.$/,
    ],
  ]
  for (const [name, message, expected] of cases) {
    const error = thrown("Kinesis", "read clicks")(refusal(name, message))
    assert.match(error.message, expected)
    assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)} ${Deno.inspect(error)}`, /secret/)
  }
})
