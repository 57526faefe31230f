import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalAws, type LocalAws } from '../../k8s-local/aws/local-aws.ts';
import { cacheFolder } from '../../k8s-local/aws/python-env.ts';
import { run } from '../../k8s-local/cluster/run.ts';
import { findKubectl } from '../../k8s-local/cluster/shell.ts';
import { interpret } from '../../operator/aws/errors.ts';
import { awsKinds } from '../../operator/aws/kinds.ts';
import { NO_REFERENCES } from '../../operator/compile/references.ts';
import { graphKindOf } from '../../operator/controllers/graph-kinds.ts';
import { readManifests } from '../../operator/cli/manifests.ts';
import type { PlanDocument } from '../../operator/cli/plan-json.ts';
import { systemClock as clock } from '../../operator/clock.ts';
import { Targets } from '../../operator/controllers/targets.ts';
import { apply } from '../../operator/graph/apply.ts';
import { NO_MEMORY, plan } from '../../operator/graph/plan.ts';
import { AWS } from '../../operator/graph/place.ts';
import { runLandfall, type Run } from '../support/landfall.ts';
import { nursery } from '../support/prepared.ts';

const root = resolve(import.meta.dirname, '../..');
const PORTAL = join(root, 'manifests/examples/portal');
let aws: LocalAws;
let folder: string;
/** The portal's account and network, without what stands in it. */
let portal: string;

beforeAll(async () => {
  aws = await startLocalAws({ nursery });
  folder = await mkdtemp(join(tmpdir(), 'landfall-cli-'));
  portal = join(folder, 'portal');
  await mkdir(portal);
  for (const file of ['account.yaml', 'base/namespace.yaml', 'base/network.yaml'])
    await cp(join(PORTAL, file), join(portal, basename(file)));
});

