import { Command, CommanderError, Option } from 'commander';
import type { CommonOptions } from './context.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Runs a command and gives its exit code. */
export type Run<O> = (options: O, terminal: Terminal) => Promise<number>;

/** A command is loaded when it runs, so that `--help` and a typing error need no AWS SDK. */
export type Load<O> = () => Promise<Run<O>>;

/** The commands of the program; `done` is told the exit code of the one that ran. */
export function landfall(done: (code: number) => void): Command {
  const program = new Command('landfall')
    .description('What Landfall would make of your manifests: the plan, the graph and a drawing of it.')
    .usage('<command> -f PATH [options]')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  command<CommonOptions>(program, done, {
    name: 'plan',
    text: 'Compare manifests with AWS and print what would be done; needs no cluster and writes nothing.',
    load: async () => (await import('./plan-command.ts')).planCommand,
  })
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      '\nExit code: 0 nothing to do, 2 changes, 1 error.\n\nExample: landfall plan -f manifests/examples/portal',
    );
  return program;
}

interface CommandDefinition<O> {
  readonly name: string;
  readonly text: string;
  readonly load: Load<O>;
}

function command<O extends CommonOptions>(
  program: Command,
  done: (code: number) => void,
  { name, text, load }: CommandDefinition<O>,
): Command {
  return program
    .command(name)
    .description(text)
    .option(
      '-f, --filename <path>',
      'file, folder with all below it, or - for standard input; may be given several times',
      (path: string, before: string[] | undefined) => [...(before ?? []), path],
    )
    .option('-n, --namespace <name>', 'namespace of objects that name none', 'default')
    .option(
      '--installation <id>',
      'installation id of the operator (default: LANDFALL_INSTALLATION, else default)',
    )
    .addOption(new Option('--color', 'colours even where the output is no terminal'))
    .addOption(new Option('--no-color', 'no colours').default(undefined))
    .action(async (options: O) => {
      const run = await load();
      done(await run(options, processTerminal(options.color)));
    });
}

/** Whether commander printed help or the version instead of running a command. */
export function isHelp(error: unknown): error is CommanderError {
  return error instanceof CommanderError && /^commander\.(help|helpDisplayed|version)$/.test(error.code);
}
