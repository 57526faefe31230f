import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { memberExternalId, memberRoleArn } from '../../k8s-local/aws/identity-files.ts';
import type { OperatorProcess } from '../../k8s-local/operator-process.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { invalidFixtures } from '../operator/api/fixtures.ts';
import { account, namespace, smallNetwork } from '../support/manifests.ts';
import { conditionOf, type Manifest, World } from '../support/world.ts';

let world: World;
let proxy: AwsProxy;
let operator: OperatorProcess;
let empty: string;
let iam: IAMClient;
let logs: CloudWatchLogsClient;

const main = account('main', ['team-a']);
const PROVIDER = '222222222222';

const start = (env: Readonly<Record<string, string>> = {}) =>
  world.operator({ env: { AWS_ENDPOINT_URL: proxy.url, ...env } });

beforeAll(async () => {
  world = await World.start();
  proxy = await startAwsProxy(world.aws.url);
  await world.claim();
  empty = await world.aws.dump();
  iam = new IAMClient(world.clientOptions(PROVIDER));
  logs = new CloudWatchLogsClient(world.clientOptions());
  operator = start();
  await world.apply([namespace('team-a'), namespace('team-b'), main]);
  await world.ready(main);
});
afterAll(async () => {
  iam?.destroy();
  logs?.destroy();
  await world?.stop();
  await proxy?.stop();
});
afterEach(async () => {
  expect((await world.aws.dump()) === empty, 'AWS is as before').toBe(true);
});

/** The object is refused with reason and words, no write is made for it, and its Ready says the same. */
async function refused(object: Manifest, reason: string, message: RegExp): Promise<void> {
  const mark = await world.mark();
  await world.apply([object]);
  const stalled = await world.condition(object, 'Stalled', { reason, message });
  expect(conditionOf(stalled, 'Ready')).toMatchObject({ status: 'False', reason });
  expect(conditionOf(stalled, 'Reconciling')).toBeUndefined();
  expect(await world.writes(mark)).toEqual([]);
}

/** The provider account of the platform, which is reached by a role. */
const provider = (name: string) =>
  account(name, ['team-a'], {
    accountId: PROVIDER,
    roleArn: memberRoleArn(PROVIDER),
    externalId: memberExternalId(PROVIDER, 'local'),
    regions: ['us-east-1', 'eu-west-1'],
  });

