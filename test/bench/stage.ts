import { readdirSync, readFileSync } from 'node:fs';
import { startLocalAws, type LocalAws } from '../../k8s-local/aws/local-aws.ts';
import { startControlPlane, type ControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { startOperator, type OperatorProcess } from '../../k8s-local/operator-process.ts';
import { eventually } from '../support/eventually.ts';
import { namespace } from '../support/manifests.ts';
import { INSTALLATION, type Subject } from './subjects.ts';

/** What AWS takes minutes for is done by the next call: the bench is about calls. Of all that the subjects make. */
const NO_DELAY = {
  LANDFALL_AWS_CACHE_SECONDS: '0',
  LANDFALL_AWS_DATABASE_SECONDS: '0',
  LANDFALL_AWS_TABLE_SECONDS: '0',
  LANDFALL_AWS_ENDPOINT_SECONDS: '0',
  LANDFALL_AWS_INTERFACE_SECONDS: '0',
  LANDFALL_AWS_LOAD_BALANCER_SECONDS: '0',
  LANDFALL_AWS_TARGET_SECONDS: '0',
  LANDFALL_AWS_TASK_SECONDS: '0',
};

/** How often it is looked whether something has come about; of many objects less often, since listing them takes time of the machine's. */
const EVERY_MS = 200;
const EVERY_MS_EACH = 4;

/** What the bench measures on: everything runs, and the subject's accounts are ready. */
export interface Stage {
  readonly aws: LocalAws;
  readonly operator: OperatorProcess;
  /** Makes so many of the subject; returns the seconds until all of it is ready. */
  readonly make: (count: number) => Promise<number>;
}

/** Sets up an API server, a local AWS and the operator, with `env` and `awsEnv` on top of their own, and takes them down after `use`. */
export async function onStage<T>(
  subject: Subject,
  env: Readonly<Record<string, string>>,
  use: (stage: Stage) => Promise<T>,
  awsEnv: Readonly<Record<string, string>> = {},
): Promise<T> {
  const plane = await startControlPlane();
  const aws = await startLocalAws({
    env: { ...process.env, LANDFALL_AWS_INSTALLATION: INSTALLATION, ...NO_DELAY, ...awsEnv },
  });
  let operator: OperatorProcess | undefined;
  try {
    await apply(plane, ...crds());
    await apply(plane, namespace('landfall-system'), namespace('bench'), ...subject.accounts);
    operator = startOperator({
      kubeconfigPath: plane.kubeconfigPath,
      bundled: true,
      env: { ...aws.env(), LANDFALL_INSTALLATION: INSTALLATION, ...env },
    });
    await operator.line((line) => line.msg === 'leading');
    await untilReady(plane, ['accounts'], { count: subject.accounts.length, timeoutMs: 60_000 });
    await aws.clearLedger();
    return await use({ aws, operator, make: (count) => make(plane, subject, count) });
  } finally {
    await operator?.stop();
    await aws.stop();
    await plane.stop();
  }
}

async function make(plane: ControlPlane, subject: Subject, count: number): Promise<number> {
  const objects = Array.from({ length: count }, (_, index) => subject.objects(index)).flat();
  const began = performance.now();
  await apply(plane, ...objects);
  await untilReady(plane, subject.plurals, { count: objects.length, timeoutMs: 900_000 });
  return (performance.now() - began) / 1000;
}

function crds(): string[] {
  const folder = new URL('../../crds/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => readFileSync(new URL(name, folder), 'utf8'));
}

async function apply(plane: ControlPlane, ...objects: (object | string)[]): Promise<void> {
  const input = objects
    .map((object) => (typeof object === 'string' ? object : JSON.stringify(object)))
    .join('\n---\n');
  const args = ['apply', '--server-side', '-f', '-'];
  const isApplied = async () => (await plane.kubectl(args, { input })).code === 0;
  await eventually('the manifests are applied', isApplied, { everyMs: EVERY_MS });
}

async function untilReady(
  plane: ControlPlane,
  plurals: readonly string[],
  { count, timeoutMs }: { readonly count: number; readonly timeoutMs: number },
): Promise<void> {
  const isReady = async () => (await ready(plane, plurals)) === count;
  const everyMs = Math.max(EVERY_MS, EVERY_MS_EACH * count);
  await eventually(`${count} ${plurals.join(', ')} are ready`, isReady, { everyMs, timeoutMs });
}

async function ready(plane: ControlPlane, plurals: readonly string[]): Promise<number> {
  const { stdout } = await plane.kubectl([
    'get',
    plurals.join(','),
    '-A',
    '-o',
    'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
  ]);
  return stdout.split('\n').filter((line) => line === 'True').length;
}
