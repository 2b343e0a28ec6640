/** Memory of processes. */

/** The resident memory of a process in MB: now (`VmRSS`), or the most so far (`VmHWM`). Undefined where it cannot be read. */
export const megabytes = async (pid: number, which: "VmRSS" | "VmHWM"): Promise<number | undefined> => {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "")
  const kilobytes = new RegExp(`^${which}:\\s+(\\d+)`, "m").exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}
