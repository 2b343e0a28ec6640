import assert from "node:assert/strict"
import type { Permission } from "../../../../lib/engine/spark/options.ts"

/** The flags that tasks get from a driver with some flags. */
const flagsOf = (driver: ReadonlyArray<string>, parts: ReadonlyArray<Permission> = []): string => {
  const program = new URL("permissions_program.ts", import.meta.url).pathname
  const args = ["run", "--no-prompt", "--quiet", ...driver, program, JSON.stringify(parts)]
  const { stderr, stdout } = new Deno.Command(Deno.execPath(), { args }).outputSync()
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr)
}

Deno.test("tasks get each permission that the driver has as a whole", () => {
  assert.equal(flagsOf([]), "")
  assert.equal(flagsOf(["--allow-net", "--allow-env"]), "--allow-net --allow-env")
  assert.equal(
    flagsOf(["-A"]),
    "--allow-read --allow-write --allow-net --allow-env --allow-run --allow-sys --allow-ffi --allow-import",
  )
})

Deno.test("tasks do not get permissions that the driver has in part or with exceptions", () => {
  assert.equal(flagsOf(["--allow-net=example.com", "--allow-read=/data", "--allow-env=HOME"]), "")
  assert.equal(flagsOf(["--allow-net", "--deny-net=example.com", "--allow-write", "--deny-write=/etc"]), "")
  assert.equal(
    flagsOf(["-A", "--deny-run", "--deny-ffi", "--deny-sys=hostname", "--deny-import=example.com"]),
    [
      "--allow-read",
      "--allow-write",
      "--allow-net",
      "--allow-env",
    ].join(" "),
  )
})

Deno.test("tasks get the parts of permissions that the program names, if the driver has them", () => {
  const driver = ["--allow-net=example.com,example.org", "--allow-read=/data,/with,,comma", "--allow-env"]
  assert.equal(
    flagsOf(driver, [
      { name: "net", host: "example.com" },
      { name: "read", path: "/data/in" },
      { name: "read", path: "/with,comma" },
      { name: "env", variable: "HOME" },
    ]),
    "--allow-env --allow-net=example.com --allow-read=/data/in --allow-read=/with,,comma",
  )
})

Deno.test("naming a part that the driver does not have is an error", () => {
  const message = (flag: string) =>
    `permissions: tasks cannot get ${flag}, as the driver does not have it. Start the driver with this flag, ` +
    "or leave the permission out"
  assert.equal(
    flagsOf(["--allow-net=a.example"], [{ name: "net", host: "b.example" }]),
    message("--allow-net=b.example"),
  )
  assert.equal(flagsOf(["--allow-read=/data"], [{ name: "read", path: "/" }]), message("--allow-read=/"))
  assert.equal(flagsOf(["--allow-read=/data"], [{ name: "read" }]), message("--allow-read"))
  assert.equal(
    flagsOf(["--allow-read", "--deny-read=/data/secret"], [{ name: "read", path: "/data" }]),
    message("--allow-read=/data"),
  )
})
