/** Processor time, which other work on the machine disturbs far less than wall time. */

/** The C library of a system, and the numbers of its clocks for the processor time of a thread and of the process. */
const clocks: Partial<
  Record<typeof Deno.build.os, { readonly library: string; readonly thread: number; readonly process: number }>
> = {
  linux: { library: "libc.so.6", thread: 3, process: 2 },
  darwin: { library: "libSystem.B.dylib", thread: 16, process: 12 },
}

const openClock = (which: "thread" | "process"): (() => number) | undefined => {
  const system = clocks[Deno.build.os]
  if (system === undefined) return undefined
  const { symbols } = Deno.dlopen(system.library, {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  })
  const time = new BigInt64Array(2)
  return () => {
    symbols.clock_gettime(system[which], time)
    return Number(time[0]) * 1e3 + Number(time[1]) / 1e6
  }
}

/** Reads the processor time of the calling thread in milliseconds. Undefined on systems where it cannot be read. */
export const threadMillis: (() => number) | undefined = openClock("thread")

/** Reads the processor time of all threads of this process in milliseconds. Undefined where it cannot be read. */
export const processMillis: (() => number) | undefined = openClock("process")
