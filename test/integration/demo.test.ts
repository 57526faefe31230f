import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { established } from '../../k8s-local/cluster/established.ts';
import { type ControlPlane, startControlPlane } from '../../k8s-local/cluster/control-plane.ts';
import { run } from '../../k8s-local/cluster/run.ts';
import { kubectlOf } from '../support/kubectl.ts';
import { eventually } from '../support/eventually.ts';

const root = join(import.meta.dirname, '..', '..');
const PORTAL = join(root, 'manifests/examples/portal');

let folder: string;
let plane: ControlPlane | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-demo-'));
  await mkdir(join(folder, 'tmp'));
});
afterEach(async () => {
  await plane?.stop();
  plane = undefined;
  // What a failed test left: these are of its folder only.
  for (const { pid } of await processesOf(folder)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true });
});

interface Demo {
  /** What it has printed so far, both streams. */
  readonly text: () => string;
  /** Resolves when it has printed this. */
  readonly printed: (words: string) => Promise<void>;
  /** As Ctrl-C in a terminal: to every process of its group at once. */
  readonly interrupt: () => void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

// The packages are installed, or this test would not run; make must not install them meanwhile.
const MAKE = ['make', '-o', 'node_modules/.installed', 'demo'];
const MAKE_PORTAL = [...MAKE, 'EXAMPLE=portal'];
const SCRIPT = [process.execPath, join(root, 'k8s-local/demo/demo.ts'), '--example', 'portal'];

function startDemo(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Demo {
  const child = spawn(program, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LANDFALL_KUBECONFIG: '',
      // Colours are switched on by CI's environment, and would stand between the words.
      NO_COLOR: '1',
      LANDFALL_STATE: join(folder, 'state'),
      TMPDIR: join(folder, 'tmp'),
      ...env,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  }
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  return {
    text: () => text,
    ended,
    interrupt: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
    printed: async (words) => {
      await eventually(
        `the demo prints ${words}`,
        () => {
          if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended: ${text}`);
          return Promise.resolve(text.includes(words));
        },
        { timeoutMs: 240_000, everyMs: 20, seen: () => text },
      );
    },
  };
}

/** Live processes that name the folder in their arguments or their environment. */
async function processesOf(path: string): Promise<{ pid: number; command: string }[]> {
  if (!existsSync('/proc/self/cmdline')) {
    const { stdout } = await run('ps', ['-axwwE', '-o', 'pid=,command=']);
    const lines = stdout.split('\n').filter((line) => line.includes(path));
    return lines.map((line) => ({ pid: Number.parseInt(line), command: line }));
  }
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = async (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const command = (await read('cmdline')).replaceAll('\0', ' ');
      return { pid, command, mine: command !== '' && `${command}${await read('environ')}`.includes(path) };
    }),
  );
  return found.filter(({ mine }) => mine).map(({ pid, command }) => ({ pid, command }));
}

/** No process, and of files only the picture and the profiles' folder. */
async function expectNothingLeft(): Promise<void> {
  await eventually(
    'every process of the demo is gone',
    async () => (await processesOf(folder)).length === 0,
    { seen: async () => processesOf(folder) },
  );
  expect(await readdir(join(folder, 'state'))).toEqual(['demo']);
  expect(await readdir(join(folder, 'state/demo'))).not.toContain('running.json');
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
}

/** That something was put back, and that the object's status says so. */
function expectRepaired(text: string, node: string, whose: string): void {
  const lines = text.split('\n').map((line) => line.trim());
  expect(lines).toContainEqual(
    expect.stringMatching(new RegExp(`^✓ ${node} put back after \\d+\\.\\d s  ${whose}$`)) as string,
  );
  expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${whose}  DriftRepaired: `)) as string);
}

const EMPTY =
  '✓ But for these copies AWS is empty: without them its whole state is byte for byte what it was before.';

/** That the stores have left what nobody deletes by accident. */
function expectKept(text: string, copies: readonly string[]): void {
  for (const copy of copies) expect(text).toMatch(new RegExp(`^ {2}✓ ${copy}$`, 'm'));
}

test('the platform stands in two accounts, is repaired, drawn and deleted, and leaves nothing running', async () => {
  const { ended, text } = startDemo(MAKE);
  expect(await ended, text()).toBe(0);
  for (const cluster of [
    '222222222222:service/api-service-dev-cluster',
    '333333333333:service/api-consumer-dev-cluster',
  ])
    expect(text()).toContain(`✓ service arn:aws:ecs:us-east-1:${cluster}`);
  for (const [name, id] of [
    ['provider-account', '222222222222'],
    ['consumer-account', '333333333333'],
  ])
    expect(text()).toMatch(
      new RegExp(`${name} +${id} +arn:aws:sts::${id}:assumed-role/landfall/landfall-demo$`, 'm'),
    );
  expect(text()).toContain(EMPTY);
  for (const [node, whose] of [
    ['security-group-rules/ecs', 'SecureVpc api-service/api-service'],
    ['routes/private', 'SecureVpc api-service/api-service'],
    ['service', 'EcsService api-service/api-service'],
    ['endpoint-service-permissions', 'PrivateLinkEndpoint api-service/api-service'],
    ['table-recovery', 'DataStore api-service/api-service-sessions'],
  ] as const)
    expectRepaired(text(), node, whose);
  expectKept(text(), [
    'cluster snapshot api-service-dev-cluster-final-\\w+ of api-service-dev-cluster, available',
    'snapshot api-service-dev-redis-final-\\w+ of api-service-dev-redis, available',
    'backup api-service-dev-data-final-[\\w-]+ of api-service-dev-data, available',
    'secret api-service-dev-rds-secret, with the password of what is restored',
  ]);
  expect(text()).toContain('✗ api-service-dev-service is to run no task');
  expect(text()).toMatch(/✗ arn:aws:iam::333333333333:root may make no endpoint to vpce-svc-\w+ any more/);
  expect(text()).toMatch(/Done in \d+ s\. Nothing is left running\./);
  expect(await readFile(join(folder, 'state/demo/platform.svg'), 'utf8')).toMatch(
    /Account consumer-account[^]*Account provider-account[^]*<\/svg>\s*$/,
  );
  await expectNothingLeft();
});

test('the portal is made, repaired, drawn and deleted, and leaves nothing running', async () => {
  const { ended, text } = startDemo(MAKE_PORTAL);
  expect(await ended, text()).toBe(0);
  expect(text()).toContain(EMPTY);
  for (const [node, whose] of [
    ['security-group-rules/ecs', 'SecureVpc portal/portal'],
    ['routes/public', 'SecureVpc portal/portal'],
    ['service', 'EcsService portal/backend'],
    ['db-parameters', 'DataStore portal/portal'],
  ] as const)
    expectRepaired(text(), node, whose);
  expectKept(text(), [
    'snapshot portal-dev-instance-final-db-\\w+ of portal-dev-instance, available',
    'option group portal-dev, with which AWS restores',
    'secret portal-dev-rds-secret, with the password of what is restored',
  ]);
  expect(text()).toContain('✗ backend-service is to run no task');
  expect(text()).toMatch(/Done in \d+ s\. Nothing is left running\./);
  expect(await readFile(join(folder, 'state/demo/portal.svg'), 'utf8')).toMatch(/<svg[^]*<\/svg>\s*$/);
  await expectNothingLeft();
});

test('Ctrl-C in the middle takes everything down', async () => {
  const { ended, text, interrupt, printed } = startDemo(MAKE_PORTAL);
  await printed('✓ vpc');
  const commands = (await processesOf(folder)).map(({ command }) => command).join('\n');
  for (const program of ['kube-apiserver', 'etcd', 'landfall_aws', 'operator/main.ts', 'demo.ts'])
    expect(commands).toContain(program);
  interrupt();
  // make waits for the demo, then ends by the signal itself.
  expect(await ended, text()).toBe('SIGINT');
  expect(text()).toContain('Interrupted. Nothing is left running.');
  expect(text()).not.toContain(EMPTY);
  await expectNothingLeft();
});

test('Ctrl-C ends a demo that stays up as it ends by itself', async () => {
  const { ended, text, interrupt, printed } = startDemo([...SCRIPT, '--keep']);
  await printed('kubectl delete securevpc portal');
  interrupt();
  expect(await ended, text()).toBe(0);
  expect(text()).toContain(EMPTY);
  expect(text()).toContain('Nothing is left running.');
  await expectNothingLeft();
});

test('on a cluster of the user nothing is taken over, and Ctrl-C takes away what the demo made', async () => {
  plane = await startControlPlane();
  const { kubeconfigPath } = plane;
  const kubectl = async (...args: string[]): Promise<string> => {
    const done = await plane?.kubectl(args);
    expect(done, `kubectl ${args.join(' ')}`).toMatchObject({ code: 0 });
    return done?.stdout.trim() ?? '';
  };
  const crds = () => kubectl('get', 'crd', '-o', 'name');

  // Somebody's own Account of the same name: no operator has ever seen it.
  await kubectl('apply', '--server-side', '-f', join(root, 'crds'));
  await established(kubectlOf(plane));
  await kubectl('apply', '-f', join(PORTAL, 'account.yaml'));
  const before = await kubectl('get', 'account', 'portal', '-o', 'yaml');
  const refused = startDemo(SCRIPT, { LANDFALL_KUBECONFIG: kubeconfigPath });
  expect(await refused.ended, refused.text()).toBe(1);
  expect(refused.text()).toContain('the cluster has account portal already');
  expect(await kubectl('get', 'account', 'portal', '-o', 'yaml')).toBe(before);
  await expectNothingLeft();
  await kubectl('delete', 'account', 'portal');
  await kubectl('delete', 'crd', '--all');

  const { ended, text, interrupt, printed } = startDemo(SCRIPT, { LANDFALL_KUBECONFIG: kubeconfigPath });
  await printed('✓ vpc');
  expect(await crds()).toContain('securevpcs');
  interrupt();
  expect(await ended, text()).toBe(130);
  expect(text()).toContain('Interrupted. Nothing is left running.');
  await eventually('the kinds are gone', async () => (await crds()) === '');
  for (const name of ['portal', 'landfall-system']) {
    // No controller of this plane ends a namespace.
    const asked = ['get', 'namespace', name, '-o', 'jsonpath={.metadata.deletionTimestamp}'];
    expect(await kubectl(...asked)).not.toBe('');
  }
  expect(await kubectl('get', 'lease', '-n', 'landfall-system', '-o', 'name')).toBe('');
  await expectNothingLeft();
}, 600_000);
