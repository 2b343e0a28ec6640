import assert from "node:assert/strict"
import { help } from "../../lib/ui/command_line.ts"
import { command, inFolder, live } from "./checkpoints.ts"

const advice = "Use --help to see the commands and their options"

/** Runs the command in a process of its own. */
const processOf = async (permissions: ReadonlyArray<string>, ...args: ReadonlyArray<string>) => {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, "lib/ui/cli.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output()
  const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  return { code, out: textOf(stdout), errors: textOf(stderr) }
}

Deno.test("--help, or no argument, shows the commands", async () => {
  for (const args of [["--help"], ["-h"], [], ["checkpoint", "inspect", "--help"]]) {
    assert.deepEqual(await command(...args), { code: 0, out: help, errors: "" })
  }
})

Deno.test("arguments that cannot be used are refused with what is wrong", async () => {
  const refused = async (args: string, problem: string) =>
    assert.deepEqual(await command(...args.split(" ")), { code: 2, out: "", errors: `${problem}. ${advice}` }, args)
  await refused("inspect d", 'There is no command "inspect"')
  await refused("checkpoint", "checkpoint needs a command: inspect, verify or diff")
  await refused("checkpoint show d", 'There is no command "checkpoint show"')
  await refused("checkpoint toString d", 'There is no command "checkpoint toString"')
  await refused("checkpoint inspect", "checkpoint inspect takes one directory, not 0")
  await refused("checkpoint verify a b", "checkpoint verify takes one directory, not 2")
  await refused("checkpoint diff a", "checkpoint diff takes two directories, not 1")
  await refused("checkpoint verify d --name=counts", "checkpoint verify has no --name")
  await refused("checkpoint verify d --limit=1", "checkpoint verify has no --limit")
  await refused("checkpoint inspect d --limit=-1", '--limit is "-1"; it takes a whole number of 0 or more')
  await refused("checkpoint inspect d --yaml", "Unknown option '--yaml'")
})

Deno.test(
  "the command needs no permission but to read, and gives its exit code to the process",
  inFolder(async (folder) => {
    await live(`${folder}/cp`, { words: [["a"]] })
    const read = [`--allow-read=${folder}`]
    const whole = await processOf(read, "checkpoint", "verify", `${folder}/cp`)
    assert.deepEqual([whole.code, whole.errors], [0, ""])
    assert.match(whole.out, /is whole\n/)
    await Deno.writeTextFile(`${folder}/cp/notes.txt`, "")
    assert.equal((await processOf(read, "checkpoint", "verify", `${folder}/cp`)).code, 1)
    assert.equal((await processOf(read, "checkpoint", "verify", `${folder}/none`)).code, 2)
    assert.deepEqual(await processOf([], "checkpoint", "verify", folder), {
      code: 2,
      out: "",
      errors: `Cannot list ${folder}. Give this command permission to read there, on Deno with -R\n`,
    })
  }),
)
