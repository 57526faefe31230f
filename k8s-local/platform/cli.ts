import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command } from 'commander';
import type { Kubectl } from '../cluster/kubectl.ts';
import { run } from '../cluster/run.ts';
import { findKubectl } from '../cluster/shell.ts';
import { down, kubectlOf, type Local, loadImages, mustBeUp, up } from '../local.ts';
import { type Example, EXAMPLES } from '../example-folders.ts';
import { type Consumer, showCalls, wordsFor } from './consumer.ts';
import { buildOwnImage, OPERATOR_IMAGE, provideImages, SERVICE_IMAGE } from './images.ts';
import { applyAccounts, applyExample, installOperator, restartServices } from './install.ts';
import { imagesOf } from './manifests.ts';
import { withImages } from './stand-ins.ts';

const CONSUMER: Consumer = { namespace: 'api-consumer', service: 'api-consumer', port: 8000 };

const say = (line: string) => process.stderr.write(`▸ ${line}\n`);

async function bringUp(examples: readonly Example[], provider: string | undefined): Promise<void> {
  const options = { env: process.env, progress: say };
  const local = await up(provider === undefined ? {} : { provider });
  const { present, rewrites } = await provideImages([...(await imagesOf(examples)), OPERATOR_IMAGE], options);
  await loadImages(present);
  const kubectl = await kubectlOf(local);
  say('installing the operator');
  await installOperator(kubectl);
  await applyAccounts(kubectl, rewrites);
  for (const example of examples) {
    say(`applying ${EXAMPLES[example]}, as it is for AWS, and waiting until all of it is Ready`);
    await applyExample(kubectl, example);
  }
  await show(local, kubectl);
}

async function reload(): Promise<void> {
  const since = Date.now();
  const local = await mustBeUp();
  await buildOwnImage(SERVICE_IMAGE, { env: process.env, progress: say });
  await loadImages([SERVICE_IMAGE]);
  await restartServices(await kubectlOf(local));
  say(`what runs is what stands in service/, after ${Math.round((Date.now() - since) / 1000)} s`);
}

/** Asks the consumer, shows what it answered, and says how to go on. */
async function show({ kubeconfig }: Local, kubectl: Kubectl): Promise<void> {
  const kubectlPath = await findKubectl({ env: process.env });
  await showCalls(CONSUMER, { kubectlPath, kubeconfig, print: (line) => console.log(line) });
  console.log(
    (await kubectl(['get', 'datastores,ecsservices,privatelinkendpoints,securevpcs', '-A'])).stdout,
  );
  console.log(wordsFor(CONSUMER, kubeconfig));
  console.log('make local-down removes it.');
}

const program = new Command('platform').description(
  'The examples in a local cluster, from the very manifests for AWS.',
);

program
  .command('up')
  .description('bring up a cluster, the operator in it, and the platform; leave it running')
  .option('--provider <name>', 'minikube, kind, k3d, docker-desktop or source; default what is there')
  .option('--portal', 'the portal, too')
  .action(async ({ provider, portal }: { provider?: string; portal?: boolean }) => {
    const examples: readonly Example[] = portal === true ? ['platform', 'portal'] : ['platform'];
    await withImages(() => bringUp(examples, provider), say);
  });

program
  .command('down')
  .description('remove the cluster with everything in it')
  .action(async () => {
    const local = await down();
    say(local ? `gone: ${local.provider}` : 'nothing was up');
  });

program
  .command('ask')
  .description('ask the consumer again, all that up asks it')
  .action(async () => {
    const local = await mustBeUp();
    await show(local, await kubectlOf(local));
  });

program
  .command('reload')
  .description('build the service anew, and restart what runs it')
  .action(async () => {
    await withImages(reload, say);
  });

program
  .command('logs')
  .description('the logs of all services and of the operator in one stream')
  .action(async () => {
    const local = await mustBeUp();
    const kubectl = await findKubectl({ env: process.env });
    const env = { ...process.env, KUBECONFIG: local.kubeconfig };
    const listed = await run(
      kubectl,
      [
        'get',
        'deployments',
        '-A',
        '-o',
        'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}',
      ],
      { env },
    );
    const followed = listed.stdout
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([namespace]) => namespace !== '' && namespace !== 'kube-system')
      .map(([namespace = '', name = '']) =>
        once(
          spawn(
            kubectl,
            ['logs', '-f', '-n', namespace, `deployment/${name}`, '--prefix', '--tail=20', '--all-pods'],
            {
              env,
              stdio: ['ignore', 'inherit', 'inherit'],
            },
          ),
          'exit',
        ),
      );
    await Promise.all(followed);
  });

try {
  await program.parseAsync();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