const escaped = (text: string) => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`));

describe('a spec that cannot finish', () => {
  const fixtures = invalidFixtures().filter((fixture) => fixture.by === 'operator');
  it.each(fixtures)('$name: $reason', async ({ refused: object, reason, expect: words }) => {
    await refused(object as Manifest, reason ?? '', escaped(words));
    await world.remove(object as Manifest);
  });

  it('is made as soon as it is mended', async () => {
    const network = smallNetwork('mended', 'team-a', { zones: { names: ['us-east-1z'] } });
    await refused(network, 'InvalidSpec', /us-east-1z is not open/);
    await world.edit(network, { zones: { names: ['us-east-1a'] } });
    await world.ready(network);
    await world.remove(network);
  });
});

describe('an Account that may not be used', () => {
  it('AccountNotFound, until there is one', async () => {
    const network = smallNetwork('early', 'team-a', { accountRef: { name: 'late' } });
    await refused(network, 'AccountNotFound', /spec\.accountRef\.name is late/);
    const late = account('late', ['team-a']);
    await world.apply([late]);
    await world.ready(network);
    await world.remove(network);
    await world.remove(late);
  });

  it('NamespaceNotAllowed by an empty list, until the namespace is on it (aws-controllers-k8s/community#2647)', async () => {
    const closed = account('closed', []);
    const network = smallNetwork('closed', 'team-a', { accountRef: { name: 'closed' } });
    await world.apply([closed]);
    await refused(network, 'NamespaceNotAllowed', /add team-a to spec\.aws\.namespaces/);
    await world.edit(closed, { aws: { namespaces: ['team-a'] } });
    await world.ready(network);
    await world.remove(network);
    await world.remove(closed);
  });

  it('AccountMismatch: the credentials belong to another account', async () => {
    const wrong = account('wrong', ['team-a'], { accountId: PROVIDER });
    await refused(
      wrong,
      'AccountMismatch',
      /belong to account 123456789012 .* spec\.aws\.accountId is 222222222222/,
    );
    const network = smallNetwork('wrong', 'team-a', { accountRef: { name: 'wrong' } });
    await refused(network, 'AccountNotReady', /AccountMismatch/);
    await world.remove(network);
    await world.remove(wrong);
  });

  it('CredentialsUnavailable: a profile that is not there', async () => {
    const lost = account('lost', ['team-a'], { profile: 'nobody-has-this' });
    await refused(
      lost,
      'CredentialsUnavailable',
      /^sts:GetCallerIdentity in account 123456789012 with profile nobody-has-this: .*nobody-has-this.*\. /,
    );
    await world.remove(lost);
  });

  it('CredentialsUnavailable: nothing in the default credential chain', async () => {
    await operator.stop();
    const poor = start({
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const none = account('none', ['team-a']);
    await refused(
      none,
      'CredentialsUnavailable',
      /^sts:GetCallerIdentity in account 123456789012 with the default credential chain: .*credentials/i,
    );
    await poor.stop();
    operator = start();
    await world.ready(none);
    await world.ready(main);
    await world.remove(none);
  });

  it('RoleNotAssumable: no such role, then one whose trust policy demands another external id, until it demands ours', async () => {
    const RoleName = 'deployer';
    const make = (externalId: string) => {
      const trust = {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:root' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      };
      const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
      return iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    };
    const roleArn = `arn:aws:iam::${PROVIDER}:role/${RoleName}`;
    const far = account('far', ['team-a'], { accountId: PROVIDER, roleArn });
    const words =
      /AssumeRole of arn:aws:iam::222222222222:role\/deployer in account 222222222222 .* external id landfall:local:far/;
    await refused(far, 'RoleNotAssumable', words);
    await make('somebody-else');
    await world.edit(far, { aws: { namespaces: ['team-a', 'team-b'] } });
    await world.condition(far, 'Stalled', { reason: 'RoleNotAssumable', message: words });
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await make('landfall:local:far');
    const ready = await world.ready(far);
    expect(ready.status).toMatchObject({ accountId: PROVIDER, externalId: 'landfall:local:far' });
    await iam.send(new DeleteRoleCommand({ RoleName }));
    await world.remove(far);
  });
});

describe('a place that is taken', () => {
  it("NameTaken: somebody else's log group of that name stays untouched, and all goes on once it is gone", async () => {
    const network = smallNetwork('taken', 'team-a', { flowLogs: {} });
    const logGroupName = '/landfall/team-a/taken/flow-logs';
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await world.apply([network]);
    await world.condition(network, 'Stalled', { reason: 'NameTaken', message: escaped(logGroupName) });
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    await world.ready(network);
    await world.remove(network);
  });

  it('TargetChanged: an operator of another installation does nothing', async () => {
    const network = smallNetwork('moved', 'team-a');
    await world.apply([network]);
    await world.ready(network);
    const mark = await world.mark();
    const other = world.operator({
      env: { LANDFALL_INSTALLATION: 'another', POD_NAME: 'another', AWS_ENDPOINT_URL: proxy.url },
    });
    await other.line((line) => JSON.stringify(line).includes('TargetChanged'));
    await other.stop();
    expect(await world.writes(mark)).toEqual([]);
    await world.kubectl('annotate', '--namespace=team-a', 'securevpc/moved', 'look=again');
    await world.ready(network);
    await world.remove(network);
  });
});

describe('a role', () => {
  it('is assumed once for all regions of its Account, for the check and for every network', async () => {
    const mark = await world.mark();
    const far = provider('once');
    await world.apply([far]);
    await world.ready(far);
    const networks = ['us-east-1', 'eu-west-1'].map((region) =>
      smallNetwork(`once-${region}`, 'team-a', { accountRef: { name: 'once' }, region }),
    );
    await world.apply(networks);
    for (const network of networks) await world.ready(network);
    // An edit of the Account has it checked anew.
    await world.edit(far, { aws: { namespaces: ['team-a', 'team-b'] } });
    await world.condition(far, 'Ready', { reason: 'Succeeded' });
    const assumed = (await world.aws.ledger(mark)).filter(({ action }) => action === 'AssumeRole');
    expect(assumed).toHaveLength(1);
    for (const network of networks) await world.remove(network);
    await world.remove(far);
  });
});

describe('without AWS', () => {
  const role = memberRoleArn(PROVIDER);

  it('an Account names action, account and role, tries again, and recovers by itself', async () => {
    const far = provider('cut-off');
    await proxy.refuse();
    await world.apply([far]);
    await world.condition(far, 'Reconciling', {
      reason: 'AwsUnreachable',
      message: escaped(
        `sts:GetCallerIdentity in account ${PROVIDER} with the default credential chain for role ${role}: connect ECONNREFUSED`,
      ),
    });
    await proxy.accept();
    await world.ready(far, 60_000);
    await world.remove(far);
  });

  it('a network does as well', async () => {
    const far = provider('reached');
    await world.apply([far]);
    await world.ready(far);
    // Else the claim would be what AWS cannot be asked for.
    const claiming = smallNetwork('claiming', 'team-a', { accountRef: { name: 'reached' } });
    await world.apply([claiming]);
    await world.ready(claiming);
    const network = smallNetwork('cut-off', 'team-a', {
      accountRef: { name: 'reached' },
      region: 'eu-west-1',
    });
    await proxy.refuse();
    await world.apply([network]);
    // Nothing was read there yet, so that it is a reading that fails.
    await world.condition(network, 'Reconciling', {
      reason: 'AwsUnreachable',
      message: new RegExp(
        `^(ec2|iam|logs):\\w+ in account ${PROVIDER} as role ${role}: connect ECONNREFUSED`,
      ),
    });
    await proxy.accept();
    await world.ready(network, 60_000);
    await world.remove(network);
    await world.remove(claiming);
    await world.remove(far);
  });

  it('one that is cut off in the middle of its creation goes on where it was', async () => {
    const network = smallNetwork('offline', 'team-a');
    await proxy.refuse();
    await world.apply([network]);
    // A create that was cut off may have been carried out, and then it is that which is waited for.
    await world.condition(network, 'Reconciling', { message: /ECONNREFUSED|a Vpc may have been made/ });
    await proxy.accept();
    await world.ready(network, 60_000);
    await world.remove(network);
  });
});
