import { Command, Option } from 'commander';

import { down, kubectlOf, loadImages, mustBeUp, status, up } from './local.ts';
import { tryMicroservice } from './microservice-test/try.ts';
import { PROVIDERS } from './providers/provider.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

const program = new Command('local').description(
  'A local cluster in which pods run: of minikube, kind, k3d or Docker Desktop, or built from source.',
);

program
  .command('up')
  .description('bring it up, leave it running, and print the path of its kubeconfig')
  .addOption(
    new Option('--provider <name>', 'how; without it, the first one that this machine has').choices(
      PROVIDERS,
    ),
  )
  .action(async (options: { provider?: string }) => {
    const local = await up(options);
    say(`${local.already ? 'already up' : 'up'}: ${local.provider}`);
    console.log(local.kubeconfig);
  });

program
  .command('down')
  .description('remove it and everything that it kept')
  .action(async () => {
    const local = await down();
    say(local ? `gone: ${local.provider}` : 'nothing was up');
  });

program
  .command('load-image')
  .description('give it images that Docker has, or those of archives as `docker save` writes them')
  .argument('<image...>')
  .action((images: string[]) => loadImages(images));

program
  .command('test')
  .description(
    'put the provider and the consumer of microservice-test/ into it, without the operator, and ask the consumer; leave them up',
  )
  .option('--delete', 'delete them afterwards, and wait until they are gone', false)
  .action((options: { delete: boolean }) =>
    tryMicroservice({ ...options, say, print: (line) => console.log(line) }),
  );

program
  .command('status')
  .description('say what is up; exit code 1 when nothing is')
  .action(async () => {
    const local = await status();
    if (!local) {
      console.log('down');
      process.exitCode = 1;
      return;
    }
    console.log(`up: ${local.provider}`);
    console.log(`kubeconfig: ${local.kubeconfig}`);
    const kubectl = await kubectlOf(local);
    process.stdout.write((await kubectl(['get', 'nodes', '-o', 'wide'])).stdout);
  });

program
  .command('kubeconfig')
  .description('print the path of its kubeconfig: export KUBECONFIG=$(… kubeconfig)')
  .action(async () => console.log((await mustBeUp()).kubeconfig));

try {
  await program.parseAsync();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
