/** Options of the programs here: `--name=value`, all of them numbers. */
export const optionsOf = <A extends Readonly<Record<string, number>>>(
  defaults: A,
): { readonly [K in keyof A]: number } => {
  const given = Object.fromEntries(Deno.args.map((arg) => {
    const [, name = "", value] = /^--(\w+)=(.+)$/.exec(arg) ?? []
    if (!(name in defaults) || !Number.isFinite(Number(value))) {
      throw new Error(`${arg}: expected one of ${Object.keys(defaults).map((each) => `--${each}=…`).join(", ")}`)
    }
    return [name, Number(value)]
  }))
  return { ...defaults, ...given }
}

/** Arguments that `optionsOf` reads. */
export const argumentsOf = (options: Readonly<Record<string, number>>): ReadonlyArray<string> =>
  Object.entries(options).map(([name, value]) => `--${name}=${value}`)