afterAll(async () => {
  await aws.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command line in a folder without a local AWS of its own. */
function landfall(
  args: readonly string[],
  {
    env = aws.env(),
    cwd = folder,
    stdin = '',
  }: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {},
): Promise<Run> {
  const PATH = process.env['PATH'] ?? '';
  return runLandfall(args, {
    cwd,
    env: { PATH, HOME: folder, LANDFALL_CACHE: cacheFolder(process.env), ...env },
    stdin,
  });
}

/** A copy of the portal's manifests with some text replaced. */
async function changed(name: string, file: string, from: string, to: string): Promise<string> {
  const copy = join(folder, name);
  await cp(portal, copy, { recursive: true });
  const path = join(copy, file);
  const before = await readFile(path, 'utf8');
  expect(before).toContain(from);
  await writeFile(path, before.replace(from, to));
  return copy;
}

/** An Account that is reached by a role; what is given is added to its `aws`. */
const withRole = (more = '') => `apiVersion: landfall.dev/v1alpha1
kind: Account
metadata: { name: consumer-account }
spec:
  aws:
    accountId: '333333333333'
    regions: [us-east-1]
    roleArn: arn:aws:iam::333333333333:role/landfall
${more}`;

function nobodyThere(): Record<string, string> {
  return { ...aws.env(), AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
}

/** Neither keys nor profiles; the home folder has no files, and no metadata service is asked. */
function withoutCredentials(): Record<string, string> {
  return { AWS_ENDPOINT_URL: aws.url, AWS_EC2_METADATA_DISABLED: 'true' };
}

/** One listing of each collection, three facts of the region, the identity and the claim; more would be waste. */
const CALLS_OF_A_PLAN = 20;

/** One line of the failure says all of it. */
function expectNamed(err: string, parts: readonly RegExp[]): void {
  const line = err.split('\n').find((one) => one.includes('✗')) ?? '';
  for (const part of parts) expect(line, err).toMatch(part);
}

async function lastCall(): Promise<number> {
  return aws.mark();
}

describe('landfall plan of a network that does not exist', () => {
  it('creates everything, exits 2, and writes nothing', async () => {
    const before = await lastCall();
    const { code, out, err } = await landfall(['plan', '-f', portal]);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('none of which writes') as string,
    });
    expect(out).toContain(`AWS at ${aws.url} (AWS_ENDPOINT_URL), installation default`);
    expect(out).toContain(
      'account 123456789012 (portal)  us-east-1  arn:aws:iam::123456789012:user/landfall',
    );
    expect(out).toMatch(
      /Plan: 59 to create, 0 to update, 0 to replace, 0 to delete \(about \d+ AWS writes\)/,
    );
    const calls = await aws.ledger(before);
    expect(calls.filter(({ write }) => write)).toEqual([]);
    expect(calls.length).toBeLessThanOrEqual(CALLS_OF_A_PLAN);
  });

  it('prints one JSON document', async () => {
    const { code, out } = await landfall(['plan', '-f', portal, '--json']);
    expect(code).toBe(2);
    const document = JSON.parse(out) as PlanDocument;
    expect(document).toMatchObject({ version: 1, installation: 'default', endpoint: aws.url, errors: [] });
    expect(document.plans).toHaveLength(1);
    expect(document.plans[0]?.actions).toHaveLength(document.summary.create);
    expect(document.plans[0]?.hash).toMatch(/^p[0-9a-f]{16}$/);
  });

  it('reads AWS once for two networks of one account', async () => {
    const second = (await readFile(join(portal, 'network.yaml'), 'utf8')).replace(
      'name: portal\n',
      'name: second\n',
    );
    const before = await lastCall();
    const { code, out } = await landfall(['plan', '-f', portal, '-f', '-'], { stdin: second });
    expect(code).toBe(2);
    expect(out).toContain('SecureVpc/portal/second');
    expect(out).toContain('Plan: 118 to create');
    expect((await aws.ledger(before)).length).toBeLessThanOrEqual(CALLS_OF_A_PLAN);
  });

  it('takes the local AWS of the folder and says so, whatever profile the user has', async () => {
    const home = join(folder, 'clone');
    await mkdir(join(home, '.landfall'), { recursive: true });
    const lines = Object.entries(aws.env()).map(([key, value]) => `${key}=${value}`);
    await writeFile(join(home, '.landfall/aws.env'), lines.join('\n'));
    const { code, err } = await landfall(['plan', '-f', portal], { cwd: home, env: { AWS_PROFILE: 'mine' } });
    expect(err).toContain(`landfall: using the local AWS of .landfall/aws.env at ${aws.url}\n`);
    expect(code).toBe(2);
  });
});

describe.concurrent('landfall plan of what cannot be planned', () => {
  it('names both accounts where the credentials belong to another', async () => {
    const wrong = await changed('wrong-account', 'account.yaml', '123456789012', '999999999999');
    const { code, err } = await landfall(['plan', '-f', wrong]);
    expect(code).toBe(1);
    expect(err).toContain('AccountMismatch: the credentials belong to account 123456789012');
    expect(err).toContain('spec.aws.accountId is 999999999999');
  });

  it('asks for the file with the Account', async () => {
    const { code, err } = await landfall(['plan', '-f', join(portal, 'network.yaml')]);
    expect(code).toBe(1);
    expect(err).toContain(
      'spec.accountRef.name is portal, but none of the files has an Account of that name',
    );
    expect(err).toContain('network.yaml:3 (document 1) SecureVpc portal/portal');
  });

  it('holds namespaces and regions against the Account', async () => {
    const region = await changed(
      'wrong-region',
      'account.yaml',
      'regions: [us-east-1]',
      'regions: [eu-west-1]',
    );
    expect((await landfall(['plan', '-f', region])).err).toContain(
      'Account portal does not allow region us-east-1, only eu-west-1',
    );
    const namespace = await changed(
      'wrong-namespace',
      'account.yaml',
      'namespaces: [portal]',
      'namespaces: [other]',
    );
    expect((await landfall(['plan', '-f', namespace])).err).toContain(
      'Account portal does not allow namespace portal',
    );
  });

  it('names field, value and what to do, and gives the same in JSON', async () => {
    const invalid = await changed('invalid', 'network.yaml', 'cidr: 10.0.0.0/16', 'cidr: 10.0.0.0/8');
    const { code, err } = await landfall(['plan', '-f', invalid]);
    expect(code).toBe(1);
    expect(err).toContain('spec.cidr: 10.0.0.0/8 has the wrong size: the prefix must be from /16 to /28');
    const json = await landfall(['plan', '-f', invalid, '--json']);
    expect(json.code).toBe(1);
    expect((JSON.parse(json.out) as PlanDocument).errors[0]).toMatchObject({
      field: 'spec.cidr',
      value: '10.0.0.0/8',
      reason: 'InvalidSpec',
    });
  });

  it('never prints a secret', async () => {
    const env = { ...aws.env(), AWS_SECRET_ACCESS_KEY: 'not-the-right-secret' };
    const results = [
      await landfall(['plan', '-f', portal], { env }),
      await landfall(['accounts', '-f', portal, '--json'], { env }),
    ];
    for (const { out, err } of results) expect(out + err).not.toContain('not-the-right-secret');
  });
});

describe.each([
  {
    what: 'nobody answers where AWS should be',
    env: () => nobodyThere(),
    cause: /ECONNREFUSED 127\.0\.0\.1:9/,
  },
  { what: 'the default chain has no credentials', env: () => withoutCredentials(), cause: /credentials/i },
])('where $what', ({ env, cause }) => {
  it.each(['plan', 'accounts'])('%s names account, action and cause, and exits 1', async (command) => {
    const { code, err } = await landfall([command, '-f', portal], { env: env() });
    expect(err).toMatch(/account\.yaml:\d+|network\.yaml:\d+/);
    expectNamed(err, [/\b123456789012\b/, /\bsts:(GetCallerIdentity|AssumeRole)\b/, cause]);
    expect(code).toBe(1);
  });

  it('names the role too, where the Account has one', async () => {
    const { code, err } = await landfall(['accounts', '-f', '-'], { env: env(), stdin: withRole() });
    expectNamed(err, [
      /\b333333333333\b/,
      /\bsts:(GetCallerIdentity|AssumeRole)\b/,
      /arn:aws:iam::333333333333:role\/landfall\b/,
      cause,
    ]);
    expect(code).toBe(1);
  });
});

/** The five of the examples, by their names. */
const FIVE = {
  'base-infra': '111111111111',
  'provider-account': '222222222222',
  'consumer-account': '333333333333',
  'security-account': '444444444444',
  'shared-services-account': '555555555555',
};

describe.concurrent('landfall accounts', () => {
  it('has assumed the role of each of the five accounts, from one set of credentials', async () => {
    // No profiles, but the keys of the home account.
    const none = join(folder, 'none');
    const env = { ...aws.env(), AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none };
    const examples = join(root, 'manifests/examples/accounts');
    const { code, out, err } = await landfall(['accounts', '-f', examples], { env });
    expect(code, err).toBe(0);
    for (const [name, id] of Object.entries(FIVE))
      expect(out).toMatch(
        new RegExp(
          `✓  ${name} +${id} +\\(default\\) +arn:aws:iam::${id}:role/landfall +landfall:default:${name} +arn:aws:sts::${id}:assumed-role/landfall/landfall-default`,
        ),
      );
  });

  it('shows the caller of each of the five where profiles lead to them', async () => {
    const examples = join(root, 'manifests/examples/accounts-by-profile');
    const { stdout } = await run(await findKubectl(), ['kustomize', examples]);
    const { code, out } = await landfall(['accounts', '-f', '-'], { stdin: stdout });
    expect(code).toBe(0);
    for (const [name, id] of Object.entries(FIVE))
      expect(out).toMatch(new RegExp(`✓  ${name} +${id} +${name} .*arn:aws:iam::${id}:user/landfall`));
  });

  it('says that a role lets in no other installation', async () => {
    const { code, err } = await landfall(['accounts', '--installation', 'other', '-f', '-'], {
      stdin: withRole('    externalId: landfall:default:consumer-account\n'),
    });
    expect(code).toBe(1);
    expect(err).toContain('with the session tag landfall.dev/installation=other and external id');
  });

  it('assumes a role with the external id of the Account, and says what a refused one lacks', async () => {
    const account = (externalId: string) => withRole(`    externalId: ${externalId}\n`);
    const good = await landfall(['accounts', '-f', '-'], {
      stdin: account('landfall:default:consumer-account'),
    });
    expect(good).toMatchObject({ code: 0 });
    expect(good.out).toContain('arn:aws:sts::333333333333:assumed-role/landfall/landfall-default');
    const bad = await landfall(['accounts', '-f', '-'], { stdin: account('landfall:default:somebody-else') });
    expect(bad.code).toBe(1);
    expect(bad.err).toContain(
      'sts:AssumeRole of arn:aws:iam::333333333333:role/landfall in account 333333333333',
    );
    expect(bad.err).toContain('external id landfall:default:somebody-else was refused');
  });

  it('shows a mismatch and exits 1', async () => {
    const wrong = await changed('mismatch', 'account.yaml', '123456789012', '999999999999');
    const { code, out } = await landfall(['accounts', '-f', wrong]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /✗ {2}portal +999999999999 .*AccountMismatch: arn:aws:iam::123456789012:user\/landfall/,
    );
  });
});

describe('landfall plan of a network that stands', () => {
  let estimate: number;
  let written: number;

  beforeAll(async () => {
    const document = JSON.parse((await landfall(['plan', '-f', portal, '--json'])).out) as PlanDocument;
    estimate = document.summary.writes;
    const before = await lastCall();
    await build();
    written = (await aws.ledger(before)).filter(({ write }) => write).length;
  });

  it('has nothing to do in the zones that were chosen, and exits 0', async () => {
    const { code, out } = await landfall(['plan', '-f', portal]);
    expect(out).toMatch(/✓ \d+ things are as the manifests say/);
    expect(out).toContain('Plan: 0 to create, 0 to update, 0 to replace, 0 to delete\n');
    expect(code).toBe(0);
  });

  it('had announced the writes that it took', () => {
    expect(estimate).toBe(written);
  });

  it('adds a zone beside those that were chosen, although AWS now offers others first', async () => {
    const more = await changed('three-zones', 'network.yaml', 'count: 2', 'count: 3');
    const { out } = await landfall(['plan', '-f', more]);
    expect(out).toMatch(/\+ {3}create {2}Subnet subnet\/private-a\n/);
    expect(out).not.toContain('subnet/private-c');
    expect(out).toMatch(/Plan: \d+ to create, 12 to update, 0 to replace, 0 to delete/);
  });

  it('refuses a change that would move subnets, as the operator does', async () => {
    const moved = await changed(
      'moved',
      'network.yaml',
      '- name: data\n',
      '- name: data\n      subnetPrefixLength: 24\n',
    );
    const { code, err } = await landfall(['plan', '-f', moved]);
    expect(code).toBe(1);
    expect(err).toContain('subnet data-b exists with 10.0.68.0/22 and would become 10.0.68.0/24');
  });

  it('shows a change by field, and what goes', async () => {
    const edited = await changed('edited', 'network.yaml', 'retentionDays: 7', 'retentionDays: 14');
    const file = join(edited, 'network.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('    - service: kms\n', ''));
    const { code, out } = await landfall(['plan', '-f', edited]);
    expect(code).toBe(2);
    expect(out).toContain('retentionDays: 7 → 14');
    expect(out).toMatch(/- {3}delete {2}VpcEndpoint endpoint\/kms {2}vpce-/);
    expect(out).toContain('Plan: 0 to create, 1 to update, 0 to replace, 1 to delete (about 2 AWS writes)');
    const tree = await landfall(['graph', '-f', edited, '--live']);
    expect(tree.out).toMatch(/to delete\n.*− endpoint\/kms {2}vpce-/);
  });

  it('shows drift of a single rule as one line, and marks it in the drawing', async () => {
    const ec2 = new EC2Client({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: aws.credentials('portal'),
    });
    const { SecurityGroups } = await ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [{ Name: 'group-name', Values: ['portal-portal-data'] }],
      }),
    );
    const group = SecurityGroups?.[0];
    await ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: group?.GroupId, IpPermissions: group?.IpPermissions }),
    );
    ec2.destroy();
    const { code, out } = await landfall(['plan', '-f', portal]);
    expect(code).toBe(2);
    expect(out).toMatch(/~ {3}update {2}SecurityGroupRules security-group-rules\/data {2}sg-/);
    expect(out).toMatch(/\+ ingress tcp 3306 sg-[0-9a-f]+ {2}mysql from ecs/);
    expect(out).toContain('Plan: 0 to create, 1 to update, 0 to replace, 0 to delete (about 1 AWS write)');

    const tree = await landfall(['graph', '-f', portal, '--live']);
    expect(tree.out).toMatch(/✓ VPC portal {2}10\.0\.0\.0\/16 {2}vpc-[0-9a-f]+/);
    expect(tree.out).toMatch(/~ data {2}sg-/);

    const file = join(folder, 'portal.svg');
    expect((await landfall(['graph', '-f', portal, '--live', '-o', file])).code).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(
      /^<\?xml[\s\S]*subnet-[0-9a-f]{8}[\s\S]*to change[\s\S]*<\/svg>/,
    );
  });
});

