import assert from "node:assert/strict"

Deno.test("the soak runs, and loses nothing when connections break, the process is suspended, and clocks step", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      new URL("run.ts", import.meta.url).pathname,
      "--minutes=0.1",
      "flapping",
      "suspended",
      "stepping",
    ],
  }).output()
  const text = new TextDecoder().decode(stdout)
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()))
  for (const name of ["flapping", "suspended", "stepping"]) {
    const [, , batches, sent, lost, doubled] = rows.find(([, scenario]) => scenario === name) ?? []
    assert(Number(batches) > 10 && Number(sent) > 1_000, text)
    assert.deepEqual([lost, doubled], ["0", "0"], text)
  }
})
