import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { AccountsOptions } from './accounts-command.ts';
import type { AdoptOptions } from './adopt/adopt-command.ts';
import { addClusterCommands } from './cluster-commands.ts';
import type { RenderOptions } from './render-command.ts';
import type { CommonOptions } from './context.ts';
import { FORMATS, POLICY_FORMATS } from './formats.ts';
import type { GraphOptions } from './graph-command.ts';
import type { PlanOptions } from './plan-command.ts';
import type { PolicyOptions } from './policy-command.ts';
import type { RetainedOptions } from './retained-command.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Runs a command and gives its exit code. */
type Run<O> = (options: O, terminal: Terminal, args: readonly string[]) => Promise<number>;

/** A command is loaded when it runs, so that `--help` and a typing error need no AWS SDK. */
type Load<O> = () => Promise<Run<O>>;

/** The commands of the program; `done` is told the exit code of the one that ran. */
export function landfall(done: (code: number) => void): Command {
  const program = new Command('landfall')
    .description('What Landfall would make of your manifests, and what it has made for a cluster.')
    .usage('<command> [options]')
    .commandsGroup('With the manifests of -f; nothing is changed:')
    .version(manifest.version, '-V, --version', 'print the version')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  command<PlanOptions>(program, done, {
    name: 'plan',
    text: 'Compare manifests with AWS and print what would be done; needs no cluster and writes nothing.',
    load: async () => (await import('./plan-command.ts')).planCommand,
  })
    .option('--json', 'one JSON document instead of text')
    .addHelpText(
      'after',
      '\nExit code: 0 nothing to do, 2 changes, 1 error.\n\nExample: landfall plan -f manifests/examples/portal',
    );

  command<GraphOptions>(program, done, {
    name: 'graph',
    text: 'Draw the objects of the manifests in one picture, for people: accounts, networks, services, links.',
    load: async () => (await import('./graph-command.ts')).graphCommand,
  })
    .addOption(
      new Option('--format <format>', 'default: from the ending of --output, else text').choices(FORMATS),
    )
    .option('-o, --output <file>', 'write there instead of to the standard output')
    .option('--live', 'read AWS and show ids, what exists and what would change')
    .addOption(zonesOption())
    .addHelpText('after', '\nExample: landfall graph -f manifests/examples/portal -o portal.svg');

  command<RenderOptions>(program, done, {
    name: 'render',
    text: 'Print what manifests compile to: their graph as JSON, or with --target local the Kubernetes objects as YAML.',
    load: async () => (await import('./render-command.ts')).renderCommand,
  })
    .option('--live', 'take zones and prefix lists from AWS instead of assuming them')
    .addOption(zonesOption())
    .addOption(
      new Option('--target <target>', 'what becomes of objects of local Accounts, for kubectl')
        .choices(['local'])
        .conflicts(['live', 'zones']),
    )
    .addOption(
      new Option('--into <namespace>', 'one namespace for everything, with --target').implies({
        target: 'local',
      }),
    )
    .addOption(
      new Option('--only <kinds>', 'print these kinds, as Deployment,Service, with --target').implies({
        target: 'local',
      }),
    )
    .addOption(
      new Option(
        '--without-stores',
        'leave DataStores out, and tell services of none, with --target',
      ).implies({
        target: 'local',
      }),
    )
    .addHelpText('after', '\nExample: landfall render -f manifests/examples/portal | jq .graphs[0].nodes[0]');

  command<AccountsOptions>(program, done, {
    name: 'accounts',
    text: 'Show for every Account who its credentials belong to, or why AWS does not say.',
    load: async () => (await import('./accounts-command.ts')).accountsCommand,
  })
    .option('--json', 'one JSON document instead of a table')
    .addHelpText('after', '\nExample: landfall accounts -f manifests/examples/accounts');

  command<PolicyOptions>(program, done, {
    name: 'policy',
    text: 'Print the smallest IAM policy that the operator needs for the manifests, one for each Account.',
    load: async () => (await import('./policy-command.ts')).policyCommand,
  })
    .addOption(new Option('-o, --output <format>', 'default: json').choices(POLICY_FORMATS))
    .option('--account <name>', 'only the policy of this Account')
    .option('--all', 'everything that Landfall can make, whatever the manifests use')
    .addOption(new Option('--read-only', 'what `landfall plan` needs, for CI').conflicts('all'))
    .addHelpText('after', '\nExample: landfall policy -f manifests/examples/portal > policy.json');

  command<AdoptOptions>(program, done, {
    name: 'adopt',
    text: 'Read a VPC that exists and write the manifest that takes it over, with what would change as comments.',
    load: async () => (await import('./adopt/adopt-command.ts')).adoptCommand,
  })
    .argument('<vpc>', 'id of the VPC')
    .option('--account <name>', 'the Account that it is in, where the files have several')
    .option('--region <region>', 'the region that it is in, where the Account has several')
    .option('--name <name>', 'name of the SecureVpc (default: from the name of the VPC)', labelOf)
    .addHelpText(
      'after',
      '\nExample: landfall adopt vpc-0a1b2c3d4e5f60718 -f accounts/ -n shop > shop.yaml && landfall plan -f accounts/ -f shop.yaml',
    );

  command<RetainedOptions>(program, done, {
    name: 'retained',
    text: 'List what was left in the accounts of the manifests on purpose.',
    load: async () => (await import('./retained-command.ts')).retainedCommand,
  })
    .option('--json', 'one JSON document instead of a table')
    .addHelpText('after', '\nExample: landfall retained -f manifests/examples/portal');

  program.commandsGroup('On the cluster of the kubeconfig:');
  addClusterCommands(program, done, installationOption());
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
    .option('-n, --namespace <name>', 'namespace of objects that name none', labelOf, 'default')
    .addOption(installationOption())
    .addOption(new Option('--color', 'colours even where the output is no terminal'))
    .addOption(new Option('--no-color', 'no colours').default(undefined))
    .action(async (...given: unknown[]) => {
      const ran = given.at(-1) as Command;
      const options = ran.opts<O>();
      const run = await load();
      done(await run(options, processTerminal(options.color), ran.args));
    });
}

function installationOption(): Option {
  return new Option(
    '--installation <id>',
    'installation id of the operator (default: LANDFALL_INSTALLATION, else default)',
  ).argParser(labelOf);
}

/** `--live` asks AWS for what `--zones` says to assume, so that one of the two would not be heeded. */
function zonesOption(): Option {
  return new Option(
    '--zones <names>',
    'zones to assume without --live, by name or letter, separated by commas',
  ).conflicts('live');
}

/** Namespaces and installation ids are DNS labels. */
function labelOf(value: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new InvalidArgumentError(
    'It must be a DNS label: lower-case letters, digits and dashes, at most 63, with no dash at either end.',
  );
}

/** Whether commander printed help or the version instead of running a command. */
export function isHelp(error: unknown): error is CommanderError {
  return error instanceof CommanderError && /^commander\.(help|helpDisplayed|version)$/.test(error.code);
}
