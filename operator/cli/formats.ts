import { extname } from 'node:path';
import { UsageError } from './usage.ts';
import { filenameWords, shellWords } from './words.ts';

/** How objects can be drawn, each with the endings of files that hold it; the first is the usual one. */
const ENDINGS = {
  text: ['.txt'],
  mermaid: ['.mmd', '.md'],
  dot: ['.dot', '.gv'],
  svg: ['.svg'],
} as const;

export type Format = keyof typeof ENDINGS;

/** Every format, as `--format` takes them. */
export const FORMATS = Object.keys(ENDINGS) as Format[];

/** How a policy is written; the first is the usual one. */
export const POLICY_FORMATS = ['json', 'yaml'] as const;
export type PolicyFormat = (typeof POLICY_FORMATS)[number];

interface Drawing {
  readonly format?: Format;
  readonly output?: string;
  readonly filename?: readonly string[];
}

/**
 * The format that `--format` names, else the one of the file's ending, else text. Throws {@link UsageError} where
 * the file's name ends as no format does, or as another one than `--format` says.
 */
export function formatOf({ format, output, filename }: Drawing): Format {
  if (output === undefined) return format ?? 'text';
  const ending = extname(output).toLowerCase();
  const named = FORMATS.find((one) => ENDINGS[one].some((known) => known === ending));
  // A device or a pipe has no ending; --format says what goes there.
  if (ending === '' && format !== undefined) return format;
  const stem = output.slice(0, output.length - ending.length);
  const instead = (command: string) =>
    `${command}${filenameWords(filename)} -o ${shellWords([`${stem}${ENDINGS[format ?? 'svg'][0]}`])}`;
  if (named === undefined) {
    const list = FORMATS.map((one) => `${ENDINGS[one].join(' and ')} for ${one}`).join(', ');
    const what = ending === '' ? 'has no ending' : `ends in ${ending}, which graph does not draw`;
    throw new UsageError(`-o ${output} ${what}: the endings are ${list}`, { instead });
  }
  if (format !== undefined && format !== named)
    throw new UsageError(`--format ${format} contradicts -o ${output}, whose ending is that of ${named}`, {
      instead,
    });
  return named;
}
