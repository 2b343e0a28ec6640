import assert from "node:assert/strict"

/** Runs a program that reads the files of a directory. */
const run = async (directory: string, ...permissions: ReadonlyArray<string>) => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      ...permissions,
      new URL("denied_files.ts", import.meta.url).href,
      directory,
    ],
    signal: AbortSignal.timeout(20_000),
  }).output()
  return { code, errors: new TextDecoder().decode(stderr) }
}

Deno.test("a stream of files stops the context if Deno does not allow to read the directory", async () => {
  const directory = await Deno.makeTempDir()
  const { code, errors } = await run(directory)
  await Deno.remove(directory)
  assert.equal(code, 1, errors)
  assert.match(errors, new RegExp(`Cannot (list|find) ${directory}: Requires read access .*--allow-read`))
  assert.match(errors, /textFileStream at denied_files\.ts:\d+/)
})

Deno.test("a stream of files stops the context if Deno does not allow to connect to the file system, or to read its settings", async () => {
  const hdfs = await run("hdfs://127.0.0.1:1/words", "--allow-env")
  assert.equal(hdfs.code, 1, hdfs.errors)
  assert.match(hdfs.errors, /Cannot (list|find) hdfs:\/\/127\.0\.0\.1:1\/words: .*Requires net access .*--allow-net/)
  const s3 = await run("s3://bucket/words", "--allow-net")
  assert.equal(s3.code, 1, s3.errors)
  assert.match(s3.errors, /Cannot (list|find) s3:\/\/bucket\/words: .*Requires env access .*--allow-env/)
})
