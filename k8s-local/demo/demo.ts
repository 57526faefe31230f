import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { startLocalAws, type LocalAws } from '../aws/local-aws.ts';
import { MissingPrerequisite } from '../aws/python-env.ts';
import { down, findKubectl, up, type ShellCluster } from '../cluster/shell.ts';
import { startOperator, type LogLine, type OperatorProcess } from '../operator-process.ts';
import { breakTheNetwork } from './drift.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { drawPictures } from './pictures.ts';
import { command, heading, say, Tree } from './screen.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.landfall/demo');
const INSTALLATION = 'demo';
/** So that drift is seen within seconds here; the operator's own default is a minute. */
const FAST_LANE_SECONDS = 4;

const keep = process.argv.includes('--keep');
const began = performance.now();
const ending: (() => Promise<unknown>)[] = [];

async function demo(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  heading('A Kubernetes API server and a local AWS');
  const [cluster, aws] = await Promise.all([startCluster(), startAws()]);
  const kubectl = createKubectl(await findKubectl(), cluster.kubeconfig);
  const before = await aws.dump();

  heading('Landfall is installed, and the portal’s network is applied');
  const owned = await install(kubectl, cluster);
  const operator = startOperator({
    kubeconfigPath: cluster.kubeconfig,
    restarts: true,
    env: {
      ...aws.env(),
      LANDFALL_INSTALLATION: INSTALLATION,
      LANDFALL_FAST_LANE_SECONDS: String(FAST_LANE_SECONDS),
      LANDFALL_POLL_SECONDS: '0.5',
      LANDFALL_GRACE_SECONDS: '5',
      // The local AWS has no rate limits; with AWS's own, endpoints alone would take half a minute.
      LANDFALL_AWS_RATE_SCALE: '0',
    },
  });
  ending.unshift(() => operator.stop());
  const created = follow(operator, 'portal');
  command('kubectl apply -f manifests/examples/portal');
  await kubectl.apply('manifests/examples/portal');
  owned.push('manifests/examples/portal');
  await kubectl.waitReady();
  created.end();
  say(await kubectl.text('get', 'svpc', '-n', 'portal'));

  heading('Somebody changes AWS behind Landfall’s back');
  await repairDrift(operator, aws, kubectl);

  heading('What stands in AWS');
  const picture = await drawPictures(aws.env(), INSTALLATION, join(FOLDER, 'portal.svg'));
  console.log(picture);
  say(`As a picture: ${join('.landfall/demo', 'portal.svg')}`);

  if (keep) await stay(cluster, aws);

  heading('The network is deleted');
  command('kubectl delete -f manifests/examples/portal');
  const gone = follow(operator, 'portal');
  await kubectl.run('delete', '--wait=true', '--timeout=120s', '-n', 'portal', 'securevpc', 'portal');
  gone.finish();
  await kubectl.deleteAll(owned.toReversed());
  const after = await aws.dump();
  if (after !== before) throw new Error('AWS is not as it was before the demo: something is left.');
  say(`${pc.green('✓')} AWS is empty: its whole state is byte for byte what it was before.`);
}

async function startCluster(): Promise<ShellCluster> {
  const cluster = await up({ progress: (line) => say(pc.dim(`cluster: ${line}`)) });
  if (!cluster.already) ending.push(() => down({ progress: () => {} }));
  say(`Kubernetes: ${cluster.about}`);
  return cluster;
}

async function startAws(): Promise<LocalAws> {
  const aws = await startLocalAws({ progress: (line) => say(pc.dim(`aws: ${line}`)) });
  ending.push(() => aws.stop());
  say(`AWS: a local one at ${aws.url}, empty`);
  return aws;
}

/** Applies the CRDs and the operator's namespace; on a cluster of the user's, returns what is to be deleted again. */
async function install(kubectl: Kubectl, cluster: ShellCluster): Promise<string[]> {
  const hadCrds = (await kubectl.run('get', 'crd', 'securevpcs.landfall.dev', '--ignore-not-found')).includes(
    'securevpcs',
  );
  command('kubectl apply -f crds/');
  await kubectl.apply('crds/');
  await kubectl.run(
    'wait',
    '--for=condition=Established',
    'crd/securevpcs.landfall.dev',
    'crd/accounts.landfall.dev',
  );
  await kubectl.ensureNamespace('landfall-system');
  return cluster.rung === 'control-plane' || hadCrds ? [] : ['crds/'];
}

