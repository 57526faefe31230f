import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { startLocalAws, type LocalAws } from '../aws/local-aws.ts';
import { established } from '../cluster/established.ts';
import { stateFolder } from '../cluster/paths.ts';
import { down, findKubectl, up, type ShellCluster } from '../cluster/shell.ts';
import { startOperator, type OperatorProcess } from '../operator-process.ts';
import { withCopies } from './copies.ts';
import { breakThings } from './drift.ts';
import { Endings } from './endings.ts';
import { follow } from './follow.ts';
import { contentsOf, exampleOf, fileArgs } from './examples.ts';
import { argsOf, FORCE, Footprint, INSTALLATION } from './footprint.ts';
import { Interrupted, onInterruption } from './interruption.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { clearUp, removeMark, setMark } from './mark.ts';
import { drawPictures } from './pictures.ts';
import { command, heading, say } from './screen.ts';

const FOLDER = join(stateFolder, 'demo');
const MARK = join(FOLDER, 'running.json');
/** So that drift is seen within seconds here; the operator's own defaults are a minute and half an hour. */
const LANE_SECONDS = 4;
/** Long enough for an operator to bring everything up, and to take it down, on a busy machine. */
const READY_SECONDS = 180;
const REMOVAL_SECONDS = 180;
/** A snapshot, or a secret, takes a moment to go. */
const FORGOTTEN_MS = 20_000;
/** As whom Landfall acts where. */
const CALLERS = 'custom-columns=ACCOUNT:.metadata.name,ID:.spec.aws.accountId,CALLER:.status.callerArn';

const { values: given } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    example: { type: 'string', default: 'platform' },
  },
});
const example = exampleOf(given.example);
const { network } = example.fragile;
const files = example.paths.flatMap((path) => ['-f', path]).join(' ');
const began = performance.now();
const endings = new Endings();
let marked = false;
const interruption = onInterruption({
  onFirst: () => console.error(`\n${pc.yellow('Taking everything down.')} Ctrl-C again leaves at once.`),
  onSecond: () =>
    console.error(
      'Left at once. The next demo takes a cluster of its own down; on a cluster of yours look for the objects of ' +
        `${example.paths.join(' and ')}: ${FORCE}.`,
    ),
});
const { signal } = interruption;

async function demo(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  if (await clearUp(MARK)) say('The cluster of a demo that was killed is taken down first.');
  await setMark(MARK);
  marked = true;

  heading('A Kubernetes API server and a local AWS');
  const starting = [startCluster(), startAws()] as const;
  // What is still starting when the end comes is waited for, so that it is taken down, too.
  endings.add('What was starting may be left: make cluster-down', 5, () => Promise.allSettled(starting));
  const [cluster, aws] = await interruption.orEnd(Promise.all(starting));
  const program = await findKubectl();
  const kubectl = createKubectl(program, cluster.kubeconfig, signal);
  const before = await aws.dump();

  heading(`Landfall is installed, and ${example.title} is applied`);
  // Without the signal: it also takes things away after one.
  const contents = await contentsOf(example);
  const footprint = await Footprint.on(createKubectl(program, cluster.kubeconfig), contents);
  const goesOn = cluster.already || cluster.rung === 'cluster';
  if (goesOn)
    endings.add('CRDs and namespaces of the demo are left on the cluster', 60, () => footprint.removeRest());
  await install(kubectl);
  const operator = startOperator({
    kubeconfigPath: cluster.kubeconfig,
    restarts: true,
    detached: true,
    env: {
      ...aws.env(),
      LANDFALL_INSTALLATION: INSTALLATION,
      LANDFALL_FAST_LANE_SECONDS: String(LANE_SECONDS),
      LANDFALL_SLOW_LANE_SECONDS: String(LANE_SECONDS),
      LANDFALL_POLL_SECONDS: '0.5',
      LANDFALL_GRACE_SECONDS: '5',
      // The local AWS has no rate limits; with AWS's own, endpoints alone would take half a minute.
      LANDFALL_AWS_RATE_SCALE: '0',
    },
  });
  endings.add('The operator may be left', 20, () => operator.stop());
  if (goesOn)
    endings.add(
      `Objects of ${example.title} are left on the cluster, and no operator runs: ${FORCE}`,
      REMOVAL_SECONDS + 5,
      () => footprint.removeObjects(REMOVAL_SECONDS),
    );
  const created = follow(operator, signal);
  for (const path of example.paths) {
    command(['kubectl', 'apply', ...fileArgs(path)].join(' '));
    await kubectl.apply(path);
  }
  await interruption.orEnd(
    Promise.all(contents.resources.map((object) => kubectl.waitReady(object, READY_SECONDS))),
  );
  created.end();
  const kinds = [...new Set(contents.resources.map(({ kind }) => kind))];
  for (const kind of kinds) say(await kubectl.text('get', kind, '-A'));
  const names = contents.accounts.map(({ name }) => name);
  say(await kubectl.text('get', 'account', ...names, '-o', CALLERS));

  heading('Somebody changes AWS behind Landfall’s back');
  await repairDrift(operator, aws, kubectl);

  heading('What stands in AWS');
  const drawn = await drawPictures(example, { env: aws.env(), folder: FOLDER, signal });
  console.log(drawn.text);
  say(`As a picture: ${relative('', drawn.svg)}`);

  if (given.keep) await stay(cluster, aws);

  heading('Everything is deleted');
  for (const path of [...example.paths].reverse())
    command(['kubectl', 'delete', ...fileArgs(path)].join(' '));
  const gone = follow(operator, signal);
  await interruption.orEnd(footprint.removeObjects(REMOVAL_SECONDS));
  gone.finish();
  await showCopies(aws, contents.accountIds, before);
}

