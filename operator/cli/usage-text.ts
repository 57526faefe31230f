import type { Command, CommanderError, Option } from 'commander';
import { UsageError } from './usage.ts';
import { shellWords } from './words.ts';

/** What was typed: the command (or the program where none was named), its name, and the words after `landfall`. */
interface Typed {
  readonly command: Command;
  readonly name: string;
  readonly args: readonly string[];
  /** What commander says of it. */
  readonly said: string;
}

interface Advice {
  readonly said: string;
  /** What to type instead. */
  readonly type: string;
}

/** A value for every option that takes one. */
const EXAMPLES: Readonly<Record<string, string>> = {
  filename: 'manifests/',
  namespace: 'portal',
  installation: 'default',
  format: 'svg',
  output: 'portal.svg',
  zones: 'a,b',
  account: 'portal',
  region: 'us-east-1',
  name: 'portal',
  context: 'kind-landfall',
  hash: 'p5f2b0c9d8e7a6b41',
  timeout: '600',
  'policy output': 'yaml',
};

/** What may be named after a command that has to be told of what. */
const NAMED: Readonly<Record<string, string>> = {
  vpc: 'vpc-0a1b2c3d4e5f60718',
  object: 'securevpc/portal/portal',
};

/** What is said of a usage error: what is wrong, then what to type. `args` are the words after `landfall`. */
export function usageText(
  error: UsageError | CommanderError,
  program: Command,
  args: readonly string[],
): string {
  const named = args.flatMap((word) => program.commands.find((one) => one.name() === word) ?? [])[0];
  const name = named === undefined ? 'landfall' : `landfall ${named.name()}`;
  const { said, type } =
    error instanceof UsageError
      ? { said: error.message, type: error.instead(name) }
      : adviceOn(error, { command: named ?? program, name, args });
  return `landfall: ${said}; type \`${type}\``;
}

function adviceOn({ code, message }: CommanderError, input: Omit<Typed, 'said'>): Advice {
  const said = message
    .replace(/^error: /, '')
    .replace('\n', ' ')
    .replace(/\.$/, '');
  const typed = { ...input, said };
  return corrected(typed) ?? ADVICE[code.replace('commander.', '')]?.(typed) ?? { said, type: helpOf(typed) };
}

const ADVICE: Readonly<Record<string, (typed: Typed) => Advice>> = {
  excessArguments: (typed) => {
    const { command, name, args, said } = typed;
    if (command.registeredArguments.length > 0) return { said, type: helpOf(typed) };
    const rest = args.slice(args.indexOf(command.name()) + 1);
    return {
      said: `too many arguments: ${name} takes manifests after -f only, unlike ${command.args.join(', ')}`,
      type: `${name} ${shellWords(withFilename(command, rest))}`,
    };
  },
  optionMissingArgument: (typed) => {
    const { command, name, said } = typed;
    const option = command.options.find(({ flags }) => said.includes(`'${flags}'`));
    const example = EXAMPLES[`${command.name()} ${option?.name()}`] ?? EXAMPLES[option?.name() ?? ''];
    if (option === undefined || example === undefined) return { said, type: helpOf(typed) };
    const things = command.registeredArguments.flatMap((argument) => NAMED[argument.name()] ?? []);
    const takesFiles = command.options.some((other) => other.name() === 'filename');
    const files = takesFiles && option.name() !== 'filename' ? ['-f', 'manifests/'] : [];
    return {
      said,
      type: [name, ...things, ...files, option.short ?? option.long, example].join(' '),
    };
  },
  conflictingOption: ({ args, said }) => {
    // The one that it was said of stays, as in: option '--zones <names>' cannot be used with option '--live'
    const [, other] = /with option '([^']+)'$/.exec(said) ?? [];
    return {
      said: other === '--live' ? `${said}: zones are assumed only where AWS is not asked for them` : said,
      type: `landfall ${shellWords(args.filter((word) => word !== other))}`,
    };
  },
  unknownOption: (typed) => {
    const { command, name, args, said } = typed;
    const wrong = args.find((word) => said.includes(`'${word}'`));
    const meant = command.commands.find((one) => one.options.some((option) => isFlag(option, wrong)));
    if (meant !== undefined) {
      const type = `${name} ${meant.name()} ${shellWords(args)}`;
      return { said: `${said} without a command before it`, type };
    }
    const known = command.options.map(({ short, long }) => short ?? long).join(', ');
    return { said: `${said}: ${name} has ${known}`, type: helpOf(typed) };
  },
};

/** What was typed with the one word in place that commander suggests; undefined where it suggests none or several. */
function corrected({ args, said }: Typed): Advice | undefined {
  const [, wrong, right] = /'([^'=]+)' \(Did you mean ([^ ]+)\?\)$/.exec(said) ?? [];
  if (right === undefined) return undefined;
  return { said, type: `landfall ${shellWords(args.map((word) => (word === wrong ? right : word)))}` };
}

function helpOf({ name }: Typed): string {
  return `${name} --help`;
}

/** The words with `-f` before each that is neither an option nor the value of one. */
function withFilename(command: Command, words: readonly string[]): string[] {
  const takesValue = (word: string | undefined) =>
    command.options.some((option) => option.required && isFlag(option, word));
  return words.flatMap((word, index) => {
    if (word === '--') return [];
    if ((word.startsWith('-') && word !== '-') || takesValue(words[index - 1])) return [word];
    return ['-f', word];
  });
}

function isFlag({ short, long }: Option, word: string | undefined): boolean {
  return word !== undefined && (word === short || word === long);
}
