/** `a/b.jpg` without its extension: `a/b`. A leading dot is part of the name. */
function withoutExtension(name: string): string {
  return name.replace(/(?<=[^/])\.[^./]*$/, '');
}

/**
 * The name of each picture's result, without `.json`: the picture's name without its extension; where two would be the same,
 * both keep it (`a.jpg`, `a.png`); where even that is the same (two input folders), the later ones are numbered
 * (`a.jpg`, `a.jpg.2`).
 *
 * @param names - Picture names below their inputs, with forward slashes.
 * @returns as many names, all different, in the same order.
 */
export function outputNamesOf(names: readonly string[]): string[] {
  const short = names.map(withoutExtension);
  const uses = new Map<string, number>();
  for (const name of short) uses.set(name, (uses.get(name) ?? 0) + 1);
  const taken = new Set<string>();
  return names.map((name, i) => {
    const wanted = uses.get(short[i]) === 1 ? short[i] : name;
    let output = wanted;
    for (let copy = 2; taken.has(output); copy++) output = `${wanted}.${copy}`;
    taken.add(output);
    return output;
  });
}