async function startCluster(): Promise<ShellCluster & { readonly already: boolean }> {
  const cluster = await up({ progress: (line) => say(pc.dim(`cluster: ${line}`)) });
  if (!cluster.already) {
    endings.add('The cluster of the demo may be left: make cluster-down', 60, () =>
      down({ progress: () => {} }),
    );
    await setMark(MARK, cluster.servers?.pids);
  }
  say(`Kubernetes: ${cluster.about}`);
  return cluster;
}

async function startAws(): Promise<LocalAws> {
  const aws = await startLocalAws({
    progress: (line) => say(pc.dim(`aws: ${line}`)),
    detached: true,
    stateFolder: join(FOLDER, 'aws'),
    // Its roles let in nobody but the operator of this installation.
    env: { ...process.env, LANDFALL_AWS_INSTALLATION: INSTALLATION },
  });
  endings.add('The local AWS may be left', 20, () => aws.stop());
  say(`AWS: a local one at ${aws.url}, empty`);
  return aws;
}

/** Applies the CRDs and the operator's namespace. */
async function install(kubectl: Kubectl): Promise<void> {
  command('kubectl apply -f crds/');
  await kubectl.apply('crds/');
  await established(
    (...args) => kubectl.run(...args),
    [
      'crd/planapprovals.landfall.dev',
      'crd/securevpcs.landfall.dev',
      'crd/accounts.landfall.dev',
      'crd/datastores.landfall.dev',
      'crd/ecsservices.landfall.dev',
      'crd/privatelinkendpoints.landfall.dev',
    ],
  );
  await kubectl.ensureNamespace('landfall-system');
}

async function repairDrift(operator: OperatorProcess, aws: LocalAws, kubectl: Kubectl): Promise<void> {
  const from = operator.lines.length;
  const at = performance.now();
  const broken = await breakThings(aws, example.fragile, kubectl);
  for (const { what, instead } of broken) {
    command(instead);
    say(`${pc.red('✗')} ${what}`);
  }
  const repaired = await Promise.all(
    broken.map(async ({ object, node }) => {
      const line = await interruption.orEnd(
        operator.line(
          (line) =>
            operator.lines.indexOf(line) >= from &&
            line.msg === 'done' &&
            line['node'] === node &&
            String(line['kind']).toLowerCase() === object.kind &&
            line['name'] === `${object.namespace}/${object.name}`,
        ),
      );
      const whose = `${String(line['kind'])} ${String(line['name'])}`;
      return { object, node, whose, seconds: (performance.now() - at) / 1000 };
    }),
  );
  for (const { node, whose, seconds } of repaired)
    say(`${pc.green('✓')} ${node} put back after ${seconds.toFixed(1)} s  ${pc.dim(whose)}`);
  say(
    pc.dim(
      `AWS is read every ${LANE_SECONDS} s here; by default every 60 s, and what it shows only one by one, as who may make endpoints, every 30 minutes`,
    ),
  );
  const objects = new Map(repaired.map(({ object, whose }) => [whose, object]));
  for (const [whose, object] of objects)
    say(pc.dim(`${whose}  ${await interruption.orEnd(kubectl.waitDriftRepaired(object))}`));
}

/** What the stores have left, on purpose, and that without it nothing is left. */
async function showCopies(aws: LocalAws, accountIds: readonly string[], before: string): Promise<void> {
  heading('Nothing that the stores held is lost');
  await withCopies(aws, accountIds, async (copies) => {
    for (const { what } of copies) say(`${pc.green('✓')} ${what}`);
    say(pc.dim('Landfall deletes none of these. You do, when nobody needs them any more:'));
    for (const { instead, forget } of copies) {
      command(instead);
      await forget();
    }
  });
  const until = performance.now() + FORGOTTEN_MS;
  while ((await aws.dump()) !== before) {
    if (performance.now() > until)
      throw new Error('AWS is not as it was before the demo: something is left besides the copies.');
    await sleep(200);
  }
  say(
    `${pc.green('✓')} But for these copies AWS is empty: without them its whole state is byte for byte what it was before.`,
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
    'kubectl get securevpc,ecsservice,datastore -A -o wide',
    `kubectl describe ${argsOf(network).join(' ')}`,
    `kubectl edit ${argsOf(network).join(' ')}`,
    `npx landfall plan ${files}`,
    `npx landfall graph ${files} --live --format text`,
    `kubectl delete ${argsOf(network).join(' ')}`,
  ]) {
    command(hint);
  }
  await interruption.taken();
}

for (const stream of [process.stdout, process.stderr]) {
  // A terminal that was closed, or a pager that was left, must not keep anything from being taken down.
  stream.on('error', () => {});
}

const failure: unknown = await interruption.orEnd(demo()).then(
  () => undefined,
  (error: unknown) => (signal.aborted ? signal.reason : error),
);
const left = await endings.run();
if (marked && left.length === 0) await removeMark(MARK);
for (const sentence of left) console.error(`${pc.red('✗')} ${sentence}`);
const rest = left.length === 0 ? ' Nothing is left running.' : '';
if (failure === undefined) {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`\n${pc.green('Done')} in ${seconds} s.${rest}`);
  process.exit(left.length === 0 ? 0 : 1);
}
if (failure instanceof Interrupted) {
  console.error(`\n${pc.yellow('Interrupted.')}${rest}`);
  process.exit(failure.exitCode);
}
const error = failure instanceof Error ? failure : new Error('no reason is known', { cause: failure });
console.error(`\n${pc.red('The demo stopped:')} ${error.message}`);
if (process.env['DEBUG']) console.error(error.stack);
process.exit(1);
