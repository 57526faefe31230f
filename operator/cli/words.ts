/** `1 zone`, `2 zones`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Words as a shell takes them; only what a shell would take apart is quoted. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** `-f a -f b`, with a space before it; empty for no paths. */
export function filenameWords(paths: readonly string[] = []): string {
  return paths.map((path) => ` -f ${shellWords([path])}`).join('');
}

/** `a, b or c`. */
export function alternatives(names: readonly string[]): string {
  const [last = '', ...others] = [...names].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`;
}