/** Draws what the operator plans and does for one network. */
function follow(operator: OperatorProcess, title: string): Tree {
  const tree = new Tree(title);
  const seen = operator.lines.length;
  const take = (line: LogLine): void => {
    const plan = line['plan'] as { actions: { node: string }[] } | undefined;
    for (const action of plan?.actions ?? []) tree.plan(action.node);
    if (line.msg === 'done')
      tree.mark(String(line['node']), 'done', typeof line['id'] === 'string' ? line['id'] : '');
    if (line.msg === 'waiting') tree.mark(String(line['node']), 'waiting');
  };
  void operator
    .line((line) => {
      if (operator.lines.length > seen) take(line);
      return line.msg === 'stopping';
    })
    .catch(() => {});
  return tree;
}

async function repairDrift(operator: OperatorProcess, aws: LocalAws, kubectl: Kubectl): Promise<void> {
  const status = await kubectl.status();
  const at = performance.now();
  const broken = await breakTheNetwork(aws, status);
  for (const { what, instead } of broken) {
    command(instead);
    say(`${pc.red('✗')} ${what}`);
  }
  const from = operator.lines.length;
  const repaired = await Promise.all(
    broken.map(async ({ node }) => {
      await operator.line(
        (line) => operator.lines.indexOf(line) >= from && line.msg === 'done' && line['node'] === node,
      );
      return { node, seconds: (performance.now() - at) / 1000 };
    }),
  );
  for (const { node, seconds } of repaired) {
    say(
      `${pc.green('✓')} ${node} put back after ${seconds.toFixed(1)} s (AWS is read every ${FAST_LANE_SECONDS} s here, every 60 s by default)`,
    );
  }
  await kubectl.waitDriftRepaired();
  say(
    pc.dim(
      await kubectl.text(
        'get',
        'svpc',
        'portal',
        '-n',
        'portal',
        '-o',
        'jsonpath={.status.conditions[?(@.type=="Drifted")].reason}: {.status.conditions[?(@.type=="Drifted")].message}',
      ),
    ),
  );
}

/** Leaves everything up until the person has seen enough. */
async function stay(cluster: ShellCluster, aws: LocalAws): Promise<void> {
  heading('Everything stays up until you press Ctrl-C. In another terminal:');
  say(`export KUBECONFIG=${cluster.kubeconfig}`);
  say(`alias kubectl=${await findKubectl()}`);
  for (const [name, value] of Object.entries(aws.env())) say(`export ${name}='${value}'`);
  say(`export LANDFALL_INSTALLATION=${INSTALLATION}`);
  say('');
  for (const hint of [
    'kubectl get securevpc -A -o wide',
    'kubectl describe securevpc portal -n portal',
    'kubectl edit securevpc portal -n portal',
    'npx landfall plan -f manifests/examples/portal',
    'npx landfall graph -f manifests/examples/portal --live --format text',
    'kubectl delete securevpc portal -n portal',
  ]) {
    command(hint);
  }
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    const alive = setInterval(() => {}, 1 << 30);
    process.once('exit', () => clearInterval(alive));
  });
}

async function end(): Promise<void> {
  for (const step of ending) await step().catch((error: unknown) => console.error(error));
}

try {
  await demo();
  await end();
  console.log(
    `\n${pc.green('Done')} in ${((performance.now() - began) / 1000).toFixed(0)} s. Nothing is left running.`,
  );
  process.exit(0);
} catch (error) {
  await Promise.race([end(), sleep(20_000)]);
  const expected = error instanceof MissingPrerequisite;
  console.error(`\n${pc.red('The demo stopped:')} ${error instanceof Error ? error.message : String(error)}`);
  if (!expected && error instanceof Error && process.env['DEBUG']) console.error(error.stack);
  process.exit(1);
}