/** Makes the portal's network with the operator's own plan and apply. */
async function build(): Promise<void> {
  Object.assign(process.env, aws.env());
  const { accounts, resources } = await readManifests([portal]);
  const account = accounts[0]?.value.spec.aws;
  const object = resources[0]?.value;
  if (!account || !object) throw new Error('the portal has lost its manifests');
  const targets = new Targets({
    installation: 'default',
    cluster: () => {
      throw new Error('there is no cluster here');
    },
    endpoint: aws.url,
    callGuard: { before: async () => {}, after: () => {} },
    clock,
    times: { fastLaneMs: 60_000, slowLaneMs: 60_000, pollMs: 60_000 },
    graceMs: 1000,
    onChange: () => {},
    active: () => false,
    onError: () => {},
  });
  try {
    const target = targets.openAws('portal', account, object.spec.region);
    const { session, world } = target;
    await world.load();
    // As if these had been the first zones when the network was made.
    const facts = { ...(await target.facts()), zones: ['us-east-1b', 'us-east-1d'] };
    const graph = graphKindOf(object.kind).on.aws.compile({
      object,
      installation: 'default',
      account,
      facts,
      references: NO_REFERENCES,
    });
    const made = plan({
      graph,
      kinds: awsKinds,
      place: AWS,
      world,
      memory: NO_MEMORY,
      survivors: new Map(),
      ignoredTagKeys: [],
      mayRepeat: () => true,
    });
    const outcomes = await apply({
      plan: made,
      graph,
      kinds: awsKinds,
      place: AWS,
      world,
      session,
      uid: 'test',
      concurrency: 8,
      time: '2026-01-01T00:00:00Z',
      wrote: world.wrote,
      interpret,
      onOutcome: () => {},
      stopping: () => false,
    });
    expect(outcomes.filter(({ result }) => result !== 'done')).toEqual([]);
  } finally {
    targets.close();
  }
}
