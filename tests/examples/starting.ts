/** Examples in processes of their own. */

const root = new URL("../../", import.meta.url)

/** Starts an example with all permissions, from the root of the project. */
export const start = (...args: ReadonlyArray<string>): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn()

/** Waits in real time. */
export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
