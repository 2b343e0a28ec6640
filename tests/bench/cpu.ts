/** Processor time of the calling thread, which other work on the machine disturbs far less than wall time. */

/** The C library of a system, and the number of its clock for the processor time of a thread. */
const clocks: Partial<Record<typeof Deno.build.os, readonly [library: string, clock: number]>> = {
  linux: ["libc.so.6", 3],
  darwin: ["libSystem.B.dylib", 16],
}

const openClock = (): (() => number) | undefined => {
  const [library, clock] = clocks[Deno.build.os] ?? []
  if (library === undefined || clock === undefined) return undefined
  const { symbols } = Deno.dlopen(library, { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } })
  const time = new BigInt64Array(2)
  return () => {
    symbols.clock_gettime(clock, time)
    return Number(time[0]) * 1e3 + Number(time[1]) / 1e6
  }
}

/** Reads the processor time of the calling thread in milliseconds. Undefined on systems where it cannot be read. */
export const threadMillis: (() => number) | undefined = openClock()
