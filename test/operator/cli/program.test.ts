import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../../operator/cli/manifests.ts';
import { landfall as landfallProgram } from '../../../operator/cli/program.ts';
import { usageText } from '../../../operator/cli/usage-text.ts';
import { UsageError } from '../../../operator/cli/usage.ts';
import { runLandfall, type Run } from '../../support/landfall.ts';
import { root } from './portal.ts';

/** Runs the program as it stands in the sources. */
function landfall(...args: string[]): Promise<Run> {
  return runLandfall(args, { cwd: join(root, 'test'), env: process.env });
}

const PORTAL = 'manifests/examples/portal';
/** Its network alone, for a command that runs in a folder beside. */
const NETWORK = ['-f', `../${PORTAL}/account.yaml`, '-f', `../${PORTAL}/base/network.yaml`];
const OVERLAY = 'manifests/gitops/networks/dev';
const ACCOUNTS = 'manifests/gitops/accounts';

/** What the program says of a usage error, without a process of its own. */
async function complaint(args: readonly string[]): Promise<string> {
  const program = landfallProgram(() => {});
  const error: unknown = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof UsageError || error instanceof CommanderError) return usageText(error, program, args);
  throw new Error(`no usage error, but ${String(error)}`);
}

/** One line that says what is wrong and ends in what to type. */
async function expectComplaint(args: readonly string[], message: string | RegExp, instead: string) {
  const text = await complaint(args);
  expect(text).toMatch(message);
  expect(text).toMatch(/^landfall: [^\n]+$/);
  expect(text.slice(text.lastIndexOf('; type'))).toBe(`; type \`${instead}\``);
}

it('a usage error goes to the standard error, with exit code 1', async () => {
  expect(await landfall('plan', `../${PORTAL}`)).toEqual({
    code: 1,
    out: '',
    err: `${await complaint(['plan', `../${PORTAL}`])}\n`,
  });
});

describe('usage errors say what is wrong and end in what to type instead', () => {
  it.each([
    [['plam', '-f', 'x'], "unknown command 'plam' (Did you mean plan?)", 'landfall plan -f x'],
    [['draw'], "unknown command 'draw'", 'landfall --help'],
    [['-f', 'x'], "unknown option '-f' without a command before it", 'landfall plan -f x'],
    [['plan'], '-f has to say where the manifests are', 'landfall plan -f manifests/'],
    [['plan', PORTAL], 'landfall plan takes manifests after -f only', `landfall plan -f ${PORTAL}`],
    [
      ['graph', '-o', 'x.svg', PORTAL, '--format=svg', 'my files'],
      `takes manifests after -f only, unlike ${PORTAL}, my files`,
      `landfall graph -o x.svg -f ${PORTAL} --format=svg -f 'my files'`,
    ],
    [['plan', '-f'], "'-f, --filename <path>' argument missing", 'landfall plan -f manifests/'],
    [['graph', '--format'], 'argument missing', 'landfall graph -f manifests/ --format svg'],
    [['plan', '-f', 'nowhere'], 'there is no file or folder nowhere', 'landfall plan --help'],
    [
      ['plan', '--zone', 'a'],
      "unknown option '--zone': landfall plan has -f, -n, --installation, --color, --no-color, --json",
      'landfall plan --help',
    ],
    [['render', '-o', 'x'], "unknown option '-o': landfall render has -f,", 'landfall render --help'],
    [['plan', '--jsn'], "unknown option '--jsn' (Did you mean --json?)", 'landfall plan --json'],
    [['--foo'], "unknown option '--foo'", 'landfall --help'],
    [
      ['policy', '-f', PORTAL, '--all', '--read-only'],
      "'--read-only' cannot be used with option '--all'",
      `landfall policy -f ${PORTAL} --read-only`,
    ],
    [['policy', '-o'], 'argument missing', 'landfall policy -f manifests/ -o yaml'],
    [
      ['adopt', 'vpc-0', '--region'],
      'argument missing',
      'landfall adopt vpc-0a1b2c3d4e5f60718 -f manifests/ --region us-east-1',
    ],
    [['takeover', '--context'], 'argument missing', 'landfall takeover --context kind-landfall'],
    [['release', '--timeout'], 'argument missing', 'landfall release securevpc/portal/portal --timeout 600'],
    [
      ['uninstall', '--retain', '--delete'],
      "'--retain' cannot be used with option '--delete'",
      'landfall uninstall --retain',
    ],
    [['graph', '--format', 'pdf'], 'Allowed choices are text, mermaid, dot, svg', 'landfall graph --help'],
    [['render', '-f', 'docs'], 'give the folder with your manifests', 'landfall render -f manifests/'],
    [
      ['accounts', '-f', `${PORTAL}/base/network.yaml`],
      'there is no Account',
      'landfall accounts -f manifests/',
    ],
    [
      ['graph', '-f', ACCOUNTS],
      'no SecureVpc, EcsService, PrivateLinkEndpoint or DataStore among the manifests, only 3 Accounts',
      'landfall graph -f manifests/',
    ],
    [
      ['graph', '-f', `${PORTAL}/account.yaml`],
      'no SecureVpc, EcsService, PrivateLinkEndpoint or DataStore among the manifests, only 1 Account;',
      'landfall graph -f manifests/',
    ],
    [
      ['render', '-f', PORTAL, '--installation', 'Not_An_Id'],
      "'--installation <id>' argument 'Not_An_Id' is invalid. It must be a DNS label",
      'landfall render --help',
    ],
    [
      ['render', '-f', PORTAL, '-n', 'BAD!!'],
      "'-n, --namespace <name>' argument 'BAD!!' is invalid. It must be a DNS label",
      'landfall render --help',
    ],
  ])('%j', async (args, message, instead) => {
    await expectComplaint(args, message, instead);
  });
});

