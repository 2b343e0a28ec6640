import assert from "node:assert/strict"

const root = new URL("../../", import.meta.url)

Deno.test("property_test prints the laws that hold and the smallest input that shows the mistake, without permissions", async () => {
  const args = ["run", "--no-prompt", "examples/property_test.ts"]
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output()
  const text = new TextDecoder().decode(stdout)
  assert.equal(code, 0, new TextDecoder().decode(stderr))
  assert.equal(text.match(/ held for 100 inputs\n/g)?.length, 4)
  assert.match(text, /\n"mistaken = averages of plain arrays" does not hold on the engine local\n/)
  assert.match(text, /\{"inputs":\[\[\[\["k0",0\],\["k0",0\],\["k0",1\]\]\]\],"partitions":1\}/)
})
