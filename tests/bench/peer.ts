/** Comparison with another program that runs the same workloads. */

/** Runs the program for one workload and prints its median, or why it was skipped. */
export const printPeer = async (workload: string, program: string | undefined): Promise<void> => {
  if (program === undefined) return console.log("  SKIPPED  peer program: not given, use --peer=<file>")
  if (await Deno.stat(program).then(() => false, () => true)) {
    return console.log(`  SKIPPED  peer program: ${program} does not exist`)
  }
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, workload, "records=100000", "batches=40"],
    stderr: "inherit",
  }).output().catch(() => ({ success: false, stdout: new Uint8Array() }))
  if (!success) return console.log(`  SKIPPED  peer program: ${program} failed`)
  const line = JSON.parse(new TextDecoder().decode(stdout))
  console.log(`  peer ${line.engine}: ${line.turnaroundMs.median} ms`)
}