describe('graph writes only what the name of the file says', () => {
  it.each([
    [
      ['-o', 'a.png'],
      '-o a.png ends in .png, which graph does not draw: the endings are .txt for text',
      'a.svg',
    ],
    [['-o', 'tree'], '-o tree has no ending', 'tree.svg'],
    [['-o', 'a.png', '--format', 'dot'], '-o a.png ends in .png', 'a.dot'],
    [
      ['--format', 'svg', '-o', 'x.dot'],
      '--format svg contradicts -o x.dot, whose ending is that of dot',
      'x.svg',
    ],
  ])('%j', async (args, message, file) => {
    const instead = `landfall graph -f ${PORTAL} -o ${file}`;
    await expectComplaint(['graph', '-f', PORTAL, ...args], message, instead);
    await expect(access(args[args.indexOf('-o') + 1] ?? '')).rejects.toThrow('ENOENT');
  });

  it('says that a folder is not there', async () => {
    await expectComplaint(
      ['graph', '-f', PORTAL, '-o', 'no/such/folder/x.svg'],
      /cannot write no\/such\/folder\/x\.svg.*give -o a file in a folder that is there/,
      'landfall graph --help',
    );
  });
});

describe('--zones', () => {
  it.each([
    ['us-east-1z9', '"us-east-1z9" is no zone of us-east-1, whose zones have its name and a letter'],
    ['eu-west-1a', '"eu-west-1a" is no zone of us-east-1'],
    ['a,', '"" is no zone of us-east-1'],
  ])('%s is refused', async (zones, message) => {
    await expectComplaint(
      ['render', '-f', PORTAL, '--zones', zones],
      message,
      `landfall render -f ${PORTAL} --zones us-east-1a,us-east-1b`,
    );
  });

  it.each(['graph', 'render'])('cannot be had with --live, before any file is read: %s', async (command) => {
    await expectComplaint(
      [command, '--live', '-f', 'nowhere', '--zones', 'nonsense'],
      "'--zones <names>' cannot be used with option '--live'",
      `landfall ${command} -f nowhere --zones nonsense`,
    );
  });

  it('is said to be what is too little, not the account', async () => {
    const { code, err } = await landfall('render', ...NETWORK, '--zones', 'x');
    expect(code).toBe(1);
    expect(err).toContain('spec.zones.count is 2, but --zones names 1 zone of us-east-1: us-east-1x;');
    expect(err).not.toContain('this account has');
  });
});

describe('an overlay of kustomize', () => {
  it('has to be built first, in place of its folder', async () => {
    await expectComplaint(
      ['plan', '-f', OVERLAY],
      `no Account, SecureVpc, EcsService, PrivateLinkEndpoint or DataStore of landfall.dev in ${OVERLAY}, but a kustomization`,
      `kubectl kustomize ${OVERLAY} | landfall plan -f -`,
    );
  });

  it('is missed beside Accounts, by whoever wants networks', async () => {
    await expectComplaint(
      ['plan', '-f', ACCOUNTS, '-f', OVERLAY],
      `no SecureVpc, EcsService, PrivateLinkEndpoint or DataStore of landfall.dev in ${OVERLAY}`,
      `kubectl kustomize ${OVERLAY} | landfall plan -f ${ACCOUNTS} -f -`,
    );
  });

  it('does not keep Accounts from being read', async () => {
    const { accounts } = await readManifests([join(root, ACCOUNTS), join(root, OVERLAY)]);
    expect(accounts).toHaveLength(3);
  });
});

describe('help', () => {
  it('lists every command, those that change something apart', async () => {
    const { code, out } = await landfall('--help');
    expect(code).toBe(0);
    const [, files = '', cluster = ''] =
      /^With the manifests of -f; nothing is changed:$([^]*)^On the cluster of the kubeconfig:$([^]*)/m.exec(
        out,
      ) ?? [];
    for (const command of ['plan', 'graph', 'render', 'accounts', 'policy', 'adopt', 'retained'])
      expect(files).toMatch(new RegExp(`^  ${command} `, 'm'));
    for (const command of ['takeover', 'approve', 'release', 'uninstall'])
      expect(cluster).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await landfall('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

describe('render', () => {
  it('prints the graph without AWS, and says what it assumed', async () => {
    const { code, out, err } = await landfall('render', ...NETWORK, '--zones', 'us-east-1c,us-east-1d');
    expect(code).toBe(0);
    expect(err).toContain('assumed, since AWS was not asked');
    const { graphs } = JSON.parse(out) as { graphs: { nodes: { key: string }[]; edges: object[] }[] };
    expect(graphs).toHaveLength(1);
    expect(graphs[0]?.nodes.map(({ key }) => key)).toContain('subnet/private-d');
    expect(graphs[0]?.edges).toContainEqual({ from: 'subnet/private-d', to: 'vpc' });
    expect(out).toContain('${security-group/ecs.id}');
  });
});
