/** Another program with the same workloads, run beside ours. */

/** Runs it for one workload and prints its median; says so when there is none. */
export const printPeer = async (workload: string, program: string | undefined): Promise<void> => {
  if (program === undefined) return console.log("  SKIPPED  the peer program: none is named with --peer=")
  if (await Deno.stat(program).then(() => false, () => true)) {
    return console.log(`  SKIPPED  the peer program: there is no ${program}`)
  }
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, workload, "records=100000", "batches=40"],
    stderr: "inherit",
  }).output().catch(() => ({ success: false, stdout: new Uint8Array() }))
  if (!success) return console.log(`  SKIPPED  the peer program: ${program} does not run`)
  const line = JSON.parse(new TextDecoder().decode(stdout))
  console.log(`  peer ${line.engine}: ${line.turnaroundMs.median} ms`)
}
