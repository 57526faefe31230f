import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Kubectl } from '../cluster/kubectl.ts';
import { run } from '../cluster/run.ts';
import { findKubectl } from '../cluster/shell.ts';
import { down, kubectlOf, type Local, loadImages, mustBeUp, up } from '../local.ts';
import { callConsumer } from './calls.ts';
import { forward } from './forward.ts';
import {
  buildImage,
  hasUsualImages,
  OPERATOR_IMAGE,
  provideImages,
  SERVICE_IMAGE,
  STAND_INS,
} from './images.ts';
import { applyAccounts, applyExample, installOperator, restartServices } from './install.ts';
import { type Example, EXAMPLES, imagesOf } from './manifests.ts';

const root = join(import.meta.dirname, '../..');
const CONSUMER = { namespace: 'api-consumer', service: 'api-consumer', port: 8000 } as const;

const say = (line: string) => process.stderr.write(`▸ ${line}\n`);

/** Everything again with images made of Debian packages, where no registry is reached. */
async function withStandIns(args: readonly string[]): Promise<number> {
  say('the usual images are not to be had here: others are made of Debian packages');
  const child = spawn('bash', ['.ci/docker', process.execPath, import.meta.filename, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** Does what needs images: here, or in this command begun again where others stand in for the usual ones. */
async function withImages(work: () => Promise<void>): Promise<void> {
  if (process.env[STAND_INS] !== undefined || (await hasUsualImages(process.env))) await work();
  else process.exitCode = await withStandIns(process.argv.slice(2));
}

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
  await buildImage(SERVICE_IMAGE, { env: process.env, progress: say });
  await loadImages([SERVICE_IMAGE]);
  await restartServices(await kubectlOf(local));
  say(`what runs is what stands in service/, after ${Math.round((Date.now() - since) / 1000)} s`);
}

/** Asks the consumer, shows what it answered, and says how to go on. */
async function show(local: Local, kubectl: Kubectl): Promise<void> {
  const kubectlPath = await findKubectl({ env: process.env });
  const consumer = await forward({ ...CONSUMER, kubectlPath, kubeconfig: local.kubeconfig });
  try {
    for (const { asked, status, body } of await callConsumer(consumer.url)) {
      console.log(`${asked}: ${status}`);
      console.log(JSON.stringify(body, undefined, 2));
    }
  } finally {
    await consumer.stop();
  }
  console.log(
    (await kubectl(['get', 'datastores,ecsservices,privatelinkendpoints,securevpcs', '-A'])).stdout,
  );
  console.log(`It is up. To try it:
  export KUBECONFIG=${local.kubeconfig}
  kubectl port-forward -n ${CONSUMER.namespace} service/${CONSUMER.service} 8001:${CONSUMER.port}
  curl http://localhost:8001/services
  curl -X POST http://localhost:8001/call/api-service -H 'content-type: application/json' -d '{"test": "data"}'
make local-down removes it.`);
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
    await withImages(() => bringUp(examples, provider));
  });

program
  .command('down')
  .description('remove the cluster with everything in it')
  .action(async () => {
    const local = await down();
    say(local ? `gone: ${local.provider}` : 'nothing was up');
  });

program
  .command('test')
  .description('ask the consumer again')
  .action(async () => {
    const local = await mustBeUp();
    await show(local, await kubectlOf(local));
  });

program
  .command('reload')
  .description('build the service anew, and restart what runs it')
  .action(async () => {
    await withImages(reload);
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
