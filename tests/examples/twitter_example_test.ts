import assert from "node:assert/strict"
import { twitterServer } from "../servers/twitter_server.ts"

/** Starts the example in a process of its own, with no more permissions than it needs. */
const start = (env: Readonly<Record<string, string>>, ...rules: ReadonlyArray<string>) =>
  new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-env=X_BEARER_TOKEN,X_API_URL",
      "examples/twitter_hashtags.ts",
      ...rules,
    ],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn()

Deno.test("twitter_hashtags shows the hashtags of posts, most used first", async () => {
  for (const rules of [["cat", "big data"], []]) {
    const hashtags = ["Deno", "spark"].map((tag) => ({ start: 0, end: 1, tag }))
    await using server = twitterServer({ fields: { entities: { hashtags } } })
    const child = start({ X_BEARER_TOKEN: server.behaviour.token, X_API_URL: server.url }, ...rules)
    const stderr = new Response(child.stderr).text()
    await server.opened()
    server.publish("a cat")
    server.behaviour.fields = { entities: { hashtags: hashtags.slice(1) } }
    server.publish("data that are big")
    let stdout = ""
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += text
      if (/in last 10 seconds \(2 total\):\n#spark/.test(stdout)) child.kill("SIGINT")
    }
    assert.match(stdout, /Popular topics in last 60 seconds \(2 total\):\n#spark \(2 posts\)\n#deno \(1 posts\)\n/)
    assert.equal((await child.status).code, 130, await stderr)
  }
})

Deno.test("twitter_hashtags says what it needs, and what to do about a token that X refuses", async () => {
  const missing = await start({ X_BEARER_TOKEN: "" }).output()
  assert.equal(missing.code, 1)
  assert.match(
    new TextDecoder().decode(missing.stderr),
    /X_BEARER_TOKEN is not set\. Make an app at https:\/\/developer\.x\.com/,
  )
  await using server = twitterServer()
  const wrong = await start({ X_BEARER_TOKEN: "wrong", X_API_URL: server.url }).output()
  assert.equal(wrong.code, 1)
  assert.match(new TextDecoder().decode(wrong.stderr), /X refuses the bearer token; check the option bearerToken/)
})
