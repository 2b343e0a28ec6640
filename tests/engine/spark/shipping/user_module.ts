/** The user's module of the tests of shipping. */

export const words = (line: string): ReadonlyArray<string> => line.split(" ")

/** Where the module was when the test was run; in a bundle, the bundle. */
export const url: string = import.meta.url

if (import.meta.main) throw new Error("the main program must not run in workers")
