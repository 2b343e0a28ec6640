import assert from "node:assert/strict"

const root = new URL("../../", import.meta.url)
const command = `${Deno.execPath()} run examples/network_word_count.ts`

/** Whether `script`, which runs a program in a pseudo-terminal, is installed. */
const hasScript = await new Deno.Command("script", { args: ["--version"] }).output().then(
  ({ success }) => success,
  () => false,
)
if (!hasScript) {
  console.log(
    "SKIPPED: tests/examples/terminal_test.ts needs `script` (Debian: bsdutils); install it and run the tests again",
  )
}

Deno.test({
  name: "network_word_count asks only for network access, once, on a terminal, and Ctrl-C stops it",
  ignore: !hasScript,
  fn: async () => {
    const child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn()
    const keyboard = child.stdin.getWriter()
    const type = (keys: string) => keyboard.write(new TextEncoder().encode(keys))
    const decoder = new TextDecoder()
    let screen = ""
    let answered = 0
    let ended = false
    for await (const chunk of child.stdout) {
      screen += decoder.decode(chunk, { stream: true })
      if (screen.split("Allow?").length - 1 > answered) {
        answered++
        // The prompt discards keys that were typed before it started reading.
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        await type("y\r")
      }
      if (!ended && screen.split("Time: ").length > 2) {
        ended = true
        await type("\x03")
      }
    }
    const { code } = await child.status
    await keyboard.close().catch(() => {})
    assert.equal(answered, 1)
    assert.match(screen, /net access to "127\.0\.0\.1"/)
    assert.match(screen, /\(hello,\d+\)/)
    assert.equal(code, 130)
  },
})
