import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ApproveOptions } from './approve-command.ts';
import type { ClusterOptions } from './cluster.ts';
import type { ReleaseOptions } from './release-command.ts';
import type { TakeoverOptions } from './takeover-command.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import type { UninstallOptions } from './uninstall-command.ts';

/** Runs a command on objects of a cluster, named as they were typed, and gives its exit code. */
type Run<O> = (names: readonly string[], options: O, terminal: Terminal) => Promise<number>;

interface ClusterCommand<O> {
  readonly name: string;
  /** What is named after it, as `[account...]`. */
  readonly args: string;
  readonly text: string;
  readonly load: () => Promise<Run<O>>;
}

/** Adds the commands that work on the cluster of the kubeconfig; `done` is told the exit code of the one that ran. */
export function addClusterCommands(
  program: Command,
  done: (code: number) => void,
  installation: Option,
): void {
  const command = <O extends ClusterOptions>({ name, args, text, load }: ClusterCommand<O>): Command =>
    program
      .command(`${name} ${args}`.trim())
      .description(text)
      .option('--context <name>', 'context of the kubeconfig (default: its current one)')
      .addOption(installation)
      .addOption(new Option('--color', 'colours even where the output is no terminal'))
      .addOption(new Option('--no-color', 'no colours').default(undefined))
      .action(async (...given: unknown[]) => {
        const [names, options] = args === '' ? [[], given[0]] : [given[0], given[1]];
        const run = await load();
        const { color } = options as O;
        done(await run([names].flat() as string[], options as O, processTerminal(color)));
      });

  command<TakeoverOptions>({
    name: 'takeover',
    args: '[account...]',
    text: 'Move AWS accounts to this cluster that another cluster has claimed with the same installation id.',
    load: async () => (await import('./takeover-command.ts')).takeoverCommand,
  })
    .option(
      '--former-is-gone',
      'the other cluster is gone for good: act at once instead of letting it notice first',
    )
    .option('--yes', 'do it')
    .addHelpText(
      'after',
      '\nExit code: 0 moved, or nothing to move; 2 not done, since --yes is missing; 1 error.\n\nExample: landfall takeover portal --yes',
    );

  command<ApproveOptions>({
    name: 'approve',
    args: '[object]',
    text: 'Show the plan of an object, named KIND/NAMESPACE/NAME, that waits, and approve it after a yes.',
    load: async () => (await import('./approve-command.ts')).approveCommand,
  })
    .option('--hash <hash>', 'approve the plan with this hash, and no other, without asking')
    .option('--yes', 'approve whatever plan waits, without asking')
    .addHelpText(
      'after',
      '\nExit code: 0 approved; 2 not approved; 1 error, or another plan waits.\n\nExample: landfall approve securevpc/portal/portal --hash p5f2b0c9d8e7a6b41',
    );

  command<ReleaseOptions>({
    name: 'release',
    args: '[object...]',
    text: 'Take objects, named KIND/NAMESPACE/NAME, out of Kubernetes and leave AWS as it is.',
    load: async () => (await import('./release-command.ts')).releaseCommand,
  })
    .option('--yes', 'do it')
    .option('--without-aws', 'let go at once, without credentials of AWS and without tagging what is left')
    .addOption(timeoutOption(600))
    .addHelpText(
      'after',
      '\nExit code: 0 released; 2 not done, since --yes is missing; 1 error, or not within the time.\n\nExample: landfall release securevpc/portal/portal --yes',
    );

  command<UninstallOptions>({
    name: 'uninstall',
    args: '',
    text: 'Take Landfall out of the cluster: objects, Accounts with their claims, the operator, CRDs, in this order.',
    load: async () => (await import('./uninstall-command.ts')).uninstallCommand,
  })
    .addOption(new Option('--retain', 'leave everything in AWS as it is').conflicts('delete'))
    .option('--delete', 'delete everything in AWS that the objects made')
    .option('--yes', 'do it')
    .option('--without-aws', 'with --retain: let go at once, without credentials of AWS and without tagging')
    .addOption(timeoutOption(1800))
    .addHelpText(
      'after',
      '\nExit code: 0 Landfall is out; 2 not done, since --yes is missing; 1 error, or not within the time. Run it again to go on.\n\nExample: landfall uninstall --retain --yes',
    );
}

function timeoutOption(fallback: number): Option {
  return new Option('--timeout <seconds>', 'how long to wait').default(fallback).argParser((text) => {
    const seconds = Number(text);
    if (Number.isFinite(seconds) && seconds > 0) return seconds;
    throw new InvalidArgumentError('It must be a number of seconds above 0.');
  });
}
