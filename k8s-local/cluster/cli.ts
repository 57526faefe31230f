import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';

import { namedCluster } from './ladder.ts';
import { shellStateFolder } from './paths.ts';
import { down, findKubectl, status, up } from './shell.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

// In single quotes, so that `eval` takes any path.
const exportLine = (kubeconfig: string) =>
  `export KUBECONFIG='${kubeconfig.replaceAll("'", String.raw`'\''`)}'`;

const current = async (): Promise<string> => {
  const kubeconfig = (await namedCluster()) ?? (await status())?.kubeconfig;
  if (kubeconfig === undefined) throw new Error('No cluster is up: run `make cluster-up` first.');
  return kubeconfig;
};

const program = new Command('cluster').description(
  'A Kubernetes control plane without containers, for the shell.',
);

program
  .command('up')
  .description('start it, leave it running, and print the line that points kubectl at it')
  .option('--kubeconfig <file>', 'use this cluster as it is (also: LANDFALL_KUBECONFIG)')
  .action(async (options: { kubeconfig?: string }) => {
    const cluster = await up(options);
    say(cluster.already ? `already up: ${cluster.about}` : `up: ${cluster.about}`);
    console.log(exportLine(cluster.kubeconfig));
  });

program
  .command('down')
  .description('stop it and remove everything that it kept')
  .action(async () => {
    const cluster = await down();
    if (!cluster) say('nothing was up');
    else
      say(
        cluster.rung === 'cluster' ? 'forgotten; the cluster itself is as it was' : `gone: ${cluster.about}`,
      );
  });

program
  .command('status')
  .description('say what is up; exit code 1 when nothing is')
  .action(async () => {
    const cluster = await status();
    if (!cluster) {
      console.log('down');
      process.exitCode = 1;
      return;
    }
    console.log(`up: ${cluster.about}`);
    console.log(`kubeconfig: ${cluster.kubeconfig}`);
    if (cluster.servers)
      console.log(`API server: ${cluster.servers.url} (processes ${cluster.servers.pids.join(', ')})`);
  });

program
  .command('env')
  .description('print the line that points kubectl at it')
  .action(async () => console.log(exportLine(await current())));

program
  .command('kubectl')
  .description('run kubectl against it: cluster kubectl -- get namespaces')
  .argument('[args...]')
  .allowUnknownOption()
  .action(async (args: string[]) => {
    const KUBECACHEDIR = join(shellStateFolder, 'kubectl-cache');
    const env = { ...process.env, KUBECONFIG: await current(), KUBECACHEDIR, KUBERC: 'off' };
    const child = spawn(await findKubectl(), args, { stdio: 'inherit', env });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });

try {
  await program.parseAsync();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
